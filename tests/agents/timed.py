"""Plays deliveries against a real server on loopback while a test's clock jumps from one thing due to the next.

Times are of that clock: seconds since the story began. What the server does takes real time, and the clock stands still
meanwhile.
"""

import asyncio
import itertools
import random
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from agents.settings import Settings
from rasid.deliver.schedule import Schedule
from tests.agents.clock import START, ManualClock
from tests.agents.desk import Stream, Watched, event
from tests.collector import Collector
from tests.patience import PATIENCE_SECONDS


@dataclass(frozen=True)
class Arrival:
    """One request: when, where, and what it said."""

    at: float
    id: str
    fault: str
    sent: datetime  # its webhook-timestamp
    body: bytes
    headers: dict[str, str]


class Story:
    """A desk with its clock, its broker and one server. `restart` ends the desk as kill -9 would, and opens another."""

    def __init__(self, collector: Collector, *receivers, schedule: Schedule | None = None) -> None:
        self.collector, self.receivers = collector, receivers
        self.clock, self.stream = ManualClock(), Stream()
        collector.now = self.clock.now
        self.stream.up.set()
        self.arrivals: list[Arrival] = []
        self.off = set()
        self._schedule = schedule or Schedule()
        self._rng = random.Random(11)

    async def __aenter__(self):
        await self._open()
        return self

    async def __aexit__(self, *error):
        await self._stack.__aexit__(*error)

    async def _open(self):
        self._stack = AsyncExitStack()
        known = {each.name: each for each in self.receivers}
        desk = Watched(Settings(), known, self.stream.ports, self._schedule, self._rng, self.clock)
        desk.stream = self.stream
        desk.is_off = lambda receiver: receiver.name in self.off
        self.desk = await self._stack.enter_async_context(desk)

    async def restart(self, *receivers) -> None:
        """The process ends; another reads the schedule, and gets the events again that were not acknowledged."""
        await self._stack.aclose()
        self.receivers = receivers or self.receivers
        await self._open()
        self.desk.restore(0, sorted(self.stream.schedule.values(), key=lambda each: each.offset))
        for each in [each for each in self.stream.taken if each not in self.stream.acked]:
            self.desk.take(each)
        await self.settle()

    async def tell(self, *alerts) -> None:
        """Alerts come in, an event each."""
        for each in alerts:
            made = event(each, offset=len(self.stream.taken))
            self.stream.taken.append(made)
            self.desk.take(made)
        await self.settle()

    async def run(self, until: float | None = None) -> None:
        """Lets time pass until then, or until nothing is due."""
        while (left := self.clock.next()) is not None and (until is None or self.clock.passed + left <= until):
            self.clock.advance(left)
            await self.settle()
        if until is not None:
            self.clock.advance(until - self.clock.passed)

    async def settle(self) -> None:
        """Until nothing is under way and all is written."""
        lanes = self.desk._lanes
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                await asyncio.sleep(0.001)
                for lane in lanes.values():
                    await lane.idle()
                await self.desk._ledger.written()
                if all(lane._idle.is_set() and lane._group for lane in lanes.values()):
                    break
        for each in self.collector.received[len(self.arrivals) :]:
            sent = datetime.fromtimestamp(int(each.headers.get("webhook-timestamp", "0")), UTC)
            self.arrivals.append(Arrival(self.clock.passed, each.id, each.fault, sent, each.body, each.headers))

    def times(self, alert_id: str) -> list[float]:
        """When an alert was tried."""
        return [each.at for each in self.arrivals if each.id == alert_id]

    def outcomes(self) -> dict[str, str]:
        """How each alert ended."""
        return {each.alert_id: each.outcome for each in self.stream.results}

    def check(self) -> None:
        """What holds of every story: signed anew and with the clock's time, the same body again, all acknowledged."""
        for each in self.arrivals:
            assert not each.fault, each.fault
        bodies = {(each.id, msgspec.json.encode(msgspec.json.decode(each.body))) for each in self.arrivals}
        assert len(bodies) == len({each.id for each in self.arrivals})
        assert all(each in self.stream.acked for each in self.stream.taken)


def gaps(times):
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def about(found, planned, jitter=0.2):
    """Whether each gap is what was planned, give or take the jitter; a pair says least and most."""
    limits = [each if isinstance(each, tuple) else (each * (1 - jitter), each * (1 + jitter)) for each in planned]
    return len(found) == len(limits) and all(
        least <= gap <= most for gap, (least, most) in zip(found, limits, strict=True)
    )


def stamped(arrival: Arrival, clock: ManualClock) -> bool:
    """Whether its timestamp is the time of the attempt by the calendar as it stands."""
    return abs((arrival.sent - START - clock.stepped).total_seconds() - arrival.at) <= 1
