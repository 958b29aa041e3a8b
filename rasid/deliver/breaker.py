"""A circuit breaker for one receiver: after several failures in a row nothing is sent but a trial now and then.

Times are seconds of one clock that never goes back, and come in as arguments.
"""

import random
from enum import StrEnum
from typing import Final

THRESHOLD: Final = 5  # failures in a row that open it: one bad alert is no outage
WAITS_SECONDS: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0)  # until a trial: the last one again and again
JITTER: Final = 0.1


class State(StrEnum):
    """What a breaker lets through; the names are those of Nygard's "Release It!"."""

    CLOSED = "closed"  # everything
    OPEN = "open"  # nothing, until it is time for a trial
    HALF_OPEN = "half-open"  # nothing, while a trial is under way


class Breaker:
    """Starts closed. `permits` is asked before an attempt; `begin`, then `succeed`, `fail` or `pause` told of it."""

    def __init__(
        self, rng: random.Random, threshold: int = THRESHOLD, waits_seconds: tuple[float, ...] = WAITS_SECONDS
    ) -> None:
        self._rng, self._threshold, self._waits = rng, threshold, waits_seconds
        self._failures = 0  # in a row, while closed
        self._trials = 0  # in a row that failed
        self.state = State.CLOSED
        self.trial_at: float | None = None  # while open

    def permits(self, now: float) -> bool:
        """Whether an attempt may begin."""
        return self.state is State.CLOSED or (self.trial_at is not None and now >= self.trial_at)

    def begin(self) -> None:
        """An attempt begins; of an open breaker it is the trial."""
        if self.state is State.OPEN:
            self.state, self.trial_at = State.HALF_OPEN, None

    def succeed(self) -> bool:
        """Closes it; True where it was not closed."""
        reopened = self.state is not State.CLOSED
        self.state, self.trial_at, self._failures, self._trials = State.CLOSED, None, 0, 0
        return reopened

    def fail(self, now: float) -> bool:
        """One more failure; True where the breaker opens by it. A trial that failed makes the next wait longer."""
        if self.state is State.HALF_OPEN:
            self._trials += 1
        elif self.state is State.CLOSED:
            self._failures += 1
            if self._failures < self._threshold:
                return False
        else:
            return False  # begun before it opened
        opens = self.state is State.CLOSED
        wait = self._waits[min(self._trials, len(self._waits) - 1)]
        self._open(now + wait * self._rng.uniform(1 - JITTER, 1 + JITTER))
        return opens

    def withdraw(self, now: float) -> None:
        """The attempt told nothing of the receiver; a trial is still to be made."""
        if self.state is State.HALF_OPEN:
            self._open(now)

    def pause(self, until: float) -> bool:
        """The receiver asked for quiet (Retry-After): open until then; True where it was closed."""
        opens = self.state is State.CLOSED
        self._open(max(until, self.trial_at or until))
        return opens

    def _open(self, trial_at: float) -> None:
        self.state, self.trial_at, self._failures = State.OPEN, trial_at, 0
