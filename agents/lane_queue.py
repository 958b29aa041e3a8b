"""The queue of one lane: what is ready, by arrival; what waits for its time; what of that is tried before its time."""

import heapq
import itertools
from collections import deque
from collections.abc import Iterator

from agents.jobs import Job


class Queue:
    """Holds the jobs of a lane until they are over. An attempt takes a job out with `next`; `wait` puts it back.

    Rows of the two heaps whose job is over or has another time since are void, and skipped when they come up.
    """

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}  # by alert id, all that are not over
        self._ready: list[Job] = []  # a heap by number
        self._waiting: list[tuple[float, Job]] = []  # a heap by the time due
        self._early: deque[Job] = deque()
        self._last: dict[str, Job] = {}  # by story, the latest
        self._numbers = itertools.count()
        self.unparked = 0

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs.values()))

    def find(self, alert_id: str) -> Job | None:
        """The job for an alert, where one is not over."""
        return self._jobs.get(alert_id)

    def holds(self, job: Job) -> bool:
        """Whether a job is not over."""
        return self._jobs.get(job.alert_id) is job

    @property
    def has_ready(self) -> bool:
        """Whether something is to be tried as soon as it may."""
        return bool(self._ready or self._early)

    # -- in and out ---------------------------------------------------------------------------------------------------

    def add(self, job: Job) -> Job | None:
        """Takes a job on, not yet ready, and returns the one of its story that it must not overtake."""
        job.number = next(self._numbers)
        self._jobs[job.alert_id] = job
        self.unparked += not job.parked
        before = self._last.get(job.story_id)
        self._last[job.story_id] = job
        if before is not None:
            before.following = job
        return before

    def remove(self, job: Job) -> None:
        """The job is over."""
        if self.holds(job):
            del self._jobs[job.alert_id]
            self.unparked -= not job.parked
        if self._last.get(job.story_id) is job:
            del self._last[job.story_id]

    def parked(self, job: Job) -> None:
        """Takes note that it stands on the topic."""
        if not job.parked:
            job.parked = True
            self.unparked -= 1

    # -- order --------------------------------------------------------------------------------------------------------

    def make_ready(self, job: Job) -> None:
        """It is to be tried when its turn comes."""
        job.due = None
        heapq.heappush(self._ready, job)

    def wait(self, job: Job, due: float) -> None:
        """It is to be tried at that time."""
        job.due, job.planned = due, None
        heapq.heappush(self._waiting, (due, job))

    def hurry(self, job: Job | None = None) -> None:
        """Tries a job that waits, or all, before their time: after what is ready, oldest first."""
        if job is None:
            self._early = deque(each for each in self._jobs.values() if each.due is not None)
        elif job.due is not None:
            self._early.append(job)

    def next(self) -> Job | None:
        """The job to try: the oldest that is ready, or one that waits, where such are tried early."""
        job = self.oldest()
        if job is not None:
            return heapq.heappop(self._ready)
        while self._early:
            job = self._early.popleft()
            if self.holds(job) and job.due is not None:
                job.planned, job.due = job.due, None
                return job
        return None

    def oldest(self) -> Job | None:
        """The oldest that is ready."""
        while self._ready and not self.holds(self._ready[0]):
            heapq.heappop(self._ready)
        return self._ready[0] if self._ready else None

    def next_due(self) -> float | None:
        """When the first of those that wait is due."""
        while self._waiting:
            due, job = self._waiting[0]
            if job.due == due and self.holds(job):
                return due
            heapq.heappop(self._waiting)
        return None

    def wake(self, now: float) -> None:
        """Makes ready what is due."""
        while (due := self.next_due()) is not None and due <= now:
            self.make_ready(heapq.heappop(self._waiting)[1])
