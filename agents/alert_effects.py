"""From a desk's effects to messages, and from topics back to the state that a desk had."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from agents import metrics, topics
from agents.compacted import Reader
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.alert.effects import Effects, State
from rasid.alert.shelf import LIFETIME, StoryState
from rasid.intake import Rejected, decode

log = logging.getLogger(__name__)
ENCODER: Final = msgspec.json.Encoder()
STATE: Final = msgspec.json.Decoder(State)


def told(settings: Settings, effects: Effects) -> Iterator[Outgoing]:
    """What is told and written down, counted on the way."""
    for alert in effects.alerts:
        metrics.PUBLISH_TO_ALERT.observe(max(0.0, (datetime.now(UTC) - alert.arrived_at).total_seconds()))
        yield Outgoing(topics.ALERTS.name(settings), alert.watch.id.encode(), ENCODER.encode(alert))
    for waiting in effects.waiting:
        yield Outgoing(topics.WAITING.name(settings), waiting.alert.watch.id.encode(), ENCODER.encode(waiting))
    for decision in effects.decisions:
        metrics.ALERTS.labels(decision.reason).inc()
        yield Outgoing(topics.DECISIONS.name(settings), decision.watch_id.encode(), ENCODER.encode(decision))


def kept(settings: Settings, effects: Effects, topic: topics.Topic, partition: int) -> Iterator[Outgoing]:
    """The states to keep: stories on `stories`, all else on `topic`."""
    for key, state in effects.states:
        name = (topics.STORIES if isinstance(state, StoryState) else topic).name(settings)
        yield Outgoing(name, key.encode(), None if state is None else ENCODER.encode(state), partition=partition)


async def restored(settings: Settings, topic: topics.Topic, partitions: Iterable[int]) -> dict[int, list[State]]:
    """The states that a topic holds for each partition, as they were last written, those written first first."""
    found: dict[int, dict[bytes, bytes]] = {number: {} for number in partitions}
    oldest = datetime.now(UTC) - LIFETIME - timedelta(hours=1)
    async with Reader(settings, topic.name(settings), found) as reader:
        async for records in reader.held():
            _take(found, records, oldest.timestamp() * 1000 if topic is topics.STORIES else 0)
    return {number: list(_decoded(states.items(), topic.base)) for number, states in found.items()}


def _take(found: dict[int, dict[bytes, bytes]], records: Iterable[ConsumerRecord], oldest_ms: float) -> None:
    for record in records:
        states = found[record.partition]
        states.pop(record.key or b"", None)
        if record.value is not None and record.timestamp >= oldest_ms:
            states[record.key or b""] = record.value


def _decoded(found: Iterable[tuple[bytes, bytes]], topic: str) -> Iterator[State]:
    for key, value in found:
        state = decode(STATE, value)
        if isinstance(state, Rejected):
            log.error("the state %r of %r is passed over: %s", key, topic, state.detail)
        else:
            yield state
