"""alerts ──▶ webhooks and deliveries: each alert is told to its receivers, and what came of it is written down.

Events are acknowledged when everything made from them has been, however late and in whatever order: a receiver that
does not answer holds up neither the others nor the reading of the topic.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from aiokafka import ConsumerRecord
from faust.types import EventT

from agents import batching, dead_letters, metrics, receivers, sending, topics
from agents.app import App
from agents.lanes import ALERT, Ending, Job, Lane
from agents.receivers import Receivers
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.deliver.recent import Recent
from rasid.deliver.route import DEFAULT, route
from rasid.deliver.schedule import Schedule
from rasid.deliver.sign import MESSAGE_ID
from rasid.intake import Rejected, decode
from schemas.alert import Alert
from schemas.dead_letter import Reason, Step
from schemas.delivery_result import DeliveryResult

log = logging.getLogger(__name__)
ENCODER: Final = msgspec.json.Encoder()
COUNT: Final = 10  # records of an event: what is settled of it is done again after a stop, until all is
AHEAD_RECORDS: Final = 10_000  # of a partition, taken on and not settled; past that its reading waits
AHEAD_BYTES: Final = 16 << 20
STOP_SECONDS: Final = 3.0  # for attempts under way when the worker stops; the rest comes again at the next start
UNDELIVERED: Final = ("failed", "refused", "gone")  # outcomes that leave the alert undelivered
NO_RECEIVER: Final = ""  # the label of what went to nobody: names that watches make up are no labels


@dataclass(slots=True, eq=False)
class Taken:
    """An event, and how many parts of it are not settled."""

    event: EventT[batching.Records]
    left: int


@dataclass(frozen=True)
class Ports:
    """A desk's ends of the stream: sending until acknowledged, acknowledging, and whether that still counts."""

    send: Callable[[list[Outgoing]], Awaitable[None]]
    ack: Callable[[EventT[batching.Records]], Awaitable[Any]]
    is_owed: Callable[[EventT[batching.Records]], bool]


class Desk:
    """Takes events of alerts on, and settles each part of them: delivered, given up, or put aside.

    Use as an asynchronous context; any surprise in it ends that context with an exception.
    """

    def __init__(
        self, settings: Settings, known: Receivers, ports: Ports, schedule: Schedule, rng: random.Random
    ) -> None:
        self._settings, self._ports = settings, ports
        self._lanes = {
            name: Lane(receiver, self._wanted, self._ended, schedule, rng) for name, receiver in known.items()
        }
        self._recent = Recent()
        self._taken: dict[Job, Taken] = {}
        self._settled: asyncio.Queue[tuple[Taken, list[Outgoing]]] = asyncio.Queue()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        group = await self._stack.enter_async_context(asyncio.TaskGroup())
        tasks = [group.create_task(work) for work in (self._settle(), *(lane.run() for lane in self._lanes.values()))]
        self._stack.callback(lambda: [task.cancel() for task in tasks])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        for job in self._taken:
            metrics.DELIVERIES_WAITING.labels(job.receiver).dec()
        return await self._stack.__aexit__(kind, error, trace)

    def take(self, event: EventT[batching.Records]) -> None:
        """Takes an event on. Returns at once; it is acknowledged when all of it is settled."""
        taken = Taken(event, left=1)  # one for the reading itself, so that nothing is acknowledged half read
        written = [message for record in event.value for message in self._read(record, taken)]
        self._settled.put_nowait((taken, written))

    def _read(self, record: ConsumerRecord, taken: Taken) -> Iterator[Outgoing]:
        """Queues a record's jobs; what needs no delivery comes back as messages."""
        alert = decode_alert(record.value)
        if isinstance(alert, Rejected):
            yield self._letter(record, alert.reason, alert.detail)
            return
        way = route(alert.receivers, self._lanes)
        for name in way.to:
            self._queue(alert, name, record, taken)
        for name in way.unknown:
            yield from self._unroutable(alert, name, record)

    def _queue(self, alert: Alert, name: str, record: ConsumerRecord, taken: Taken) -> None:
        if self._delivered(alert.message_id, name):
            return  # it came again after a rebalance, and its result stands on the topic
        job = Job(alert.message_id, alert.watch.id, name, alert.arrived_at, record, time.monotonic())
        taken.left += 1
        self._taken[job] = taken
        metrics.DELIVERIES_WAITING.labels(name).inc()
        self._lanes[name].add(job)

    def _unroutable(self, alert: Alert, name: str, record: ConsumerRecord) -> Iterator[Outgoing]:
        asked = name in alert.receivers
        why = f"no receiver is named {name!r}" if asked else f"the watch names no receiver, and none is named {name!r}"
        metrics.DELIVERIES.labels(NO_RECEIVER, "unroutable").inc()
        now = datetime.now(UTC)
        yield self._result(DeliveryResult(alert.id, alert.watch.id, name, "unroutable", 0, now, 0.0, None, why))
        if asked:
            yield self._letter(record, Reason.UNDELIVERED, why)

    def _wanted(self, job: Job) -> bool:
        """Whether a job is still to be done: ours, and not meanwhile done by another with the same alert."""
        return self._ports.is_owed(self._taken[job].event) and not self._delivered(job.alert_id, job.receiver)

    def _delivered(self, alert_id: str, receiver: str) -> bool:
        return self._recent.has(alert_id, receiver, time.monotonic())

    def _ended(self, job: Job, ending: Ending) -> None:
        """A lane is done with a job."""
        metrics.DELIVERIES_WAITING.labels(job.receiver).dec()
        self._settled.put_nowait((self._taken.pop(job), list(self._written(job, ending))))

    def _written(self, job: Job, ending: Ending) -> Iterator[Outgoing]:
        """What is written down about an ending."""
        if ending.outcome is None:
            return
        now, finished = time.monotonic(), datetime.now(UTC)
        metrics.DELIVERIES.labels(job.receiver, ending.outcome).inc()
        if ending.outcome == "delivered":
            self._recent.add(job.alert_id, job.receiver, now)
            metrics.PUBLISH_TO_DELIVERED.observe(max(0.0, (finished - job.arrived_at).total_seconds()))
        result = DeliveryResult(job.alert_id, job.watch_id, job.receiver, ending.outcome, job.attempts, finished,
                                round(now - job.taken_at, 6), ending.status, ending.detail)  # fmt: skip
        yield self._result(result)
        if ending.outcome in UNDELIVERED:
            yield self._letter(job.record, Reason.UNDELIVERED, f"receiver {job.receiver!r}: {ending.detail}")

    def _result(self, result: DeliveryResult) -> Outgoing:
        return Outgoing(topics.DELIVERIES.name(self._settings), result.alert_id.encode(), ENCODER.encode(result))

    def _letter(self, record: ConsumerRecord, reason: Reason, detail: str) -> Outgoing:
        metrics.DEAD_LETTERS.labels(Step.DELIVER, reason).inc()
        return dead_letters.letter(self._settings, Step.DELIVER, reason, detail, record, datetime.now(UTC))

    async def _settle(self) -> None:
        """Sends what is to be written, as much as there is at a time, then acknowledges what is complete."""
        while True:
            settled = [await self._settled.get()]
            while not self._settled.empty():
                settled.append(self._settled.get_nowait())
            messages = [message for _, written in settled for message in written]
            if messages:
                await self._ports.send(messages)
            for taken, _ in settled:
                taken.left -= 1
                if not taken.left:
                    await self._ports.ack(taken.event)
                self._settled.task_done()

    async def finish(self, seconds: float = STOP_SECONDS) -> None:
        """Lets attempts under way come to an end and be written down, as far as `seconds` allow."""
        for lane in self._lanes.values():
            lane.close()
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(lane.idle() for lane in self._lanes.values()))
                await self._settled.join()
        except TimeoutError:
            log.info("stopped with %d deliveries not settled: they come again", len(self._taken))


def decode_alert(value: bytes | None) -> Alert | Rejected:
    """The alert in a record of the topic, or why it cannot be delivered."""
    alert = decode(ALERT, value)
    if isinstance(alert, Alert) and not MESSAGE_ID.match(alert.message_id):
        return Rejected(Reason.BAD_VALUE, "the id is not 1 to 128 of A-Z, a-z, 0-9, '_' and '-': it cannot be signed")
    return alert


def register(app: App, settings: Settings) -> None:
    """Adds the agent. Raises ConfigError where the receivers file is wrong."""
    known = receivers.load(settings.receivers)
    _announce(known)
    desks: list[Desk] = []
    schema = batching.Batches(COUNT, deferred=True, ahead_records=AHEAD_RECORDS, ahead_bytes=AHEAD_BYTES)

    @app.on_before_shutdown.connect
    async def finish(*_: object, **__: object) -> None:
        for desk in desks:
            await desk.finish()

    @app.agent(batching.topic(app, topics.ALERTS.name(settings), schema=schema), name="deliver")
    async def deliver(stream: Any) -> None:  # Faust's StreamT lacks noack()
        ports = Ports(lambda messages: sending.send_all(app, messages), stream.ack, batching.is_owed)
        async with Desk(settings, known, ports, Schedule(), random.SystemRandom()) as desk:
            desks[:] = [desk]
            async for event in stream.noack().events():
                desk.take(event)


def _announce(known: Mapping[str, receivers.Receiver]) -> None:
    """Says at the start who will be told, and who cannot be."""
    if not known:
        log.warning("no receivers: alerts go to their topic only. RASID_RECEIVERS names a file of them")
    elif DEFAULT not in known:
        log.info("no receiver is named %r: alerts whose watch names none go to their topic only", DEFAULT)
    for receiver in known.values():
        if receiver.refused:
            log.warning("receiver %r: its address is %s: nothing is sent to it unless allow_private = true",
                        receiver.name, receiver.refused)  # fmt: skip
