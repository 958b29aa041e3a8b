"""`rasid dead-letters list|show|replay`: what was put aside, why, and back to where it came from."""

import base64
import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from agents import dead_letters as letters
from agents import kafka
from agents.cli import terminal
from agents.cli.moments import Moment, milliseconds
from agents.dead_letters import Filter, Stored
from agents.settings import Settings, load
from schemas.dead_letter import Reason, Step

PREVIEW_COLUMNS: Final = 60
SHOWN_BYTES: Final = 4000  # of a value; --raw gives all
LIST_EPILOG = """\b
Example:
  rasid dead-letters list --reason not_json --since 2d"""
SHOW_EPILOG = """\b
Example:
  rasid dead-letters show 2:17
  rasid dead-letters show 2:17 --raw > article.json"""
REPLAY_EPILOG = """\b
Example:
  rasid dead-letters replay 2:17 --file mended.json
  rasid dead-letters replay --all --step deliver --since 1d --dry-run"""

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


class Place(click.ParamType):
    """`partition:offset` on the topic of dead letters."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Both numbers."""
        found = re.fullmatch(r"(\d{1,9}):(\d{1,18})", str(value))
        if not found:
            self.fail(f"{value!r} is not partition:offset, as `rasid dead-letters list` shows them", param, ctx)
        return int(found[1]), int(found[2])


def filtering(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose letters."""
    for option in (
        click.option("--since", type=Moment(), help="Put aside since then: 7d, 2h, 30m ago, or a time."),
        click.option("--topic", help="From this topic, by its name on the cluster."),
        click.option("--step", type=click.Choice([str(step) for step in Step]), help="Put aside by this step."),
        click.option("--reason", type=click.Choice([str(reason) for reason in Reason]), help="For this reason."),
    ):
        command = option(command)
    return command


@click.group("dead-letters", epilog="\b\nExample:\n  rasid dead-letters list --since 2d")
def dead_letters() -> None:
    """Look at what could not be read or finished, and send it back."""


@dead_letters.command("list", epilog=LIST_EPILOG)
@filtering
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="Show the newest so many.")
@AS_JSON
def list_(*, limit: int, as_json: bool, **chosen: Any) -> int:
    """List dead letters, the oldest first; exits with 1 where there are none."""
    settings = load()
    found = sorted(_chosen(settings, **chosen), key=lambda letter: letter.about.time)
    if as_json:
        terminal.emit(*map(_described, found[-limit:]))
    elif found:
        terminal.show(terminal.rows(_table(), map(_row, found[-limit:])))
    if not as_json:
        terminal.say(terminal.listed(len(found), limit, "dead letter"))
    return 0 if found else 1


def _chosen(
    settings: Settings, *, step: str | None, reason: str | None, topic: str | None, since: datetime | None
) -> Iterator[Stored]:
    which = Filter((step and Step(step)) or None, (reason and Reason(reason)) or None, topic)
    return letters.stored(settings, which, milliseconds(since), terminal.complain)


def _table() -> Any:
    return terminal.table("id", "time", "step", "reason", "from", "key", "bytes", "detail")


def _row(letter: Stored) -> list[Any]:
    about, key = letter.about, (letter.key or b"").decode("utf-8", "backslashreplace")
    origin = f"{about.topic} {about.partition}:{about.offset}"
    size = "null" if letter.value is None else str(len(letter.value))
    return [
        letter.id, about.time[:19], str(about.step), str(about.reason), origin,
        terminal.cell(key, 40), size, terminal.cell(about.detail, PREVIEW_COLUMNS),
    ]  # fmt: skip


def _described(letter: Stored) -> dict[str, Any]:
    """A letter for JSON; bytes that are no text are left to `show`."""
    return {
        "id": letter.id,
        **msgspec.to_builtins(letter.about),
        "key": (letter.key or b"").decode("utf-8", "backslashreplace"),
        "bytes": None if letter.value is None else len(letter.value),
    }


@dead_letters.command(epilog=SHOW_EPILOG)
@click.argument("place", metavar="ID", type=Place())
@click.option("--raw", is_flag=True, help="Write the original bytes, and nothing else, to standard output.")
@AS_JSON
def show(place: tuple[int, int], *, raw: bool, as_json: bool) -> int:
    """Show one dead letter: why and where from, its headers, and its bytes with what a terminal might obey escaped."""
    letter = next(letters.at(load(), [place]))
    if raw:
        sys.stdout.buffer.write(letter.value or b"")
        sys.stdout.buffer.flush()
    elif as_json:
        value = None if letter.value is None else base64.b64encode(letter.value).decode()
        terminal.emit(_described(letter) | {"value_base64": value})
    else:
        _print(letter)
    return 0


def _print(letter: Stored) -> None:
    about = letter.about
    facts = [
        ("step", str(about.step)), ("reason", str(about.reason)), ("detail", about.detail), ("time", about.time),
        ("from", f"{about.topic} {about.partition}:{about.offset}"),
        ("key", (letter.key or b"").decode("utf-8", "backslashreplace")),
        ("bytes", "null" if letter.value is None else str(len(letter.value))),
        *((f"header {name}", text) for name, text in about.headers.items()),
    ]  # fmt: skip
    terminal.show(terminal.rows(terminal.table("dead letter", letter.id), facts))
    value = letter.value or b""
    for line in value[:SHOWN_BYTES].decode("utf-8", "backslashreplace").splitlines():
        terminal.out().print(terminal.in_order(terminal.printable(line)), soft_wrap=True)
    if len(value) > SHOWN_BYTES:
        terminal.say(f"{len(value) - SHOWN_BYTES} bytes more: --raw gives all")


@dead_letters.command(epilog=REPLAY_EPILOG)
@click.argument("places", nargs=-1, metavar="[ID]..", type=Place())
@click.option("--all", "every", is_flag=True, help="All that the options choose, instead of IDs.")
@filtering
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Send these bytes instead, for one ID.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@AS_JSON
def replay(  # noqa: PLR0913  # options of a command
    places: tuple[tuple[int, int], ...], *, every: bool, file: Path | None, dry_run: bool, yes: bool, as_json: bool,
    **chosen: Any,
) -> int:  # fmt: skip
    """Send dead letters back to the topic they came from, with their own key, bytes and headers.

    They stay on the topic of dead letters. Asks before sending all, at a terminal. Exits with 1 where none is chosen.
    """
    if every == bool(places):
        raise click.UsageError("give IDs as `rasid dead-letters list` shows them, or --all with options that choose")
    if places and any(chosen.values()):
        raise click.UsageError("--step, --reason, --topic and --since choose among all: give them with --all, not IDs")
    if file and len(places) != 1:
        raise click.UsageError("--file mends one letter: give its ID")
    settings = load()
    found = list(_chosen(settings, **chosen)) if every else list(letters.at(settings, places))
    if every and found and not (yes or dry_run) and sys.stdin.isatty():
        click.confirm(f"send {len(found)} dead letters back?", abort=True, err=True)
    mended = file.read_bytes() if file else None
    if not dry_run:
        _send(settings, found, mended)
    _tell(found, dry_run=dry_run, as_json=as_json)
    return 0 if found else 1


def _send(settings: Settings, found: list[Stored], mended: bytes | None) -> None:
    with kafka.Publisher(settings) as publisher, terminal.progress("replaying", len(found)) as bar:
        for letter in found:
            publisher.send(letter.back(mended))
            bar.step()


def _tell(found: list[Stored], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        terminal.emit(*({"id": each.id, "topic": each.about.topic, "sent": not dry_run} for each in found))
        return
    if dry_run and found:
        terminal.show(terminal.rows(_table(), map(_row, found)))
    terminal.say(f"{'would send' if dry_run else 'sent'} {terminal.counted(len(found), 'dead letter')} back")
