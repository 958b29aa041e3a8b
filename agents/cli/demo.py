"""`rasid demo`: everything at once on this machine, to see an article become a signed alert."""

import asyncio
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from agents import logs, supervisor, topics, watch_store
from agents.cli import demo_desk, terminal
from agents.embedded import EmbeddedBroker, free_port
from agents.settings import Settings, load

SEEDS: Final = Path(__file__).parents[2] / "seeds"
READY_SECONDS: Final = 300.0  # the first start compiles loops: 17 s of a processor, which others may have too
QUIET_SECONDS: Final = 60.0  # the longest wait for the last alert after the last article
ARTICLES_PER_SECOND: Final = 8.0  # on a terminal, so that a person can follow

EPILOG = """\b
Example:
  rasid demo
  rasid demo | cat          # ends by itself"""


@click.command(epilog=EPILOG)
@click.option("--fast", is_flag=True, help="Publish the articles at once rather than at a pace to follow.")
def demo(*, fast: bool) -> None:
    """Start a broker, a worker and a receiver, publish the seed articles and show the alerts that arrive.

    Stays up on a terminal, until Ctrl-C; where standard output is none, ends by itself with 0 when all is delivered.
    """
    began = time.monotonic()
    logs.hush()
    stays = sys.stdout.isatty()
    with EmbeddedBroker() as broker, tempfile.TemporaryDirectory(prefix="rasid-demo-") as folder:
        settings = load().with_embedded_broker(broker.address)
        sys.exit(asyncio.run(_Demo(settings, Path(folder), began).run(stays=stays, pace=not fast and stays)))


class _Demo:
    def __init__(self, settings: Settings, folder: Path, began: float) -> None:
        self._settings = settings
        self._folder = folder
        self._port = free_port()
        self._desk = demo_desk.Desk(began)

    async def run(self, *, stays: bool, pace: bool) -> int:
        """The whole show; the exit code."""
        async with self._desk:
            (self._folder / "receivers.toml").write_text(self._desk.receivers_toml(), "utf-8")
            worker = asyncio.create_task(supervisor.Supervisor(self._environment(), self._log).run())
            with self._ending_on_signal():
                try:
                    return await self._show(worker, stays=stays, pace=pace)
                except asyncio.CancelledError:
                    return 0
                finally:
                    worker.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await worker

    @property
    def _log(self) -> Path:
        return self._folder / "worker.log"

    def _prepare(self) -> None:
        topics.ensure(self._settings)
        watches = [watch for file in sorted((SEEDS / "watches").glob("*.toml")) for watch in watch_store.load(file)]
        watch_store.write(self._settings, [watch_store.revised(watch, {}) for watch in watches])
        terminal.say(f"watchlist: {len(watches)} watches of a newsroom (seeds/watches)")

    def _environment(self) -> dict[str, str]:
        return supervisor.environment(
            self._settings,
            web_host="127.0.0.1",
            web_port=str(self._port),
            receivers=str(self._folder / "receivers.toml"),
        )

    async def _show(self, worker: "asyncio.Task[int]", *, stays: bool, pace: bool) -> int:
        terminal.say("worker: starting (reads the lexicon, joins its group)")
        await asyncio.to_thread(self._prepare)  # meanwhile
        if not await self._desk.until_ready(self._port, worker, READY_SECONDS):
            terminal.complain(f"the worker did not get ready: {self._end_of_log()}")
            return 1
        articles = await asyncio.to_thread(demo_desk.articles, SEEDS / "articles")
        terminal.say(f"publishing {len(articles)} articles (seeds/articles)")
        await asyncio.to_thread(demo_desk.publish, self._settings, articles, ARTICLES_PER_SECOND if pace else None)
        done = await self._desk.until_delivered(self._port, len(articles), QUIET_SECONDS)
        self._desk.sum_up(len(articles))
        if stays:
            self._invite()
            await worker
        return 0 if done else 1

    def _invite(self) -> None:
        terminal.say(
            f"still running; metrics on http://127.0.0.1:{self._port}/metrics; Ctrl-C ends. In another terminal:"
        )
        terminal.say(f"  export RASID_BOOTSTRAP_SERVERS={self._settings.bootstrap_servers}")
        terminal.say("  rasid watch add wheat 'أسعار القمح' && rasid publish my-article.txt")

    def _end_of_log(self) -> str:
        return self._log.read_text("utf-8", "replace")[-2000:] if self._log.exists() else "it wrote nothing"

    @contextlib.contextmanager
    def _ending_on_signal(self) -> Iterator[None]:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, task.cancel)
        yield
