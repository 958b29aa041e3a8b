"""Time as deliveries see it: what passes, what the calendar says, and calls when something is due.

Waits go by `monotonic`, which no step of the calendar changes; what is written down goes by `now`.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol


class Call(Protocol):
    """A call that is to be made."""

    def cancel(self) -> None:
        """It is not made after all."""


class Clock(Protocol):
    """A source of time; tests have one that they move by hand."""

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back."""

    def now(self) -> datetime:
        """The calendar's time, aware; it may be set forward and back."""

    def call_at(self, when: float, call: Callable[[], None]) -> Call:
        """Makes the call when `monotonic` has come to `when`."""


class SystemClock:
    """This machine's time, in the running loop."""

    def monotonic(self) -> float:
        """The loop's own time."""
        return time.monotonic()

    def now(self) -> datetime:
        """UTC."""
        return datetime.now(UTC)

    def call_at(self, when: float, call: Callable[[], None]) -> Call:
        """By the loop."""
        return asyncio.get_running_loop().call_later(max(0.0, when - time.monotonic()), call)
