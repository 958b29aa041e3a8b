"""Runs one worker in this process, from settings to exit code: what `rasid worker` does.

/live answers from the start; the broker is waited for; topics are made; then Faust runs until a signal or a surprise.
"""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Callable
from typing import Any, Final

import faust
import tenacity
import uvloop
from mode import ServiceT

from agents import app as apps
from agents import health, kafka, topics
from agents.settings import Settings
from agents.watchdog import Limits, Watchdog

log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 30.0  # between looks for an absent broker
ANSWER_SECONDS: Final = 5.0  # for a broker to answer each time

Build = Callable[[Settings], apps.App]


class Worker(faust.Worker):
    """Faust's worker without its console: our log stays as it is, and nothing is drawn on standard output."""

    def __init__(self, app: apps.App, *services: ServiceT, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(app, *services, loop=loop, quiet=True, override_logging=False, redirect_stdouts=False)
        self.spinner = None

    async def on_startup_finished(self) -> None:
        """All agents run."""
        log.info("ready: group %s", self.app.conf.id)
        await super().on_startup_finished()


def run(settings: Settings, build: Build = apps.build, limits: Limits | None = None) -> int:
    """Runs until SIGTERM or SIGINT (0) or a surprise (1).

    Raises RasidError before anything runs, for a setting, a port or topics that are wrong.
    """
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    server = _server(settings)
    prepared = False
    try:
        loop.run_until_complete(server.start())
        log.info("serving /metrics, /live and /ready on %s", server.url)
        prepared = loop.run_until_complete(_prepared(settings))
    finally:
        if not prepared:
            loop.run_until_complete(server.stop())
    return _work(settings, build, server, limits, loop) if prepared else 0


def _server(settings: Settings) -> health.Server:
    """The web server, with a readiness of its own until there is an app."""
    waiting = health.Checks()
    waiting.add("broker", lambda: "waiting for the broker")
    return health.Server(settings.web_host, settings.web_port, readiness=waiting, liveness=health.Checks())


async def _prepared(settings: Settings) -> bool:
    """Waits for the broker and sees to the topics; False when a signal came first."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    work = asyncio.create_task(_topics_ready(settings))
    signalled = asyncio.create_task(stop.wait())
    await asyncio.wait({work, signalled}, return_when=asyncio.FIRST_COMPLETED)
    if not work.done():
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        return False
    signalled.cancel()
    await work
    return True


async def _topics_ready(settings: Settings) -> None:
    retrying = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type(kafka.UnreachableError),
        wait=tenacity.wait_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS),
        before_sleep=_say_waiting,
        reraise=True,
    )
    await retrying(asyncio.to_thread, topics.ensure, settings, ANSWER_SECONDS)


def _say_waiting(state: Any) -> None:
    log.warning("%s; trying again in %.0f s", state.outcome.exception(), state.next_action.sleep)


def _work(
    settings: Settings, build: Build, server: health.Server, limits: Limits | None, loop: asyncio.AbstractEventLoop
) -> int:
    app = build(settings)
    gc.freeze()  # modules never go: the collector, which would walk all of them for 50 ms, need not look at them again
    watchdog = Watchdog(app, limits)
    server.watch(app.readiness, app.liveness)
    try:
        Worker(app, server, watchdog, loop=loop).execute_from_commandline()
    except SystemExit as end:
        return int(end.code or 0)
