"""A lane is all that belongs to one receiver: its queue, its workers, its connections and its state of health.

Lanes share nothing, so that a receiver that is dead, slow or endless delays no other. What an answer means and when to
try again is decided in rasid/deliver; what becomes of an alert in the end is reported to whoever made the lane.
"""

import asyncio
import itertools
import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from agents.http_client import Answer, Client
from agents.receivers import Receiver
from rasid.deliver import payload
from rasid.deliver.outcome import Failure, Verdict, describe, judge, retry_after
from rasid.deliver.schedule import Schedule
from schemas.alert import Alert
from schemas.delivery_result import Outcome

log = logging.getLogger(__name__)
ALERT: Final = msgspec.json.Decoder(Alert)


@dataclass(slots=True, eq=False)
class Job:
    """An alert on its way to one receiver. Its text stays in `record` until it is sent, to keep what waits small."""

    alert_id: str
    watch_id: str
    receiver: str
    arrived_at: datetime
    record: ConsumerRecord
    taken_at: float  # monotonic, as all times here
    attempts: int = 0
    first_at: float | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended. `outcome` is None where nothing was decided because the job is no longer ours."""

    outcome: Outcome | None
    status: int | None = None
    detail: str = ""


Wanted = Callable[[Job], bool]
Ended = Callable[[Job, Ending], None]


class Lane:
    """Delivers to one receiver what `add` is given, and calls `ended` once for each. `run` does the work.

    `wanted` is asked before each attempt: after a rebalance another worker may have the job.

    Partitions take turns, each oldest first, so that commits of all of them go on behind a slow receiver; what is
    tried again goes before what is new.
    """

    def __init__(
        self, receiver: Receiver, wanted: Wanted, ended: Ended, schedule: Schedule, rng: random.Random
    ) -> None:
        self.receiver = receiver
        self._wanted, self._ended = wanted, ended
        self._schedule, self._rng = schedule, rng
        self._client = receiver.client()
        self._queue: asyncio.PriorityQueue[tuple[int, int, Job]] = asyncio.PriorityQueue()
        self._numbers = itertools.count()
        self._ranks: dict[int, int] = {}  # by partition, the last one given
        self._served = 0  # the highest rank taken up
        self._health = Health(receiver.name)
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._open = True
        self._gone = False

    def add(self, job: Job) -> None:
        """Queues a job behind the others of its partition and level with those of other partitions."""
        partition = job.record.partition
        self._ranks[partition] = job.rank = max(self._ranks.get(partition, 0), self._served) + 1
        self._put(job)

    def _put(self, job: Job) -> None:
        self._queue.put_nowait((job.rank, next(self._numbers), job))

    async def run(self) -> None:
        """Works until cancelled."""
        async with self._client as client, asyncio.TaskGroup() as workers:
            for _ in range(self.receiver.connections):
                workers.create_task(self._work(client))

    def close(self) -> None:
        """Begins no further attempt: what waits is left for the next start."""
        self._open = False

    async def idle(self) -> None:
        """Returns when no attempt is under way."""
        await self._idle.wait()

    async def _work(self, client: Client) -> None:
        while True:
            rank, _, job = await self._queue.get()
            self._served = max(self._served, rank)
            if not self._open:
                continue
            with self._at_work():
                await self._serve(client, job)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._busy += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._busy -= 1
            if not self._busy:
                self._idle.set()

    async def _serve(self, client: Client, job: Job) -> None:
        """Makes one attempt, unless there is no point in it, and goes by what comes of it."""
        ending = self._unattempted(job)
        if ending is not None:
            self._ended(job, ending)
            return
        began = time.monotonic()
        job.first_at = began if job.first_at is None else job.first_at
        job.attempts += 1
        answer = await self._attempt(client, job)
        ending = self._judged(job, answer, began)
        if ending is not None:
            self._ended(job, ending)

    def _unattempted(self, job: Job) -> Ending | None:
        """How a job ends without an attempt: not ours any more, or its receiver is gone or has long been failing."""
        if not self._wanted(job):
            return Ending(None)
        if self._gone:
            return Ending("gone", detail="the receiver answered 410 before and is switched off")
        patience = self._schedule.total_seconds
        if job.attempts == 0 and self._health.failing_seconds(since=job.taken_at) > patience:
            return Ending("failed", detail=f"not tried: the receiver took nothing for {patience:.0f} seconds")
        return None

    async def _attempt(self, client: Client, job: Job) -> Answer | Exception:
        try:
            body = payload.body(ALERT.decode(job.record.value))
            headers = self.receiver.signer.headers(job.alert_id, datetime.now(UTC), body)
        except Exception as error:  # our own fault, and of this alert alone: the others go on
            log.exception("alert %s could not be written for receiver %r", job.alert_id, self.receiver.name)
            return error
        return await client.post(body, headers)

    def _judged(self, job: Job, answer: Answer | Exception, began: float) -> Ending | None:
        """How the job ends with this answer, or None where it will be tried again."""
        if isinstance(answer, Exception):
            return Ending("failed", detail=f"the alert could not be written: {type(answer).__name__}")
        status = None if isinstance(answer.result, Failure) else answer.result
        detail = describe(answer.result)
        self._health.observe(None if judge(answer.result) is Verdict.DELIVERED else detail, began)
        match judge(answer.result):
            case Verdict.DELIVERED:
                return Ending("delivered", status)
            case Verdict.GONE:
                self._switch_off()
                return Ending("gone", status, detail)
            case Verdict.REFUSED:
                return Ending("refused", status, detail)
        return None if self._again(job, answer) else Ending("failed", status, detail)

    def _again(self, job: Job, answer: Answer) -> bool:
        """Puts the job back in the queue for later; False when its attempts are used up."""
        since = time.monotonic() - (job.first_at or 0.0)
        asked = retry_after(answer.retry_after, datetime.now(UTC))
        wait = self._schedule.wait_seconds(job.attempts, since, self._rng, asked)
        if wait is None:
            return False
        asyncio.get_running_loop().call_later(wait, self._put, job)
        return True

    def _switch_off(self) -> None:
        if not self._gone:
            log.error(
                "receiver %r answered 410 Gone and is switched off until the next start: its alerts become dead "
                "letters. Take it out of the receivers file, or mend it and restart",
                self.receiver.name,
            )
        self._gone = True


class Health:
    """Since when a receiver has been failing, and says so when it begins and when it ends, not for every alert."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._failing_since: float | None = None

    def failing_seconds(self, since: float) -> float:
        """For how long it has done nothing but fail, counted from `since` at the earliest."""
        if self._failing_since is None:
            return 0.0
        return time.monotonic() - max(since, self._failing_since)

    def observe(self, failure: str | None, began: float) -> None:
        """Takes note of an attempt that began then, and of what failed, if it did."""
        if failure is not None and self._failing_since is None:
            self._failing_since = began
            log.warning("receiver %r fails: %s", self._name, failure)
        elif failure is None and self._failing_since is not None:
            log.info("receiver %r takes alerts again after %.0f s", self._name, time.monotonic() - self._failing_since)
            self._failing_since = None
