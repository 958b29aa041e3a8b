"""Reads the receivers file: whom alerts may go to, by name.

Every mistake is named with its place and what would be right; secrets and the paths of URLs are never shown. What a
table may say is in receiver_table.py, what comes of it in receiver.py.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from agents import receiver_table
from agents.receiver import Receiver
from rasid.alert.routes import TABLES as CARE_TABLES
from rasid.errors import ConfigError

TABLE: Final = "receiver"
_HEADER: Final = re.compile(r"\s*\[\[\s*[\"']?receiver[\"']?\s*\]\]")

Receivers = Mapping[str, Receiver]


def load(path: Path | None) -> Receivers:
    """The receivers of a file by name; none where no file is set. Raises ConfigError for the first mistake."""
    if path is None:
        return {}
    try:
        return read(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"receivers file {str(path)!r} cannot be read: {error}") from error


def read(text: str, source: str) -> Receivers:
    """The receivers of a file's text; `source` is what messages call it."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not TOML: {error}") from None  # the document would show secrets
    for key in document:
        if key not in {TABLE, *CARE_TABLES}:
            raise ConfigError(f"{source}: unknown table {key!r}: receivers are written as [[{TABLE}]]")
    tables = document.get(TABLE, [])
    if not isinstance(tables, list):
        raise ConfigError(f"{source}: [{TABLE}] is one table: write [[{TABLE}]] with two brackets")
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if _HEADER.match(line)]
    return _by_name(source, lines, [_placed(source, lines, index, table) for index, table in enumerate(tables)])


def _by_name(source: str, lines: Sequence[int], found: Iterable[Receiver]) -> Receivers:
    receivers: dict[str, Receiver] = {}
    for index, receiver in enumerate(found):
        if receiver.name in receivers:
            raise ConfigError(f"{_place(source, lines, index)}: name {receiver.name!r} is taken by an earlier receiver")
        receivers[receiver.name] = receiver
    return receivers


def _place(source: str, lines: Sequence[int], index: int) -> str:
    """File, line and number of a table; inline tables have no line of their own."""
    return f"{source}:{lines[index]}: receiver {index + 1}" if index < len(lines) else f"{source}: receiver {index + 1}"


def _placed(source: str, lines: Sequence[int], index: int, table: Any) -> Receiver:
    """One table's receiver, with the place put before any complaint."""
    try:
        return receiver_table.receiver(table)
    except ConfigError as error:
        named = table.get("name") if isinstance(table, dict) else None
        name = f" {named!r}" if isinstance(named, str) and receiver_table.NAME.match(named) else ""
        raise ConfigError(f"{_place(source, lines, index)}{name}: {error}") from error
