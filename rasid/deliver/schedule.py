"""When to try again: a table of waits, jitter, what the receiver asked for, and an end to it all."""

import random
from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60.0
HOUR: Final = 3600.0
# The schedule that Standard Webhooks 1.0 recommends: three days and a bit, so that a weekend is survived.
DELAYS_SECONDS: Final = (
    5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
JITTER: Final = 0.2  # of each wait, either way, so that what failed together does not come back together
MOST_ASKED_SECONDS: Final = 24 * HOUR  # of a Retry-After: who asks for a year is tried again tomorrow


@dataclass(frozen=True)
class Schedule:
    """The wait after the first failure, after the second, and so on; after the last failure there is none."""

    delays_seconds: tuple[float, ...] = DELAYS_SECONDS
    jitter: float = JITTER

    @property
    def lifetime_seconds(self) -> float:
        """How long a delivery may wait in all: as long as the longest its waits can come to."""
        return sum(self.delays_seconds) * (1 + self.jitter) + MOST_ASKED_SECONDS

    def wait_seconds(self, failures: int, rng: random.Random, asked_seconds: float | None = None) -> float | None:
        """How long to wait after so many failures; None when the table is used up.

        `asked_seconds` (Retry-After) makes a wait longer, never shorter, and at most a day.
        """
        if failures > len(self.delays_seconds):
            return None
        planned = self.delays_seconds[failures - 1] * rng.uniform(1 - self.jitter, 1 + self.jitter)
        return max(planned, pause_seconds(asked_seconds, rng, self.jitter))


def pause_seconds(asked_seconds: float | None, rng: random.Random, jitter: float = JITTER) -> float:
    """What a Retry-After comes to: never earlier than asked, a little later, at most a day and the jitter."""
    return min(asked_seconds or 0.0, MOST_ASKED_SECONDS) * rng.uniform(1, 1 + jitter)
