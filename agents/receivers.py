"""Reads the receivers file: whom alerts may go to, under which name, and with which secrets.

Every mistake stops the start with its place and what would be right; secrets and the paths of URLs are never shown.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from agents.http_client import TOTAL_SECONDS, Client
from rasid.alert.routes import TABLES as CARE_TABLES
from rasid.deliver.sign import Signer
from rasid.deliver.target import Refusal, Target, literal, refusal, target
from rasid.errors import ConfigError

TABLE: Final = "receiver"
TYPES: Final = ("webhook",)
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")  # it becomes a metric's label
CONNECTIONS: Final = 8
MOST_CONNECTIONS: Final = 64
SECONDS: Final = (1.0, 30.0)  # Standard Webhooks recommends 15 to 30


@dataclass(frozen=True)
class Receiver:
    """One webhook. Its repr shows neither the URL's path and query nor a secret."""

    name: str
    target: Target
    secrets: tuple[SecretStr, ...]
    allow_private: bool = False
    timeout_seconds: float = TOTAL_SECONDS
    connections: int = CONNECTIONS
    type: str = TYPES[0]
    signer: Signer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        signer = Signer([secret.get_secret_value() for secret in self.secrets])
        object.__setattr__(self, "signer", signer)

    @property
    def refused(self) -> Refusal | None:
        """Why nothing will be sent, where the URL spells out an address that may not be called; names are not asked."""
        return None if self.allow_private or not literal(self.target.host) else refusal(self.target.host)

    def client(self) -> Client:
        """A client for this receiver alone, not yet open."""
        return Client(
            self.target,
            allow_private=self.allow_private,
            connections=self.connections,
            total_seconds=self.timeout_seconds,
        )


Receivers = Mapping[str, Receiver]
# Each key of a table: the type its value must have, and what is allowed, in words.
_KEYS: Final[Mapping[str, tuple[type | tuple[type, ...], str]]] = {
    "name": (str, "1 to 64 letters, digits, '.', '_' and '-'"),
    "type": (str, "one of " + ", ".join(TYPES)),
    "url": (str, "an http or https URL"),
    "secrets": (list, 'a list of strings, ["whsec_..."]'),
    "allow_private": (bool, "true or false"),
    "timeout_seconds": ((int, float), f"a number from {SECONDS[0]:g} to {SECONDS[1]:g}"),
    "connections": (int, f"a whole number from 1 to {MOST_CONNECTIONS}"),
}


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


_HEADER: Final = re.compile(r"\s*\[\[\s*[\"']?receiver[\"']?\s*\]\]")


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
        return _receiver(table)
    except ConfigError as error:
        named = table.get("name") if isinstance(table, dict) else None
        name = f" {named!r}" if isinstance(named, str) and NAME.match(named) else ""
        raise ConfigError(f"{_place(source, lines, index)}{name}: {error}") from error


def _receiver(table: Any) -> Receiver:
    if not isinstance(table, dict):
        raise ConfigError("is no table: write each receiver as [[receiver]]")
    kind = _type(table)  # first, as other types have other keys
    _check_keys(table)
    return Receiver(
        name=_matching(table, "name", NAME),
        type=kind,
        target=target(table["url"], allow_private=table.get("allow_private", False)),
        secrets=tuple(map(SecretStr, _strings(table, "secrets"))),
        allow_private=table.get("allow_private", False),
        timeout_seconds=_between(table, "timeout_seconds", SECONDS, TOTAL_SECONDS),
        connections=int(_between(table, "connections", (1, MOST_CONNECTIONS), CONNECTIONS)),
    )


def _check_keys(table: Mapping[str, Any]) -> None:
    """Refuses unknown keys, wrong types and absent ones, without showing values that may be secret."""
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"unknown key {key!r}: {_advice(key)}")
    for key, (kind, allowed) in _KEYS.items():
        value = table.get(key)
        if value is None and key in {"name", "url", "secrets"}:
            raise ConfigError(f"key {key!r} is missing: {allowed}")
        if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise ConfigError(f"{key} is {_kind(value)}: {allowed}")


def _kind(value: Any) -> str:
    """The TOML type of a value."""
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return next((name for kind, name in names.items() if type(value) is kind), "a date or time")


def _advice(key: str) -> str:
    nearest = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.6)
    return f"did you mean {nearest[0]!r}?" if nearest else "known are " + ", ".join(_KEYS)


def _type(table: Mapping[str, Any]) -> str:
    kind: Any = table.get("type", TYPES[0])
    if kind not in TYPES:
        raise ConfigError(f"type {kind!r} is not supported: this version has {', '.join(TYPES)}")
    return str(kind)


def _matching(table: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    value: str = table[key]
    if not pattern.match(value):
        raise ConfigError(f"{key} {value!r} is not allowed: {_KEYS[key][1]}")
    return value


def _strings(table: Mapping[str, Any], key: str) -> list[str]:
    values: list[Any] = table[key]
    if not all(isinstance(value, str) for value in values):
        raise ConfigError(f"{key} holds something other than strings: {_KEYS[key][1]}")
    return values


def _between(table: Mapping[str, Any], key: str, limits: tuple[float, float], default: float) -> float:
    value: float = table.get(key, default)
    if not limits[0] <= value <= limits[1]:
        raise ConfigError(f"{key} is {value!r}: {_KEYS[key][1]}")
    return value
