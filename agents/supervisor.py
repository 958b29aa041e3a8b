"""Keeps one worker process running: crash-only workers end on any surprise, and whoever keeps them starts them again.

For `rasid up` and `rasid demo`, on one machine; elsewhere systemd, Docker or Kubernetes does this.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from agents.settings import PREFIX, Settings

log = logging.getLogger(__name__)
STOP_SECONDS: Final = 30.0  # for work in hand to finish after SIGTERM
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0
WELL_SECONDS: Final = 60.0  # of running, after which the next surprise counts as the first
WRONG_USE: Final = 2  # an exit code that starting again cannot mend


class Supervisor:
    """A worker with the given environment, its output in a file or, without one, on standard error."""

    def __init__(self, environment: Mapping[str, str], log_file: Path | None = None) -> None:
        self._environment = environment
        self._log_file = log_file
        self._process: asyncio.subprocess.Process | None = None
        self.restarts = 0

    async def run(self) -> int:
        """Starts the worker again as often as it ends by surprise; returns its code when it ended otherwise."""
        pause = 0.0
        while True:
            began = time.monotonic()
            code = await self._once()
            if code in {0, WRONG_USE} or code == -signal.SIGTERM:
                return code
            self.restarts += 1
            pause = next_pause(pause, time.monotonic() - began)
            log.warning("the worker ended with %d and is started again in %.0f s", code, pause)
            await asyncio.sleep(pause)

    async def _once(self) -> int:
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(self._log_file.open("ab")) if self._log_file else sys.stderr
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "agents.cli", "worker", env=dict(self._environment), stdout=output, stderr=output
            )
            try:
                return await self._process.wait()
            except asyncio.CancelledError:
                await self._stop(self._process)
                raise

    @staticmethod
    async def _stop(process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def next_pause(before: float, ran: float) -> float:
    """Seconds until a worker is started again: doubled each time that it ends soon. `before` is the last pause."""
    doubled = min(LONGEST_PAUSE_SECONDS, before * 2)
    return FIRST_PAUSE_SECONDS if ran >= WELL_SECONDS else max(FIRST_PAUSE_SECONDS, doubled)


def environment(settings: Settings, **changes: str) -> dict[str, str]:
    """This process's environment with the broker of `settings` and other settings in place."""
    broker = {"bootstrap_servers": settings.bootstrap_servers, "fetch_max_wait_ms": settings.fetch_max_wait_ms,
              "rebalance_timeout_seconds": settings.rebalance_timeout_seconds,
              "session_timeout_seconds": settings.session_timeout_seconds}  # fmt: skip
    chosen = {name: str(value) for name, value in broker.items() if value is not None} | changes
    return {**os.environ, **{PREFIX + name.upper(): value for name, value in chosen.items()}}
