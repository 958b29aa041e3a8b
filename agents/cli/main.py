"""The group of all subcommands, loaded only when one is asked for, and the exit codes: 0 done, 1 no, 2 wrong use."""

import importlib
import importlib.util
import logging
import select
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, NamedTuple

import click

from agents.cli import pointing, terminal
from rasid.errors import QueryError, RasidError

OURS: Final = ("agents", "rasid", "schemas", "seeds", "bench")
INSTALL: Final = "make -B install, or pip install -e . in Rasid's folder"  # make alone sees that nothing has changed
INTERRUPTED: Final = 130  # as shells have it: 128 and SIGINT


class Entry(NamedTuple):
    """Where a subcommand is, and what `rasid --help` says of it."""

    module: str
    attribute: str
    does: str


# In the order of a first acquaintance. What is not there yet is not listed.
COMMANDS: Final = {
    "demo": Entry("agents.cli.demo", "demo", "broker, worker, receiver and seed articles, alerts in the terminal"),
    "up": Entry("agents.cli.up", "up", "the service for real use on one machine"),
    "worker": Entry("agents.cli.worker", "worker", "one worker in the group"),
    "publish": Entry("agents.cli.publish", "publish", "put articles on Kafka"),
    "watch": Entry("agents.cli.watch_all", "watch", "the watchlist, live"),
    "test": Entry("agents.cli.test", "test", "run cases of query and text"),
    "grep": Entry("agents.cli.grep", "grep", "articles that match, with the hits marked"),
    "explain": Entry("agents.cli.explain", "explain", "how a query is read and why a text matches"),
    "tag": Entry("agents.cli.tag", "tag", "topics and entities of articles"),
    "eval": Entry("agents.cli.eval", "evaluate", "score the taggers on labelled data"),
    "alerts": Entry("agents.cli.alerts", "alerts", "alerts raised, and why each was sent or not"),
    "silence": Entry("agents.cli.silence", "silence", "hold alerts back for a while"),
    "receivers": Entry("agents.cli.receivers", "receivers", "who is told, and whether they listen"),
    "deliveries": Entry("agents.cli.deliveries", "deliveries", "how telling them went"),
    "dead-letters": Entry("agents.cli.dead_letters", "dead_letters", "what could not be read or finished, and back"),
    "topics": Entry("agents.cli.topics", "topics", "create the topics, or check them"),
    "doctor": Entry("agents.cli.doctor", "doctor", "what is installed, reachable and switched on"),
    "bench": Entry("agents.cli.bench", "bench", "speed"),
}


class LazyGroup(click.Group):
    """Imports a subcommand when it is run, not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The subcommands that exist."""
        return [name for name, entry in COMMANDS.items() if importlib.util.find_spec(entry.module)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand, imported; None where there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        entry = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(entry.module), entry.attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists them by the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].does) for name in self.list_commands(ctx)])


def _version() -> str:
    try:
        return version("rasid")
    except PackageNotFoundError:  # run from a source tree
        return "source"


EPILOG: Final = """\b
Settings are RASID_* variables, or keys of the TOML file that RASID_CONFIG names.
Exit codes: 0 done, 1 the answer is no, 2 wrong use or bad input.

\b
Example:
  rasid demo"""


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="rasid")
@click.option(
    "--bidi",
    type=click.Choice(terminal.BIDI),
    default="auto",
    help="Who puts Arabic in reading order: the terminal, or rasid for those that cannot; auto goes by the terminal.",
)
def rasid(bidi: str) -> None:
    """Rasid (راصد) watches news streams, Arabic first, and tells people the moment a watched term shows up."""
    from agents import camel_data, logs

    camel_data.lend()
    logging.basicConfig(level=logging.WARNING, format="rasid: %(message)s", stream=sys.stderr)
    logs.hush()
    terminal.use(bidi)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs `rasid` and ends the process with its exit code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Runs `rasid` and returns its exit code: errors become a line on standard error."""
    try:
        result: Any = rasid.main(args=arguments, prog_name="rasid", standalone_mode=False)
    except QueryError as error:
        pointing.complain(error)
        return 2
    except RasidError as error:
        terminal.complain(str(error))
        return 2
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] in OURS:
            raise
        terminal.complain(f"a package that Rasid needs is not installed: {error.name}: {INSTALL}")
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code if isinstance(error, click.UsageError) else 2
    except (click.Abort, KeyboardInterrupt):
        terminal.complain("interrupted")
        return INTERRUPTED
    except SystemExit:  # click's way with a pipe that nobody reads any more
        if not _reader_is_gone():
            raise
        return 0
    return result if isinstance(result, int) else 0


def _reader_is_gone() -> bool:
    """Whether standard output is a pipe whose reader has had enough, as `head` has: nobody is left to be told."""
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except (OSError, ValueError):  # it is no file
        return False
    return any(event & select.POLLERR for _, event in poll.poll(0))
