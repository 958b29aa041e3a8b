"""A clock that a test moves by hand: hours of retries pass as fast as the sockets on loopback answer."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.patience import PATIENCE_SECONDS

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Call:
    def __init__(self, call: Callable[[], None]) -> None:
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class ManualClock:
    """Stands still until `advance`. `step` sets the calendar forward or back, as an operator or NTP would."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.stepped = timedelta(0)
        self._calls: list[tuple[float, int, Call]] = []
        self._numbers = itertools.count()

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed) + self.stepped

    def call_at(self, when: float, call: Callable[[], None]) -> Call:
        made = Call(call)
        heapq.heappush(self._calls, (when, next(self._numbers), made))
        return made

    def step(self, **parts: float) -> None:
        self.stepped += timedelta(**parts)

    def next(self) -> float | None:
        """Seconds until the next call."""
        while self._calls and self._calls[0][2].call is None:
            heapq.heappop(self._calls)
        return max(0.0, self._calls[0][0] - self.monotonic()) if self._calls else None

    def advance(self, seconds: float) -> None:
        """So much time passes, and what falls due in it is called at its time."""
        end = self.passed + seconds
        while (left := self.next()) is not None and self.passed + left <= end:
            self.passed += left
            _, _, made = heapq.heappop(self._calls)
            if made.call is not None:
                made.call()
        self.passed = end


async def settle(*idle: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Until all of these hold, and hold again after the loop has gone round."""
    async with asyncio.timeout(seconds):
        while True:
            for _ in range(5):
                await asyncio.sleep(0)
            if all(each() for each in idle):
                return
            await asyncio.sleep(0.001)
