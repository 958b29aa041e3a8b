"""Reads the receivers file: whom alerts may go to, under which name, and with which secrets.

Every mistake is named with its place and what would be right; secrets and the paths of URLs are never shown. What a
table may say is in receiver_table.py.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from agents.http_client import TOTAL_SECONDS, Client
from agents.notifier import Notifier, Service
from agents.senders import Alertmanager, Opened, Phrasing, Webhook
from rasid.alert.routes import TABLES as CARE_TABLES
from rasid.deliver.schedule import Schedule
from rasid.deliver.sign import Signer
from rasid.deliver.target import Refusal, Target, literal, refusal
from rasid.deliver.template import Wording
from rasid.errors import ConfigError

TABLE: Final = "receiver"
CONNECTIONS: Final = 8
FIRING_SECONDS: Final = 3600.0  # that an alert stays up in Alertmanager: past its usual group_interval several times
_HEADER: Final = re.compile(r"\s*\[\[\s*[\"']?receiver[\"']?\s*\]\]")


@dataclass(frozen=True)
class Receiver:
    """Somebody to tell. Its repr shows neither the URL's path and query nor a secret."""

    name: str
    target: Target | Service
    secrets: tuple[SecretStr, ...] = ()
    allow_private: bool = False
    timeout_seconds: float = TOTAL_SECONDS
    connections: int = CONNECTIONS
    type: str = "webhook"
    layout: str = "standard"
    authorization: SecretStr | None = None
    firing_seconds: float = FIRING_SECONDS
    schedule: Schedule | None = None
    title: str | None = None
    text: str | None = None
    wording: Wording = field(default_factory=Wording, repr=False, compare=False)
    signer: Signer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.type == "webhook":
            object.__setattr__(self, "signer", Signer([secret.get_secret_value() for secret in self.secrets]))

    @property
    def refused(self) -> Refusal | None:
        """Why nothing will be sent, where the URL spells out an address that may not be called; names are not asked."""
        host = self.target.host
        return None if self.allow_private or not literal(host) else refusal(host)

    @property
    def fingerprint(self) -> str:
        """Tells whether a receiver still points where it did; says nothing of where that is."""
        return hashlib.sha256(f"{self.name} {self.type} {self.target.url}".encode()).hexdigest()[:16]

    def sender(self) -> Opened:
        """What tells this receiver, not yet open."""
        phrasing = Phrasing(self.name, self.wording)
        if isinstance(self.target, Service):
            return Notifier(self.target, phrasing, allow_private=self.allow_private, seconds=self.timeout_seconds)
        if self.type == "alertmanager":
            return Alertmanager(self.client(self.target), phrasing, self.firing_seconds)
        return Webhook(self.client(self.target), self.signer, self.layout, phrasing)

    def client(self, target: Target) -> Client:
        """An HTTP client for this receiver alone, not yet open."""
        return Client(
            target,
            allow_private=self.allow_private,
            connections=self.connections,
            total_seconds=self.timeout_seconds,
            authorization=self.authorization.get_secret_value() if self.authorization else None,
        )


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
    from agents.receiver_table import NAME, receiver

    try:
        return receiver(table)
    except ConfigError as error:
        named = table.get("name") if isinstance(table, dict) else None
        name = f" {named!r}" if isinstance(named, str) and NAME.match(named) else ""
        raise ConfigError(f"{_place(source, lines, index)}{name}: {error}") from error
