"""`rasid up`: the service for real use on one machine, with a broker of its own where none is configured."""

import asyncio
import contextlib
import signal
import sys

import click

from agents import logs, supervisor
from agents.cli import terminal
from agents.embedded import EmbeddedBroker
from agents.settings import Settings, load

EPILOG = """\b
Example:
  RASID_RECEIVERS=receivers.toml rasid up
  RASID_BOOTSTRAP_SERVERS=localhost:9092 rasid up"""


@click.command(epilog=EPILOG)
def up() -> None:
    """Run the service until Ctrl-C: a broker unless one is configured, and a worker that is started again if it ends.

    Without RASID_BOOTSTRAP_SERVERS the embedded broker serves; it keeps nothing when it stops.
    """
    settings = load()
    logs.configure(settings)
    with contextlib.ExitStack() as stack:
        if settings.embedded:
            settings = settings.with_embedded_broker(stack.enter_context(EmbeddedBroker()).address)
        _introduce(settings)
        sys.exit(asyncio.run(_until_signal(settings)))


def _introduce(settings: Settings) -> None:
    terminal.say(
        f"broker {settings.bootstrap_servers}, metrics and health on http://{settings.web_host}:{settings.web_port}"
    )
    terminal.say(f"in another terminal: export RASID_BOOTSTRAP_SERVERS={settings.bootstrap_servers}")
    terminal.say("then: rasid watch add talks 'trilateral talks' && rasid publish seeds/articles/*.jsonl")
    if settings.receivers is None:
        terminal.say("RASID_RECEIVERS is not set: alerts are raised and told to nobody")


async def _until_signal(settings: Settings) -> int:
    worker = asyncio.create_task(supervisor.Supervisor(supervisor.environment(settings)).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.cancel)
    try:
        return await worker
    except asyncio.CancelledError:
        return 0
