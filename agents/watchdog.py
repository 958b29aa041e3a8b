"""Ends a process that no longer works, because nothing else would: what runs it starts it again.

An OS thread looks at marks that the event loop leaves, so that it sees a loop that stands still. `/live` fails at half
of each limit. Why a worker got stuck is left to its log.
"""

import asyncio
import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.errors import KafkaError
from mode import Service

from agents.app import App
from agents.lag import LagMeter, Progress

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 1.0
MEASURE_SECONDS: Final = 2.0  # between measurements of lag
SILENCE_SECONDS: Final = 15.0  # without an answer from the broker before the worker is not ready
WARNING_SHARE: Final = 0.5  # of a limit, at which /live fails
LAST_WORDS_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Limits:
    """How long each may last, in seconds: far more than it ever does while all is well."""

    loop: float = 120.0  # no step takes a second. Heartbeats wait for it: after a session, partitions go elsewhere
    joining: float = 300.0  # a rebalance takes seconds, recovery of stories a minute at most
    still: float = 300.0  # without a commit where there is lag: sends alone may take 120 s in an outage
    broker: float = 900.0  # without an answer; clients recover by themselves from what is shorter
    stopping: float = 90.0  # after SIGTERM; work in flight takes seconds
    crashed: float = 15.0  # after a surprise: what is not committed comes again, and whoever waits waits for a restart


@dataclass
class Marks:
    """What the loop leaves for the thread; times by the monotonic clock."""

    ticked: float
    answered: float
    joining_since: float | None
    stopping_since: float | None = None
    crashed_since: float | None = None
    joined: bool = False
    progress: Progress = field(default_factory=Progress)


class Watchdog(Service):
    """Measures and marks in the loop, judges in a thread. `end` is what it does to a process past help."""

    def __init__(self, app: App, limits: Limits | None = None, end: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self._app, self._limits, self._end = app, limits or Limits(), end or end_process
        self._meter = LagMeter(app)
        self._done = threading.Event()
        now = time.monotonic()
        self._marks = Marks(ticked=now, answered=now, joining_since=now)
        app.liveness.add("watchdog", self._warning)
        app.readiness.add("partitions", self._partitions_missing)
        app.readiness.add("broker", self._broker_silent)

    async def on_start(self) -> None:
        """Starts the thread."""
        self._marks.ticked = self._marks.answered = self._marks.joining_since = time.monotonic()
        self._app.on_partitions_assigned.connect(self._on_assigned)
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    async def on_stop(self) -> None:
        """Lets the thread end."""
        self._done.set()

    async def _on_assigned(self, *_: Any, **__: Any) -> None:
        self._marks.joined = True

    @Service.task
    async def _tick(self) -> None:
        while not self.should_stop:
            self._mark(time.monotonic())
            await asyncio.sleep(TICK_SECONDS)

    def _mark(self, now: float) -> None:
        marks, app = self._marks, self._app
        marks.ticked = now
        joining = app.rebalancing or app.in_recovery or not marks.joined
        marks.joining_since = (marks.joining_since or now) if joining else None
        marks.stopping_since = (marks.stopping_since or now) if app.should_stop else None
        marks.crashed_since = (marks.crashed_since or now) if app.crashed else None

    @Service.task
    async def _measure(self) -> None:
        while not self.should_stop:
            if self._marks.joining_since is None and not self._app.should_stop:
                await self._measure_once()
            else:
                self._marks.answered = time.monotonic()  # it is not asked
            await asyncio.sleep(MEASURE_SECONDS)

    async def _measure_once(self) -> None:
        try:
            standings = await self._meter.measure()
        except (TimeoutError, KafkaError, RuntimeError, AssertionError) as error:  # the last two: a rebalance began
            log.debug("lag could not be measured: %r", error)
            return
        now = self._marks.answered = time.monotonic()
        self._marks.progress.observe(now, standings)

    def _watch(self) -> None:
        while not self._done.wait(TICK_SECONDS):
            for wrong in complaints(self._marks, self._limits, time.monotonic()):
                self._end(wrong)
                return

    def _warning(self) -> str | None:
        return next(complaints(self._marks, self._limits, time.monotonic(), WARNING_SHARE), None)

    def _partitions_missing(self) -> str | None:
        return "joining the group or catching up" if self._marks.joining_since is not None else None

    def _broker_silent(self) -> str | None:
        silent = time.monotonic() - self._marks.answered
        return f"the broker has not answered for {silent:.0f} s" if silent > SILENCE_SECONDS else None


def complaints(marks: Marks, limits: Limits, now: float, share: float = 1.0) -> Iterator[str]:
    """What has lasted longer than `share` of its limit, in words."""
    lasting = [
        (now - marks.ticked, limits.loop, "the event loop stands still"),
        (now - (marks.joining_since or now), limits.joining, "joining the group or catching up does not end"),
        (now - (marks.stopping_since or now), limits.stopping, "stopping does not end"),
        (now - (marks.crashed_since or now), limits.crashed, "stopping after a surprise does not end"),
        (now - marks.answered, limits.broker, "the broker does not answer"),
    ]
    lasting += [
        (seconds, limits.still, f"{tp.topic}/{tp.partition} has lag and nothing of it is committed")
        for seconds, tp in marks.progress.still(now)
    ]
    for seconds, limit, what in lasting:
        if seconds > limit * share:
            yield f"{what}, for {seconds:.0f} s (at most {limit:.0f} s)"


def end_process(why: str) -> None:
    """Ends the process at once, with what every thread is doing on standard error and a line in the log."""
    faulthandler.dump_traceback(all_threads=True)
    # Whoever stands still may hold the lock of the log.
    last_words = threading.Thread(target=log.critical, args=("ending the process: %s", why), daemon=True)
    last_words.start()
    last_words.join(LAST_WORDS_SECONDS)
    os._exit(1)
