"""What commands print with: consoles, tables, progress, JSON lines, and Arabic that reads right.

Terminals either have a bidi engine or not, and do not tell. Those known to have one (VTE and so GNOME's, Konsole,
mlterm, Apple's) get text as it is, each piece isolated so that its direction does not spill over; for the others rasid
puts the characters in visual order itself, without joining letters, which fonts or terminals do. `--bidi` overrides the
guess: `terminal`, `rasid`, or `plain` for text untouched. What is not a terminal always gets plain text.
"""

import errno
import functools
import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Final

import msgspec
from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Task as RichTask
from rich.table import Table
from rich.text import Text

BIDI: Final = ("auto", "terminal", "rasid", "plain")
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"  # UAX #9
VTE_WITH_BIDI: Final = 5800  # 0.58, September 2019
WIDE: Final = 200  # columns of what goes into a file or a pipe
ELLIPSIS: Final = "…"

_chosen = "auto"


def use(bidi: str) -> None:
    """Takes the choice of `--bidi` for the rest of the process."""
    global _chosen  # noqa: PLW0603  # one terminal a process
    _chosen = bidi


def bidi_way(environment: Mapping[str, str], stream: IO[str]) -> str:
    """Who orders text on `stream`: `terminal`, `rasid` or `plain`."""
    if _chosen != "auto":
        return _chosen
    if not stream.isatty():
        return "plain"
    return "terminal" if has_bidi(environment) else "rasid"


def has_bidi(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is one that is known to have a bidi engine, by what it puts into the environment."""
    if "TMUX" in environment or environment.get("TERM", "").startswith(("screen", "tmux")):
        return False  # the inner terminal redraws cells one by one
    vte = environment.get("VTE_VERSION", "")
    return (
        (vte.isdecimal() and int(vte) >= VTE_WITH_BIDI)
        or "KONSOLE_VERSION" in environment
        or "MLTERM" in environment
        or environment.get("TERM_PROGRAM") == "Apple_Terminal"
    )


@functools.cache
def out() -> Console:
    """Where data for people goes: standard output."""
    return _console(sys.stdout, stderr=False)


@functools.cache
def err() -> Console:
    """Where everything else goes: standard error."""
    return _console(sys.stderr, stderr=True)


class _Console(Console):
    """Leaves a pipe that nobody reads any more to whoever runs the command, where rich would end with 1."""

    def on_broken_pipe(self) -> None:
        """As any other write into such a pipe."""
        raise BrokenPipeError(errno.EPIPE, "nobody reads standard output any more")


def _console(stream: IO[str], *, stderr: bool) -> Console:
    """Prints what it is given, neither markup nor `:x:` read; wide where no terminal says how wide."""
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDE
    return _Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


def in_order(text: str, console: Console | None = None) -> str:
    """One line of text in the order in which this terminal shows it right; not to be wrapped or cut afterwards."""
    return ordered(text, bidi_way(os.environ, (console or out()).file))


def ordered(text: str, way: str) -> str:
    """One line of text as it goes to a terminal where `way` says who orders it."""
    if way == "plain" or text.isascii():
        return text
    if way == "terminal":
        return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
    from bidi.algorithm import get_display

    shown: str = get_display(text)
    return shown


def way_of_errors() -> str:
    """Who orders text on standard error."""
    return bidi_way(os.environ, err().file)


def way_of_output() -> str:
    """Who orders text on standard output."""
    return bidi_way(os.environ, out().file)


def cell(text: str, width: int | None = None, style: str = "") -> Text:
    """A table's cell: cut to `width` columns before it is put in order, so that what is missing is the text's end.

    Text that is put in order stays on one line, as its halves would otherwise be in the wrong order.
    """
    line = printable(text)
    shown = in_order(line if width is None else cut(line, width))
    return Text(shown, style=style, no_wrap=not line.isascii())


def cut(text: str, width: int) -> str:
    """`text` in at most `width` columns, with an ellipsis where something is missing. Marks take no column."""
    if cell_len(text) <= width:
        return text
    kept = ""
    for character in text:
        if cell_len(kept + character) > width - 1:
            break
        kept += character
    return kept + ELLIPSIS


def printable(text: str) -> str:
    """One line without control characters, and without direction marks that would disorder what follows."""
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character in "\n\t\r":
        return " "
    code = ord(character)
    is_control = code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000  # noqa: PLR2004  # C0, C1, surrogates
    is_direction = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069  # noqa: PLR2004  # UAX #9, explicit ones
    return f"\\u{code:04x}" if is_control or is_direction else character


def table(*headings: str, title: str | None = None) -> Table:
    """An empty table in the house's form; rows are of strings (markup is not read) or of `cell(...)`."""
    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", header_style="bold", pad_edge=False)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    return made


def show(what: Any) -> None:
    """Prints a table or text on standard output; in a file or a pipe a line of text stays one."""
    out().print(what, soft_wrap=not isinstance(what, Table) and not out().is_terminal)


def show_line(text: str, style: str = "") -> None:
    """Prints text on standard output, broken to the terminal's width before it is put in order, not after."""
    room = out().width if out().is_terminal else max(1, len(text))
    indent = text[: len(text) - len(text.lstrip())]
    for line in textwrap.wrap(printable(text), room, subsequent_indent=indent) or [""]:
        show(Text(in_order(line), style=style))


def counted(count: int, one: str, more: str = "") -> str:
    """So many of them, in English: 1 watch, 2 watches."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def listed(count: int, limit: int, one: str, more: str = "") -> str:
    """How many there are, and how many of them are shown."""
    return counted(count, one, more) + (f", the newest {limit} shown" if count > limit else "")


def say(line: str) -> None:
    """Prints a line for the person at the terminal, on standard error."""
    err().print(line, soft_wrap=True)


def complain(message: str) -> None:
    """Prints an error, each line of it."""
    for line in message.splitlines() or [""]:
        err().print(Text.assemble(("rasid: ", "bold red"), line), soft_wrap=True)


def emit(*objects: Any) -> None:
    """Prints each as one line of JSON: structs, dicts, lists; times in RFC 3339, bytes in base64."""
    for each in objects:
        sys.stdout.buffer.write(msgspec.json.encode(each) + b"\n")
    sys.stdout.buffer.flush()


class RateColumn(ProgressColumn):
    """Steps a second."""

    def render(self, task: RichTask) -> Text:
        """As a whole number."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


@contextmanager
def progress(what: str, total: float | None) -> Iterator["Bar"]:
    """A progress bar on standard error for the block, with count and rate; nothing where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err(), disable=not err().is_terminal, transient=True) as made:
        yield Bar(made, made.add_task(what, total=total))


class Bar:
    """A progress bar under way."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def step(self, count: float = 1) -> None:
        """So much more is done."""
        self._progress.advance(self._task, count)

    def at(self, count: float) -> None:
        """So much is done in all."""
        self._progress.update(self._task, completed=count)

    def at_step(self, what: str, count: float) -> None:
        """So much of this is done."""
        self._progress.update(self._task, description=what, completed=count)

    def of(self, total: float) -> None:
        """So much is there to do in all."""
        self._progress.update(self._task, total=total)


def rows(made: Table, content: Iterable[Iterable[str | Text]]) -> Table:
    """The table with these rows; strings become cells."""
    for row in content:
        made.add_row(*(each if isinstance(each, Text) else cell(each) for each in row))
    return made
