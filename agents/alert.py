"""matches ──▶ alerts: copies of one report are told from new reports, and what is new fires.

Stories are kept in memory and on the compacted topic `stories`, in the same partition as their matches: written in the
same breath as the alerts they explain, read back by whoever the partition comes to.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from aiokafka import ConsumerRecord
from faust.types import TP

from agents import batching, dead_letters, metrics, sending, topics
from agents.app import App
from agents.compacted import Reader
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.alert.shelf import StoryState
from rasid.alert.story import Change, StoryBook
from rasid.intake import Rejected, decode
from schemas.dead_letter import Step
from schemas.watch_match import WatchMatch

log = logging.getLogger(__name__)
ENCODER: Final = msgspec.json.Encoder()
MATCH: Final = msgspec.json.Decoder(WatchMatch)
STORY: Final = msgspec.json.Decoder(StoryState)


class Alerting:
    """What one record of `matches` becomes, by the stories of its partition."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._alerts = topics.ALERTS.name(settings)
        self._stories = topics.STORIES.name(settings)
        self._books: dict[int, StoryBook] = {}

    async def prepare(self, partition: int) -> None:
        """Reads back the stories of a partition that has come to this worker."""
        if partition in self._books:
            return
        book = StoryBook()
        async with Reader(self._settings, self._stories, [partition]) as reader:
            async for records in reader.held():
                book.restore(_states(records))
        self._books[partition] = book

    def forget(self, partitions: set[TP]) -> None:
        """Drops what belongs to partitions that have gone to another worker."""
        source = topics.MATCHES.name(self._settings)
        for partition in partitions:
            if partition.topic == source:
                self._books.pop(partition.partition, None)

    def outgoing(self, record: ConsumerRecord) -> Iterator[Outgoing]:
        """The messages made from a match: its story as it is now, and the alert where one fires."""
        match = decode(MATCH, record.value)
        if isinstance(match, Rejected):
            metrics.DEAD_LETTERS.labels(Step.ALERT, match.reason).inc()
            now = datetime.now(UTC)
            yield dead_letters.letter(self._settings, Step.ALERT, match.reason, match.detail, record, now)
            return
        book = self._books[record.partition]
        change = book.take(match, datetime.now(UTC))
        if change is None:
            return
        story = book.settle(change, told=True)
        metrics.ALERTS.labels(change.reason).inc()
        yield Outgoing(self._stories, story.id.encode(), ENCODER.encode(story), partition=record.partition)
        yield from self._alert(change)

    def _alert(self, change: Change) -> Iterator[Outgoing]:
        alert = change.alert
        if alert is not None:
            metrics.PUBLISH_TO_ALERT.observe(max(0.0, (datetime.now(UTC) - alert.arrived_at).total_seconds()))
            yield Outgoing(self._alerts, alert.watch.id.encode(), ENCODER.encode(alert))


def _states(records: list[ConsumerRecord]) -> Iterator[StoryState]:
    for record in records:
        state = decode(STORY, record.value)
        if isinstance(state, Rejected):
            log.error("a story at %d:%d is passed over: %s", record.partition, record.offset, state.detail)
        else:
            yield state


def register(app: App, settings: Settings) -> None:
    """Adds the agent."""
    alerting = Alerting(settings)

    @app.on_partitions_revoked.connect
    async def forget(*arguments: Any, **_: Any) -> None:  # (app, revoked)
        alerting.forget(arguments[1])

    @app.agent(batching.topic(app, topics.MATCHES.name(settings)), name="alert")
    async def alert(stream: Any) -> None:
        async with sending.Pipeline(app, stream.ack) as pipeline:
            async for event in stream.noack().events():
                await alerting.prepare(event.value[0].partition)
                await pipeline.send(event, [message for record in event.value for message in alerting.outgoing(record)])
