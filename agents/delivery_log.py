"""Deliveries as commands see them: results on `deliveries`, what waits on `schedule`, and a way to ask for one more."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from kafka.consumer.fetcher import ConsumerRecord

from agents import kafka, topics
from agents.jobs import UNDELIVERED
from agents.sending import Outgoing
from agents.settings import Settings
from schemas.alert import Alert
from schemas.delivery_result import DeliveryResult, Outcome
from schemas.scheduled_delivery import ScheduledDelivery

RESULT: Final = msgspec.json.Decoder(DeliveryResult)
SCHEDULED: Final = msgspec.json.Decoder(ScheduledDelivery)
ALERT: Final = msgspec.json.Decoder(Alert)
WAITING: Final = "waiting"
OUTCOMES: Final = ("waiting", "delivered", *UNDELIVERED)
Pair = tuple[str, str]  # an alert's id (its `webhook-id`) and a receiver's name


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one alert stands with one receiver: ended, or waiting until `due_at`. `at` is when that was written."""

    alert_id: str
    receiver: str
    watch_id: str
    outcome: Outcome | Literal["waiting"]
    attempts: int
    at: datetime
    status: int | None = None
    detail: str = ""
    due_at: datetime | None = None

    @property
    def pair(self) -> Pair:
        """What it is about."""
        return self.alert_id, self.receiver


@dataclass(frozen=True)
class Filter:
    """Which deliveries are meant; None means any."""

    receiver: str | None = None
    watch: str | None = None
    outcomes: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def accepts(self, each: Standing) -> bool:
        """Whether one is among them."""
        wanted = (self.receiver in {None, each.receiver}, self.watch in {None, each.watch_id})
        timely = (self.since is None or each.at >= self.since, self.until is None or each.at < self.until)
        return all(wanted) and all(timely) and (self.outcomes is None or each.outcome in self.outcomes)


def standings(settings: Settings, which: Filter) -> list[Standing]:
    """The last word on each delivery, the oldest first."""
    latest: dict[Pair, Standing] = {}
    for each in history(settings):
        if each.pair not in latest or latest[each.pair].at <= each.at:
            latest[each.pair] = each
    latest |= {each.pair: each for each in waiting(settings)}
    return sorted(filter(which.accepts, latest.values()), key=lambda each: each.at)


def history(settings: Settings) -> Iterator[Standing]:
    """Every end that was written down."""
    for record in kafka.stored(settings, topics.DELIVERIES.name(settings)):
        found = _decoded(RESULT, record)
        if found is not None:
            yield Standing(found.alert_id, found.receiver, found.watch_id, found.outcome, found.attempts,
                           found.finished_at, found.status, found.detail)  # fmt: skip


def waiting(settings: Settings) -> list[Standing]:
    """What is still to be tried."""
    latest: dict[bytes, ScheduledDelivery | None] = {}
    for record in kafka.stored(settings, topics.SCHEDULE.name(settings)):
        latest[record.key or b""] = _decoded(SCHEDULED, record)
    return [_waiting(each) for each in latest.values() if each is not None]


def _waiting(each: ScheduledDelivery) -> Standing:
    return Standing(each.alert_id, each.receiver, each.watch_id, WAITING, each.attempts, each.scheduled_at, each.status,
                    each.detail, each.due_at)  # fmt: skip


def _decoded(decoder: Any, record: ConsumerRecord) -> Any:
    if record.value is None:
        return None
    try:
        return decoder.decode(record.value)
    except msgspec.DecodeError:
        return None


def requests(settings: Settings, pairs: Iterable[Pair], now: datetime) -> dict[Pair, Outgoing]:
    """The messages that ask for these deliveries, now; those whose alert its topic no longer has are not among them."""
    wanted: dict[str, set[str]] = {}
    for alert_id, receiver in pairs:
        wanted.setdefault(alert_id, set()).add(receiver)
    found: dict[Pair, Outgoing] = {}
    for record in kafka.stored(settings, topics.ALERTS.name(settings)) if wanted else ():
        alert = _decoded(ALERT, record)
        for receiver in wanted.get(alert.message_id, ()) if alert is not None else ():
            found[alert.message_id, receiver] = _request(settings, alert, receiver, record, now)
    return found


def _request(settings: Settings, alert: Alert, receiver: str, record: ConsumerRecord, now: datetime) -> Outgoing:
    asked = ScheduledDelivery(
        alert_id=alert.message_id, watch_id=alert.watch.id, story_id=alert.story.id, receiver=receiver,
        offset=record.offset, arrived_at=alert.arrived_at, accepted_at=now, scheduled_at=now, due_at=now,
        requested=True,
    )  # fmt: skip
    topic = topics.SCHEDULE.name(settings)
    return Outgoing(topic, asked.key, msgspec.json.encode(asked), partition=record.partition)
