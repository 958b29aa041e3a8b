"""A wrong query with a caret under the place that is wrong, which lines up under Arabic too.

The caret stands where the terminal shows the character: marks take no column, and where text is put in reading order
(terminal.py says by whom) the caret goes where that order puts it. A file or a pipe has text in logical order, and so
the caret.
"""

from typing import Any, Final

from rich.cells import cell_len

from agents.cli import terminal
from rasid.errors import QueryError

INDENT: Final = 2
AROUND: Final = 70  # characters of a long query that are shown on each side of the place


def complain(error: QueryError) -> None:
    """Prints the error, and the line of its query with the caret below."""
    terminal.complain(str(error))
    if error.query:
        text, column = excerpt(error.query, error.column)
        for line in pointed(text, column, terminal.way_of_errors()):
            terminal.say(line)


def excerpt(query: str, column: int) -> tuple[str, int]:
    """The line of `query` that holds `column`, cut to what fits and printable; and the column in it."""
    column = min(column, len(query))
    start = query.rfind("\n", 0, column) + 1
    end = query.find("\n", column)
    line, at = query[start : len(query) if end < 0 else end], column - start
    low = max(0, at - AROUND)
    before, after = line[low:at], line[at : at + AROUND]
    head = terminal.ELLIPSIS if low else ""
    tail = terminal.ELLIPSIS if at + AROUND < len(line) else ""
    shown = head + terminal.printable(before)
    return shown + terminal.printable(after) + tail, len(shown)


def pointed(text: str, column: int, way: str) -> tuple[str, str]:
    """`text` as it goes to the terminal in this `way`, and the line with the caret."""
    place = cell_len(text[:column]) if way == "plain" or text.isascii() else _visual_column(text, column)
    return " " * INDENT + terminal.ordered(text, way), " " * (INDENT + place) + "^"


def _visual_column(text: str, column: int) -> int:
    order, from_right = _visual_order(text)
    if column >= len(text):
        return -1 if from_right else cell_len(text)
    position = order.index(column) if column in order else 0
    return sum(cell_len(text[index]) for index in order[:position])


def _visual_order(text: str) -> tuple[list[int], bool]:
    """The indexes of `text` from left to right as shown (UAX #9), and whether its base direction is from the right."""
    from bidi import algorithm

    storage: Any = algorithm.get_empty_storage()
    level = algorithm.get_base_level(text)
    storage["base_level"], storage["base_dir"] = level, "LR"[level]
    algorithm.get_embedding_levels(text, storage)
    for index, each in enumerate(storage["chars"]):
        each["index"] = index
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)  # noqa: FBT003 -- python-bidi's parameter
    algorithm.resolve_implicit_levels(storage, False)  # noqa: FBT003
    algorithm.reorder_resolved_levels(storage, False)  # noqa: FBT003
    return [each["index"] for each in storage["chars"]], bool(level)
