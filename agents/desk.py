"""The desk of a worker: alerts come in, each goes to the lanes of its receivers, and what comes of it to the ledger.

Lanes come and go with the receivers file. What a partition still has to deliver is given to the desk when the partition
comes, and forgotten when it goes.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import ConsumerRecord
from faust.types import EventT

from agents import batching, jobs, metrics, switches
from agents.clock import Clock
from agents.jobs import Ending, Job
from agents.lanes import ALERT, Lane
from agents.ledger import Ledger, Ports, Taken
from agents.receiver import Receiver
from agents.receivers import Receivers
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.deliver.recent import Recent
from rasid.deliver.route import route
from rasid.deliver.schedule import Schedule
from rasid.deliver.sign import MESSAGE_ID
from rasid.intake import Rejected, decode
from schemas.alert import Alert
from schemas.dead_letter import Reason
from schemas.scheduled_delivery import ScheduledDelivery

log = logging.getLogger(__name__)
STOP_SECONDS: Final = 3.0  # for attempts under way when the worker stops; the rest comes again at the next start
NO_RECEIVER: Final = ""  # the label of what went to nobody: names that watches make up are no labels


class Desk:
    """Takes events of alerts on, and settles each part of them: delivered, scheduled, given up, or put aside.

    Use as an asynchronous context; any surprise in it ends that context with an exception. `is_off` says which
    receivers are switched off.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # what a desk stands between
        self, settings: Settings, known: Receivers, ports: Ports, schedule: Schedule, rng: random.Random, clock: Clock
    ) -> None:
        self._settings, self._ports, self._schedule = settings, ports, schedule
        self._rng, self._clock = rng, clock
        self._ledger = Ledger(settings, ports, clock)
        self._recent = Recent()
        self._lanes: dict[str, Lane] = {}
        self._working: dict[str, asyncio.Task[None]] = {}
        self._first = known
        self._stack = AsyncExitStack()
        self._group: asyncio.TaskGroup | None = None
        self._beside: list[asyncio.Task[None]] = []
        self.is_off: Callable[[Receiver], bool] = lambda _: False

    async def __aenter__(self) -> Self:
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self.beside(self._ledger.run(), self._ledger.bury())
        self.use(self._first)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        for task in (*self._beside, *self._working.values()):
            task.cancel()
        for name in self._lanes:
            _show(name, lambda: 0, lambda: 0)
        return await self._stack.__aexit__(kind, error, trace)

    def beside(self, *works: Coroutine[Any, Any, None]) -> None:
        """Runs these for as long as the desk is open."""
        assert self._group is not None
        self._beside += [self._group.create_task(work) for work in works]

    # -- receivers ----------------------------------------------------------------------------------------------------

    def use(self, known: Receivers) -> None:
        """From now on these are the receivers; what waits for one that is gone goes to nobody."""
        for name in set(self._lanes) - set(known):
            self._close(name)
        for name, receiver in known.items():
            if name not in self._lanes:
                self._open(receiver)
            elif self._lanes[name].receiver != receiver:
                self._lanes[name].replace(receiver)
            self.look_at(name)

    def _open(self, receiver: Receiver) -> None:
        assert self._group is not None
        lane = Lane(receiver, self, self._schedule, self._rng, self._clock)
        self._lanes[receiver.name] = lane
        self._working[receiver.name] = self._group.create_task(lane.run())
        _show(receiver.name, lambda: len(lane), lambda: lane.takes)

    def _close(self, name: str) -> None:
        lane, task = self._lanes.pop(name), self._working.pop(name)
        lane.end_all(Ending("unroutable", detail=f"no receiver is named {name!r} any more"))
        lane.close()
        _show(name, lambda: 0, lambda: 0)
        self.beside(_ended_when_idle(lane, task))

    def look_at(self, name: str) -> None:
        """There is news of whether a receiver is off."""
        lane = self._lanes.get(name)
        if lane is not None and (off := self.is_off(lane.receiver)) != lane.off:
            log.info("receiver %r is switched %s", name, "off" if off else "on")
            lane.switch(off=off)

    # -- partitions ---------------------------------------------------------------------------------------------------

    def drop_all(self) -> None:
        """Partitions are given out anew: forgets what will be restored, here or elsewhere."""
        for lane in self._lanes.values():
            lane.drop(self._is_lost)

    def _is_lost(self, job: Job) -> bool:
        return job.taken is None or not self._ports.is_owed(job.taken.event)

    def restore(self, partition: int, waiting: list[ScheduledDelivery]) -> None:
        """Takes on what a partition still has to deliver."""
        for scheduled in waiting:
            job = jobs.restored(scheduled, partition, self._clock)
            lane = self._lanes.get(job.receiver)
            if lane is None:
                self.ended(job, Ending("unroutable", detail=f"no receiver is named {job.receiver!r} any more"))
            elif lane.find(job.alert_id) is None:
                lane.add(job)

    def request(self, partition: int, scheduled: ScheduledDelivery) -> None:
        """A person asks for a delivery, now and whatever became of it before."""
        lane = self._lanes.get(scheduled.receiver)
        job = lane.find(scheduled.alert_id) if lane is not None else None
        if lane is None or job is None:
            self.restore(partition, [scheduled])
            return
        job.requested = True
        lane.park(job)
        self._ledger.park(job)  # in place of what the command wrote, which knows nothing of earlier attempts
        lane.hurry(job)

    # -- alerts -------------------------------------------------------------------------------------------------------

    def take(self, event: EventT[batching.Records]) -> None:
        """Takes an event on. Returns at once; it is acknowledged when all of it is settled."""
        taken = Taken(event, left=1)  # one for the reading itself, so that nothing is acknowledged half read
        written = [message for record in event.value for message in self._read(record, taken)]
        self._ledger.settle(taken, *written)

    def _read(self, record: ConsumerRecord, taken: Taken) -> Iterator[Outgoing]:
        """Queues a record's jobs; what needs no delivery comes back as messages."""
        alert = decode_alert(record.value)
        if isinstance(alert, Rejected):
            yield self._ledger.letter(record, alert.reason, alert.detail)
            return
        way = route(alert.receivers, self._lanes)
        for name in way.to:
            self._queue(alert, self._lanes[name], record, taken)
        for name in way.unknown:
            yield from self._unroutable(alert, name, record)

    def _queue(self, alert: Alert, lane: Lane, record: ConsumerRecord, taken: Taken) -> None:
        if self._recent.has(alert.message_id, lane.receiver.name, self._clock.monotonic()):
            return  # it came again after a rebalance, and its result stands on the topic
        known = lane.find(alert.message_id)
        if known is None:
            job = jobs.new(alert, lane.receiver.name, record, self._clock)
            job.taken = taken
            taken.left += 1
            lane.add(job)
        elif known.taken is not None and self._ports.is_owed(known.taken.event):
            lane.park(known)  # the same alert twice on the topic: once it is scheduled, neither need be waited for
        elif known.taken is not None:
            self._ledger.settle(known.taken)
            known.taken = taken
            taken.left += 1

    def _unroutable(self, alert: Alert, name: str, record: ConsumerRecord) -> Iterator[Outgoing]:
        asked = name in alert.receivers
        why = f"no receiver is named {name!r}" if asked else f"the watch names no receiver, and none is named {name!r}"
        metrics.DELIVERIES.labels(NO_RECEIVER, "unroutable").inc()
        yield self._ledger.result(jobs.new(alert, name, record, self._clock), Ending("unroutable", detail=why))
        if asked:
            yield self._ledger.letter(record, Reason.UNDELIVERED, why)

    # -- what lanes leave to the desk ---------------------------------------------------------------------------------

    def wanted(self, job: Job) -> bool:
        """Whether a job is still to be done: ours, and not meanwhile done by another with the same alert."""
        owed = job.taken is None or self._ports.is_owed(job.taken.event)
        return owed and (job.requested or not self._is_delivered(job))

    def _is_delivered(self, job: Job) -> bool:
        return self._recent.has(job.alert_id, job.receiver, self._clock.monotonic())

    async def fetch(self, job: Job) -> ConsumerRecord | None:
        """The record of a job's alert."""
        return await self._ports.fetch(job.partition, job.offset)

    def park(self, job: Job) -> None:
        """Writes a job down, unless it is another worker's by now."""
        if job.taken is None or self._ports.is_owed(job.taken.event):
            self._ledger.park(job)

    def ended(self, job: Job, ending: Ending) -> None:
        """A lane is done with a job."""
        if ending.outcome == "delivered":
            self._recent.add(job.alert_id, job.receiver, self._clock.monotonic())
            metrics.PUBLISH_TO_DELIVERED.observe(self._ledger.delivered_after(job).total_seconds())
        self._ledger.end(job, ending)

    def dropped(self, job: Job) -> None:
        """A lane has let go of a job: it is another worker's, or done."""
        if self._is_delivered(job):
            self._ledger.strike(job)
        else:
            self._ledger.settle(job.taken)

    def switched_off(self, receiver: Receiver, detail: str) -> None:
        """A receiver wants nothing any more: all workers are told."""
        self._ledger.settle(None, switches.off(self._settings, receiver, detail, self._clock.now()))

    # -- the end ------------------------------------------------------------------------------------------------------

    async def finish(self, seconds: float = STOP_SECONDS) -> None:
        """Lets attempts under way come to an end and be written down, as far as `seconds` allow."""
        for lane in self._lanes.values():
            lane.close()
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(lane.idle() for lane in self._lanes.values()))
                await self._ledger.written()
        except TimeoutError:
            log.info("stopped with attempts under way: they are made again at the next start")


def _show(name: str, waiting: Callable[[], float], takes: Callable[[], float]) -> None:
    metrics.DELIVERIES_WAITING.labels(name).set_function(waiting)
    metrics.RECEIVER_TAKES.labels(name).set_function(takes)


async def _ended_when_idle(lane: Lane, task: "asyncio.Task[None]") -> None:
    await lane.idle()
    task.cancel()


def decode_alert(value: bytes | None) -> Alert | Rejected:
    """The alert in a record of the topic, or why it cannot be delivered."""
    alert = decode(ALERT, value)
    if isinstance(alert, Alert) and not MESSAGE_ID.match(alert.message_id):
        return Rejected(Reason.BAD_VALUE, "the id is not 1 to 128 of A-Z, a-z, 0-9, '_' and '-': it cannot be signed")
    return alert
