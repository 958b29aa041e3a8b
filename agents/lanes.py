"""A lane is all that belongs to one receiver: its queue and order, its connections, its circuit breaker.

Lanes share nothing, so that a receiver that is dead, slow or endless delays no other. What an answer means and when to
try again is decided in rasid/deliver; what is written down, and the text of what waits, is the desk's (deliver.py).
"""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Final, Protocol

import msgspec
from aiokafka import ConsumerRecord

from agents.clock import Call, Clock
from agents.http_client import Answer
from agents.jobs import Ending, Job
from agents.lane_queue import Queue
from agents.receiver import Receiver
from agents.senders import Sender
from rasid.deliver.breaker import Breaker, State
from rasid.deliver.outcome import Failure, Verdict, describe, judge, retry_after
from rasid.deliver.schedule import Schedule, pause_seconds
from schemas.alert import Alert

log = logging.getLogger(__name__)
ALERT: Final = msgspec.json.Decoder(Alert)
UNPARKED: Final = 256  # jobs that hold up commits and keep their text in memory; further ones go to the topic
QUIET_SECONDS: Final = 60.0  # between complaints of one receiver: one that fails now and then fills no log
SWITCHED_OFF: Final = Ending("gone", detail="the receiver answered 410 before and is switched off")


class Office(Protocol):
    """What a lane leaves to whoever made it."""

    def wanted(self, job: Job) -> bool:
        """Whether a job is still to be done: after a rebalance another worker may have it."""

    async def fetch(self, job: Job) -> ConsumerRecord | None:
        """The record of a parked job's alert; None where the topic no longer has it."""

    def park(self, job: Job) -> None:
        """Writes down how the job stands; the event it came in need not wait for it from here on."""

    def ended(self, job: Job, ending: Ending) -> None:
        """The job is over."""

    def dropped(self, job: Job) -> None:
        """The job is another worker's, or done already."""

    def switched_off(self, receiver: Receiver, detail: str) -> None:
        """The receiver wants nothing any more."""


class Lane:
    """Delivers to one receiver. `run` opens it and works until cancelled; jobs may be added before.

    Jobs are tried in the order in which they came, as many at once as the receiver has connections; what has failed
    waits for its time outside the queue. An alert never overtakes an earlier one of its story. While the breaker is
    open everything waits; when it closes, what had failed is tried again at once, before its time.
    """

    def __init__(
        self, receiver: Receiver, office: Office, schedule: Schedule, rng: random.Random, clock: Clock
    ) -> None:
        self.receiver, self.off = receiver, False
        self._office, self._rng, self._clock = office, rng, clock
        self._default_schedule = schedule
        self._queue = Queue()
        self._breaker = Breaker(rng)
        self._complaint = Complaint(receiver.name, clock)
        self._group: asyncio.TaskGroup | None = None
        self._sender: Sender | None = None
        self._changed = asyncio.Event()
        self._call: tuple[float, Call] | None = None
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._open = True

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def takes(self) -> bool:
        """Whether the receiver is thought to take alerts."""
        return not self.off and self._breaker.state is State.CLOSED

    # -- its life -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Works until cancelled. A receiver that is replaced has the attempts under way to the end of its own."""
        while True:
            self._changed.clear()
            async with self.receiver.sender() as sender, asyncio.TaskGroup() as group:
                self._group, self._sender = group, sender
                try:
                    self._pump()
                    await self._changed.wait()
                finally:
                    self._group = self._sender = None
                await self.idle()

    def replace(self, receiver: Receiver) -> None:
        """From here on the receiver is told as this one is: another address, other secrets. What waits, waits on."""
        self.receiver = receiver
        self._changed.set()

    def close(self) -> None:
        """Begins no further attempt: what waits is left for the next start."""
        self._open = False

    async def idle(self) -> None:
        """Returns when no attempt is under way."""
        await self._idle.wait()

    def switch(self, *, off: bool) -> None:
        """The receiver is off, or on again."""
        self.off = off
        if off:
            self.end_all(SWITCHED_OFF)
        self._pump()

    # -- what comes in ------------------------------------------------------------------------------------------------

    def find(self, alert_id: str) -> Job | None:
        """The job for an alert, where one is not over."""
        return self._queue.find(alert_id)

    def add(self, job: Job) -> None:
        """Takes on a new job, or one from the topic; begins it at once where nothing stands in its way."""
        due = job.due
        before = self._queue.add(job)
        if self.off:
            self._end(job, SWITCHED_OFF)
        elif before is not None:
            self.park(before)
            self.park(job)
        elif due is not None:
            self._queue.wait(job, due)
            self._arm()
        else:
            self._make_ready(job)
            self._pump()

    def _make_ready(self, job: Job) -> None:
        if self._queue.unparked > UNPARKED or not self.takes:
            self.park(job)
        self._queue.make_ready(job)

    def park(self, job: Job) -> None:
        """Has a job written down, where it is not yet."""
        if not job.parked:
            self._queue.parked(job)
            self._office.park(job)

    def hurry(self, job: Job) -> None:
        """A person asks for it to be tried now."""
        self._queue.hurry(job)
        self._pump()

    def drop(self, is_lost: Callable[[Job], bool]) -> None:
        """Forgets the jobs that another worker has now; attempts under way come to nothing here."""
        for job in self._queue:
            if is_lost(job):
                self._drop(job)

    def _drop(self, job: Job) -> None:
        self._queue.remove(job)
        self._office.dropped(job)
        self._let_follow(job)

    def end_all(self, ending: Ending) -> None:
        """Ends everything that is not under way."""
        for job in self._queue:
            if not job.under_way:
                job.following = None
                self._end(job, ending)

    # -- what goes out ------------------------------------------------------------------------------------------------

    def _pump(self) -> None:
        """Begins what can begin, and sees to it that it is called again when there is more."""
        while self._can_begin() and (job := self._queue.next()) is not None:
            if self._office.wanted(job):
                self._begin(job)
            else:
                self._drop(job)
        self._arm()

    def _can_begin(self) -> bool:
        if not self._open or self._group is None or self.off or self._busy >= self.receiver.connections:
            return False
        if self._breaker.permits(self._clock.monotonic()):
            return True
        self._expire()
        return False

    def _expire(self) -> None:
        """Gives up what has waited for longer than a schedule can take, while the receiver took nothing."""
        oldest = self._clock.monotonic() - self._schedule.lifetime_seconds
        while (job := self._queue.oldest()) is not None and job.accepted_at < oldest:
            detail = job.detail or "not tried: the receiver took nothing all that time"
            self._end(job, Ending("failed", job.status, detail))

    @property
    def _schedule(self) -> Schedule:
        return self.receiver.schedule or self._default_schedule

    def _begin(self, job: Job) -> None:
        assert self._group is not None
        self._breaker.begin()
        self._busy += 1
        self._idle.clear()
        job.under_way = True
        self._group.create_task(self._serve(job, self._sender))

    async def _serve(self, job: Job, sender: Sender | None) -> None:
        """Makes one attempt and goes by what comes of it."""
        assert sender is not None
        record = None
        try:
            record = job.record or await self._office.fetch(job)
            answer = await self._attempt(sender, job, record)
        finally:
            self._busy -= 1
            job.under_way = False
            if not self._busy:
                self._idle.set()
        self._judge(job, record, answer)
        self._pump()

    async def _attempt(self, sender: Sender, job: Job, record: ConsumerRecord | None) -> Answer | str:
        """The answer, or why there can be none."""
        if record is None:
            return "the alert is no longer on its topic"
        job.attempts += 1
        try:
            return await sender.send(job.alert or ALERT.decode(record.value), self._clock.now())
        except Exception as error:  # our own fault, and of this alert alone: the others go on
            log.exception("alert %s could not be written for receiver %r", job.alert_id, self.receiver.name)
            return f"the alert could not be written: {type(error).__name__}"

    # -- what comes of it ---------------------------------------------------------------------------------------------

    def _judge(self, job: Job, record: ConsumerRecord | None, answer: Answer | str) -> None:
        """Ends the job, or puts it back for later."""
        if isinstance(answer, str):
            self._breaker.withdraw(self._clock.monotonic())
            self._end(job, Ending("failed", None, answer, record))
            return
        job.status = None if isinstance(answer.result, Failure) else answer.result
        verdict, job.detail = judge(answer.result), describe(answer.result)
        if verdict is Verdict.DELIVERED:
            self._recovered()
            self._end(job, Ending("delivered", job.status, "", record))
        elif verdict is Verdict.GONE:
            self._end(job, Ending("gone", job.status, job.detail, record))
            self._switch_off(job.detail)
        elif verdict is Verdict.REFUSED:
            self._breaker.withdraw(self._clock.monotonic())
            self._complaint.failing(job.detail)
            self._end(job, Ending("refused", None, job.detail, record))
        else:
            self._failed(job, record, retry_after(answer.retry_after, self._clock.now()))

    def _failed(self, job: Job, record: ConsumerRecord | None, asked_seconds: float | None) -> None:
        """A failure that may do better later: the job waits, unless its schedule is used up."""
        now = self._clock.monotonic()
        self._complaint.failing(job.detail)
        self._break(now, asked_seconds)
        if not self._queue.holds(job):
            return  # its partition has gone meanwhile
        if self.off:
            self._end(job, SWITCHED_OFF)
        elif job.planned is not None and now < job.planned:
            self._queue.wait(job, job.planned)  # an attempt before its time moves nothing on
        else:
            self._move_on(job, record, now, asked_seconds)

    def _move_on(self, job: Job, record: ConsumerRecord | None, now: float, asked_seconds: float | None) -> None:
        job.failures += 1
        wait = self._schedule.wait_seconds(job.failures, self._rng, asked_seconds)
        if wait is None:
            self._end(job, Ending("failed", job.status, job.detail, record))
            return
        self._queue.wait(job, now + wait)
        self._queue.parked(job)
        self._office.park(job)

    def _break(self, now: float, asked_seconds: float | None) -> None:
        """Tells the breaker; where it opens, what is in the queue need not hold up commits any longer."""
        if asked_seconds:
            opened = self._breaker.pause(now + pause_seconds(asked_seconds, self._rng))
        else:
            opened = self._breaker.fail(now)
        if opened:
            for job in self._queue:
                if not job.under_way:
                    self.park(job)

    def _recovered(self) -> None:
        self._complaint.over()
        if self._breaker.succeed():
            self._queue.hurry()

    def _switch_off(self, detail: str) -> None:
        if self.off:
            return
        name = self.receiver.name
        log.error("receiver %r answered 410 Gone and is switched off: its alerts become dead letters. Mend it and run "
                  "`rasid receivers on %s`, or take it out of the receivers file", name, name)  # fmt: skip
        self._office.switched_off(self.receiver, detail)
        self.switch(off=True)

    def _end(self, job: Job, ending: Ending) -> None:
        """Over. One that was dropped meanwhile counts only where it was delivered."""
        mine = self._queue.holds(job)
        self._queue.remove(job)
        if mine or ending.outcome == "delivered":
            self._office.ended(job, ending)
        self._let_follow(job)

    def _let_follow(self, job: Job) -> None:
        """The next of its story may go."""
        following, job.following = job.following, None
        if following is None or not self._queue.holds(following):
            return
        if self.off:
            self._end(following, SWITCHED_OFF)
        else:
            self._make_ready(following)

    # -- time ---------------------------------------------------------------------------------------------------------

    @property
    def next_at(self) -> float | None:
        """When it acts next by itself; None where it waits for no time."""
        return self._call[0] if self._call else None

    def _arm(self) -> None:
        """Has itself called when the next job is due, or the breaker's trial."""
        when, trial = self._queue.next_due(), self._breaker.trial_at
        if self._queue.has_ready and trial is not None and trial > self._clock.monotonic():
            when = trial if when is None else min(when, trial)
        if not self._open or when is None:
            self._disarm()
        elif when != self.next_at:
            self._disarm()
            self._call = when, self._clock.call_at(when, self._wake)

    def _disarm(self) -> None:
        if self._call is not None:
            self._call[1].cancel()
        self._call = None

    def _wake(self) -> None:
        """Something is due."""
        self._call = None
        self._queue.wake(self._clock.monotonic())
        self._pump()


class Complaint:
    """Says when a receiver begins to fail and when that ends, not for every alert nor more than once a minute."""

    def __init__(self, name: str, clock: Clock) -> None:
        self._name, self._clock = name, clock
        self._since: float | None = None
        self._said_at = float("-inf")

    def failing(self, why: str) -> None:
        """One more failure."""
        now = self._clock.monotonic()
        if self._since is None and now - self._said_at >= QUIET_SECONDS:
            self._since = self._said_at = now
            log.warning("receiver %r fails: %s", self._name, why)

    def over(self) -> None:
        """A success."""
        if self._since is not None:
            log.info("receiver %r takes alerts again after %.0f s", self._name, self._clock.monotonic() - self._since)
            self._since = None
