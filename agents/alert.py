"""matches ──▶ alerts: copies of one report are told from new reports, and what is new is told, held back, or waits.

What a partition's matches add up to is kept in memory and on the topics `stories` and `counts`, in the same partition:
written in the same breath as the alerts they explain, read back by whoever the partition comes to. Alerts that wait for
others of their group go to `waiting`, and every decision to `decisions`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from aiokafka import ConsumerRecord
from faust.types import TP

from agents import alert_effects, batching, dead_letters, metrics, sending, topics
from agents.alert_rules import LiveRules
from agents.app import App
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.alert.care import Waiting
from rasid.alert.desk import Desk, Rules
from rasid.alert.effects import Effects
from rasid.alert.room import Room
from rasid.intake import Rejected, decode
from schemas.dead_letter import Step
from schemas.watch_match import WatchMatch

log = logging.getLogger(__name__)
MATCH: Final = msgspec.json.Decoder(WatchMatch)
WAITING: Final = msgspec.json.Decoder(Waiting)
TICK_SECONDS: Final = 1.0  # how late a group or a digest may be

Send = Callable[[list[Outgoing]], Awaitable[None]]


class Stage:
    """Desks, or rooms, of the partitions that this worker has, and the messages that come of what they are given.

    `source` is the topic read, `memory` those that hold the state, the last of them for all but stories.
    """

    def __init__(
        self, settings: Settings, source: topics.Topic, memory: tuple[topics.Topic, ...], decoder: Any,
        make: Callable[[], Any],
    ) -> None:  # fmt: skip
        self.lock = asyncio.Lock()  # states reach the broker in the order in which they came about
        self._settings, self._source, self._memory = settings, source, memory
        self._decoder, self._make = decoder, make
        self._desks: dict[int, Any] = {}
        self._mine: set[int] = set()

    async def prepare(self, partition: int | None = None) -> None:
        """Reads back the state of partitions that have come to this worker, all in one where several have."""
        wanted = self._mine | ({partition} if partition is not None else set())
        missing = sorted(wanted - self._desks.keys())
        if not missing or partition in self._desks:
            return
        desks = {number: self._make() for number in missing}
        for topic in self._memory:
            for number, states in (await alert_effects.restored(self._settings, topic, missing)).items():
                desks[number].restore(states)
        self._desks |= {number: desk for number, desk in desks.items() if number in self._mine | {partition}}

    def assigned(self, partitions: Iterable[TP]) -> None:
        """Notes the partitions that this worker has from now on; what it knew of them may be out of date."""
        for partition in self._of_source(partitions):
            self._mine.add(partition)
            self._desks.pop(partition, None)

    def forget(self, partitions: Iterable[TP]) -> None:
        """Drops what belongs to partitions that have gone to another worker."""
        for partition in self._of_source(partitions):
            self._mine.discard(partition)
            self._desks.pop(partition, None)

    def _of_source(self, partitions: Iterable[TP]) -> Iterator[int]:
        name = self._source.name(self._settings)
        return (each.partition for each in partitions if each.topic == name)

    def outgoing(self, record: ConsumerRecord) -> Iterator[Outgoing]:
        """The messages made from a record: what is told, written down and kept, or a dead letter."""
        now = datetime.now(UTC)
        found = decode(self._decoder, record.value)
        if isinstance(found, Rejected):
            metrics.DEAD_LETTERS.labels(Step.ALERT, found.reason).inc()
            yield dead_letters.letter(self._settings, Step.ALERT, found.reason, found.detail, record, now)
            return
        effects = self._desks[record.partition].take(found, now)
        yield from alert_effects.told(self._settings, effects)
        yield from self._kept(effects, record.partition)

    def _kept(self, effects: Effects, partition: int) -> Iterator[Outgoing]:
        return alert_effects.kept(self._settings, effects, self._memory[-1], partition)

    async def tick(self, send: Send, only: int | None = None) -> None:
        """Tells what is due, of every partition or of one; what is told is there before it counts as told.

        The lock must be held.
        """
        await self.prepare(only)
        for partition in [only] if only is not None else sorted(self._mine & self._desks.keys()):
            desk, now = self._desks[partition], datetime.now(UTC)
            effects = desk.tick(now) if desk.is_due(now) else None
            if effects:
                await send(list(alert_effects.told(self._settings, effects)))
                await send(list(self._kept(effects, partition)))

    async def run(self, send: Send) -> None:
        """Ticks until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            async with self.lock:
                await self.tick(send)


def stages(settings: Settings, rules: Rules) -> tuple[Stage, Stage]:
    """The desks of `matches` and the room of `waiting`."""
    desks = Stage(settings, topics.MATCHES, (topics.STORIES, topics.COUNTS), MATCH, lambda: Desk(rules))
    room = Stage(settings, topics.WAITING, (topics.GROUPS,), WAITING, lambda: Room(rules))
    return desks, room


def register(app: App, settings: Settings) -> None:
    """Adds both agents. Raises ConfigError where the routes of the receivers file are wrong."""
    live = LiveRules(settings)
    app.readiness.add("silences", live.waiting)
    app.task(live.follow_silences)
    app.task(live.follow_file)
    desks, room = stages(settings, live.rules)
    _agent(app, "alert", topics.MATCHES.name(settings), desks, live)
    _agent(app, "wait", topics.WAITING.name(settings), room, live)


def _agent(app: App, name: str, topic: str, stage: Stage, live: LiveRules) -> None:
    @app.on_partitions_revoked.connect
    async def forget(*arguments: Any, **_: Any) -> None:  # (app, revoked)
        stage.forget(arguments[1])

    @app.on_partitions_assigned.connect
    async def take(*arguments: Any, **_: Any) -> None:  # (app, assigned)
        stage.assigned(arguments[1])

    async def send(messages: list[Outgoing]) -> None:
        await sending.send_all(app, messages)

    async def run() -> None:
        await live.caught_up.wait()
        await stage.run(send)

    async def work(stream: Any) -> None:
        await live.caught_up.wait()
        async with sending.Pipeline(app, stream.ack) as pipeline:
            async for event in stream.noack().events():
                async with stage.lock:
                    await stage.tick(send, event.value[0].partition)
                    made = [message for record in event.value for message in stage.outgoing(record)]
                    await pipeline.send(event, made)

    app.task(run)
    app.agent(batching.topic(app, topic), name=name)(work)
