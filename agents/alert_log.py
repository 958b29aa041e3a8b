"""Alerts and decisions as commands see them, read from their topics."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from agents import kafka, topics
from agents.settings import Settings
from rasid.deliver.route import DEFAULT
from schemas.alert import Alert, Reason
from schemas.decision import Decision
from schemas.delivery_result import DeliveryResult

ALERT: Final = msgspec.json.Decoder(Alert)
DECISION: Final = msgspec.json.Decoder(Decision)
DELIVERY: Final = msgspec.json.Decoder(DeliveryResult)
POLL_MS: Final = 200

Results = dict[str, dict[str, DeliveryResult]]  # by a notification's id and a receiver's name


@dataclass(frozen=True)
class Entry:
    """An alert that was told of, or one that was not: held back by `decision`, or `undelivered` to any receiver."""

    alert: Alert
    told: bool
    reason: Reason
    at: datetime
    decision: Decision | None = None
    undelivered: str = ""

    @property
    def fields(self) -> dict[str, Any]:
        """For JSON: the alert's own, and what was decided."""
        own = {name: getattr(self.alert, name) for name in self.alert.__struct_fields__}
        kept = {name: value for name, value in own.items() if value is not msgspec.UNSET}
        about = {"told": self.told, "reason": self.reason, "decided_at": self.at}
        decision = self.decision
        more = {"by": decision.by, "detail": decision.detail, "until": decision.until} if decision else {}
        more |= {"detail": self.undelivered} if self.undelivered else {}
        return {**kept, **about, **more}


@dataclass(frozen=True)
class Filter:
    """Which alerts are meant; None means any. One that no receiver got is neither told of nor held back."""

    watch: str | None = None
    severity: str | None = None
    reason: str | None = None
    told: bool | None = None

    def accepts(self, entry: Entry) -> bool:
        """Whether an alert is among them."""
        found = (entry.alert.watch.id, entry.alert.watch.severity, entry.reason)
        wanted = (self.watch, self.severity, self.reason)
        fits = all(want is None or want == have for want, have in zip(wanted, found, strict=True))
        return fits and (self.told is None or (entry.told if self.told else entry.decision is not None))


def entries(settings: Settings, which: Filter, since_ms: int | None = None) -> list[Entry]:
    """Alerts raised, told of or not, the oldest first. Unreadable records are passed over."""
    found: list[Entry] = []
    if which.told is not False:
        results = _results(settings, since_ms)
        found += (_raised(each, results) for each in _read(settings, topics.ALERTS, ALERT, since_ms))
    if which.told is not True:
        decisions = _read(settings, topics.DECISIONS, DECISION, since_ms)
        found += [entry for each in decisions if (entry := _held(each)) is not None]
    return sorted(filter(which.accepts, found), key=lambda entry: entry.at)


def _results(settings: Settings, since_ms: int | None) -> Results:
    """How telling of each alert ended at each receiver, the last time; what was delivered once stays so."""
    found: Results = {}
    for each in _read(settings, topics.DELIVERIES, DELIVERY, since_ms):
        ends = found.setdefault(each.alert_id, {})
        if each.receiver not in ends or ends[each.receiver].outcome != "delivered":
            ends[each.receiver] = each
    return found


def _raised(alert: Alert, results: Results) -> Entry:
    """An alert that was to be told of: it is untold where each of its receivers ended without getting it."""
    ends = results.get(alert.message_id, {})
    is_open = any(name not in ends for name in alert.receivers or [DEFAULT])
    told = is_open or any(each.outcome == "delivered" for each in ends.values())
    why = "" if told else "; ".join(f"{each.receiver}: {each.detail or each.outcome}" for each in ends.values())
    return Entry(alert, told=told, reason=alert.reason, at=alert.fired_at, undelivered=why)


def _told(alert: Alert) -> Entry:
    return _raised(alert, {})


def _held(decision: Decision) -> Entry | None:
    if decision.alert is None:
        return None
    return Entry(decision.alert, told=False, reason=decision.reason, at=decision.at, decision=decision)


def decisions(settings: Settings, name: str) -> list[Decision]:
    """What was decided about an alert, a notification, a story or an article's uri, the oldest first."""
    found = [each for each in _read(settings, topics.DECISIONS, DECISION) if name in _names(each)]
    return sorted(found, key=lambda each: each.at)


def _names(decision: Decision) -> tuple[str, ...]:
    return decision.alert_id, decision.notification_id, decision.story_id, decision.article_uri


def deliveries(settings: Settings, ids: set[str]) -> list[DeliveryResult]:
    """How telling of these alerts or notifications went, the oldest first."""
    found = [each for each in _read(settings, topics.DELIVERIES, DELIVERY) if each.alert_id in ids]
    return sorted(found, key=lambda each: each.finished_at)


def _read(settings: Settings, topic: topics.Topic, decoder: Any, since_ms: int | None = None) -> Iterator[Any]:
    for record in kafka.stored(settings, topic.name(settings), since_ms):
        found = _decoded(decoder, record)
        if found is not None:
            yield found


def _decoded(decoder: Any, record: ConsumerRecord) -> Any:
    try:
        return decoder.decode(record.value or b"")
    except msgspec.DecodeError:
        return None


def following(settings: Settings, which: Filter) -> Iterator[Entry]:
    """Alerts as they are told of or held back, from now on, for ever."""
    decoders: dict[str, tuple[Any, Callable[[Any], Entry | None]]] = {
        topics.ALERTS.name(settings): (ALERT, _told),
        topics.DECISIONS.name(settings): (DECISION, _held),
    }
    with kafka.consumer(settings) as client:
        every = [
            TopicPartition(name, number) for name in decoders for number in client.partitions_for_topic(name) or ()
        ]
        client.assign(every)
        client.seek_to_end(*every)
        for partition in every:
            client.position(partition)  # or what comes before the first poll would be missed
        while True:
            for partition, records in client.poll(timeout_ms=POLL_MS).items():
                decoder, make = decoders[partition.topic]
                found = (make(value) for each in records if (value := _decoded(decoder, each)) is not None)
                yield from (entry for entry in found if entry is not None and which.accepts(entry))
