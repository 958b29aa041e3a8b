"""When to try again: a table of waits, jitter, what the receiver asked for, and an end to it all."""

import random
from dataclasses import dataclass
from typing import Final

DELAYS_SECONDS: Final = (1.0, 5.0, 15.0, 30.0)  # a restart of the receiver is waited for, an outage is not
JITTER: Final = 0.2  # of each wait, either way, so that what failed together does not come back together
# From the first attempt to the start of the last: an alert that is not settled holds up commits, which the watchdog
# takes for a stuck worker after 300 s.
DEADLINE_SECONDS: Final = 150.0


@dataclass(frozen=True)
class Schedule:
    """The wait after the first failure, after the second, and so on; after the last failure there is none."""

    delays_seconds: tuple[float, ...] = DELAYS_SECONDS
    jitter: float = JITTER
    deadline_seconds: float = DEADLINE_SECONDS

    @property
    def total_seconds(self) -> float:
        """How long a receiver is given altogether, without jitter and without the time its answers take."""
        return sum(self.delays_seconds)

    def wait_seconds(
        self, failures: int, since_seconds: float, rng: random.Random, asked_seconds: float | None = None
    ) -> float | None:
        """How long to wait after so many failures, `since_seconds` after the first attempt began.

        None when there is no further attempt: the table is used up, or the wait would pass the deadline.
        `asked_seconds` (Retry-After) makes a wait longer, never shorter.
        """
        if failures > len(self.delays_seconds):
            return None
        planned = self.delays_seconds[failures - 1] * rng.uniform(1 - self.jitter, 1 + self.jitter)
        wait = max(planned, (asked_seconds or 0.0) * rng.uniform(1, 1 + self.jitter))
        return wait if since_seconds + wait <= self.deadline_seconds else None
