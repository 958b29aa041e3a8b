"""Writes down what came of deliveries, and acknowledges an alert's event when everything made from it is written.

Results and dead letters are with the broker before the entry on `schedule` is taken off: a crash in between sends
again, and loses nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import msgspec
from aiokafka import ConsumerRecord
from faust.types import EventT

from agents import batching, dead_letters, jobs, metrics, topics
from agents.clock import Clock
from agents.jobs import UNDELIVERED, Ending, Job
from agents.sending import Outgoing
from agents.settings import Settings
from schemas.dead_letter import Reason, Step
from schemas.delivery_result import DeliveryResult

ENCODER: Final = msgspec.json.Encoder()


@dataclass(slots=True, eq=False)
class Taken:
    """An event, and how many parts of it are not settled."""

    event: EventT[batching.Records]
    left: int


@dataclass(frozen=True)
class Ports:
    """Where deliveries meet Kafka: sending until acknowledged, acknowledging, whether that counts, reading again."""

    send: Callable[[list[Outgoing]], Awaitable[None]]
    ack: Callable[[EventT[batching.Records]], Awaitable[Any]]
    is_owed: Callable[[EventT[batching.Records]], bool]
    fetch: Callable[[int, int], Awaitable[ConsumerRecord | None]]


@dataclass(frozen=True, slots=True)
class Entry:
    """Messages to send, those to send after them, and the event that one part less is owed of."""

    taken: Taken | None
    messages: Iterable[Outgoing] = ()
    afterwards: Iterable[Outgoing] = ()


class Ledger:
    """`run` and `bury` do the work; the rest returns at once."""

    def __init__(self, settings: Settings, ports: Ports, clock: Clock) -> None:
        self._settings, self._ports, self._clock = settings, ports, clock
        self._entries: asyncio.Queue[Entry] = asyncio.Queue()
        self._buried: asyncio.Queue[tuple[Job, Ending]] = asyncio.Queue()

    def settle(self, taken: Taken | None, *messages: Outgoing) -> None:
        """One part of an event is done when these messages are sent."""
        self._entries.put_nowait(Entry(taken, messages))

    def park(self, job: Job) -> None:
        """Writes how a job stands; its event need not wait for it."""
        taken, job.taken, job.record, job.alert = job.taken, None, None, None
        self.settle(taken, self._scheduled(job, ENCODER.encode(jobs.scheduled(job, self._clock))))

    def strike(self, job: Job) -> None:
        """Takes a job off the schedule, where it stands there, and writes nothing else."""
        self._entries.put_nowait(Entry(job.taken, (), self._struck(job)))

    def end(self, job: Job, ending: Ending) -> None:
        """Writes how a job ended. A dead letter takes the alert's own bytes, which may have to be fetched first."""
        metrics.DELIVERIES.labels(job.receiver, ending.outcome).inc()
        record = ending.record or job.record
        if ending.outcome in UNDELIVERED and record is None:
            self._buried.put_nowait((job, ending))
        else:
            self._write(job, ending, record)

    def _write(self, job: Job, ending: Ending, record: ConsumerRecord | None) -> None:
        messages = [self.result(job, ending)]
        if ending.outcome in UNDELIVERED and record is not None:
            messages.append(self.letter(record, Reason.UNDELIVERED, f"receiver {job.receiver!r}: {ending.detail}"))
        self._entries.put_nowait(Entry(job.taken, messages, self._struck(job)))

    def result(self, job: Job, ending: Ending) -> Outgoing:
        """The message on `deliveries`."""
        seconds = max(0.0, self._clock.monotonic() - job.accepted_at)
        result = DeliveryResult(job.alert_id, job.watch_id, job.receiver, ending.outcome, job.attempts,
                                self._clock.now(), round(seconds, 6), ending.status, ending.detail)  # fmt: skip
        return Outgoing(topics.DELIVERIES.name(self._settings), result.alert_id.encode(), ENCODER.encode(result))

    def letter(self, record: ConsumerRecord, reason: Reason, detail: str) -> Outgoing:
        """The message on `dead-letters`."""
        metrics.DEAD_LETTERS.labels(Step.DELIVER, reason).inc()
        return dead_letters.letter(self._settings, Step.DELIVER, reason, detail, record, self._clock.now())

    def _struck(self, job: Job) -> list[Outgoing]:
        return [self._scheduled(job, None)] if job.parked else []

    def _scheduled(self, job: Job, value: bytes | None) -> Outgoing:
        key = f"{job.alert_id}:{job.receiver}".encode()
        return Outgoing(topics.SCHEDULE.name(self._settings), key, value, partition=job.partition)

    async def run(self) -> None:
        """Sends what is to be written, as much as there is at a time, then acknowledges what is complete."""
        while True:
            entries = [await self._entries.get()]
            while not self._entries.empty():
                entries.append(self._entries.get_nowait())
            await self._send([message for entry in entries for message in entry.messages])
            await self._send([message for entry in entries for message in entry.afterwards])
            for entry in entries:
                await self._release(entry.taken)
                self._entries.task_done()

    async def _send(self, messages: list[Outgoing]) -> None:
        if messages:
            await self._ports.send(messages)

    async def _release(self, taken: Taken | None) -> None:
        if taken is not None:
            taken.left -= 1
            if not taken.left:
                await self._ports.ack(taken.event)

    async def bury(self) -> None:
        """Fetches alerts for dead letters, one after the other, beside everything else."""
        while True:
            job, ending = await self._buried.get()
            record = await self._ports.fetch(job.partition, job.offset)
            self._write(job, ending, record or self._lost(job))
            self._buried.task_done()

    def _lost(self, job: Job) -> ConsumerRecord:
        """What stands for an alert that its topic no longer has."""
        topic = topics.ALERTS.name(self._settings)
        return ConsumerRecord(topic, job.partition, job.offset, 0, 0, job.alert_id.encode(), None, None, 0, 0, ())

    async def written(self) -> None:
        """Returns when all is written."""
        await self._buried.join()
        await self._entries.join()

    def delivered_after(self, job: Job) -> timedelta:
        """How long after the article's arrival."""
        return max(timedelta(0), self._clock.now() - job.arrived_at)
