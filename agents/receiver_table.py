"""One table of the receivers file: which keys each type of receiver has, what they may say, and what they make."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from agents.http_client import TOTAL_SECONDS
from agents.notifier import service
from agents.receiver import CONNECTIONS, FIRING_SECONDS, Receiver
from agents.senders import FORMATS
from rasid.deliver import alertmanager
from rasid.deliver.schedule import MOST_ASKED_SECONDS, Schedule
from rasid.deliver.target import Target, target
from rasid.deliver.template import Wording, Writer
from rasid.errors import ConfigError

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")  # it becomes a metric's label
HEADER: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\Z")  # a header's value, RFC 9110
MOST_CONNECTIONS: Final = 64
SECONDS: Final = (1.0, 30.0)  # Standard Webhooks recommends 15 to 30
FIRING: Final = (60.0, 30 * 24 * 3600.0)
MOST_RETRIES: Final = 20
TYPES: Final = ("webhook", "alertmanager", "apprise")


@dataclass(frozen=True)
class Key:
    """A key: the type its value must have, what is allowed in words, and the types of receivers that have it."""

    kind: type | tuple[type, ...]
    allowed: str
    types: tuple[str, ...] = TYPES
    required: bool = False


KEYS: Final[Mapping[str, Key]] = {
    "name": Key(str, "1 to 64 letters, digits, '.', '_' and '-'", required=True),
    "type": Key(str, "one of " + ", ".join(TYPES)),
    "url": Key(str, "an http or https URL; of apprise, one of its services", required=True),
    "secrets": Key(list, 'a list of strings, ["whsec_..."]', ("webhook",), required=True),
    "format": Key(str, "one of " + ", ".join(FORMATS), ("webhook",)),
    "authorization": Key(str, 'a header\'s value, "Bearer ..."', ("webhook", "alertmanager")),
    "firing_seconds": Key((int, float), f"a number from {FIRING[0]:g} to {FIRING[1]:g}", ("alertmanager",)),
    "allow_private": Key(bool, "true or false"),
    "timeout_seconds": Key((int, float), f"a number from {SECONDS[0]:g} to {SECONDS[1]:g}"),
    "connections": Key(int, f"a whole number from 1 to {MOST_CONNECTIONS}"),
    "retry_seconds": Key(list, f"a list of at most {MOST_RETRIES} numbers above 0, [5, 300, 1800]"),
    "title": Key(str, "a template"),
    "text": Key(str, "a template"),
}


def receiver(table: Any) -> Receiver:
    """The receiver that a table describes; raises ConfigError, without showing values that may be secret."""
    if not isinstance(table, dict):
        raise ConfigError("is no table: write each receiver as [[receiver]]")
    kind = _type(table)  # first, as other types have other keys
    _check_keys(table, kind)
    private = table.get("allow_private", False)
    return Receiver(
        name=_matching(table, "name"),
        type=kind,
        target=service(table["url"]) if kind == "apprise" else _target(table["url"], kind, allow_private=private),
        secrets=tuple(map(SecretStr, _strings(table, "secrets"))) if kind == "webhook" else (),
        allow_private=private,
        timeout_seconds=_between(table, "timeout_seconds", SECONDS, TOTAL_SECONDS),
        connections=int(_between(table, "connections", (1, MOST_CONNECTIONS), 1 if kind == "apprise" else CONNECTIONS)),
        layout=_layout(table),
        authorization=_authorization(table),
        firing_seconds=_between(table, "firing_seconds", FIRING, FIRING_SECONDS),
        schedule=_schedule(table),
        title=table.get("title"),
        text=table.get("text"),
        wording=Wording(_writer(table, "title"), _writer(table, "text")),
    )


def _type(table: Mapping[str, Any]) -> str:
    kind: Any = table.get("type", TYPES[0])
    if kind not in TYPES:
        raise ConfigError(f"type {kind!r} is not supported: this version has {', '.join(TYPES)}")
    return str(kind)


def _check_keys(table: Mapping[str, Any], kind: str) -> None:
    """Refuses unknown keys, wrong types and absent ones."""
    known = [name for name, key in KEYS.items() if kind in key.types]
    for name in table:
        if name not in known:
            raise ConfigError(f"unknown key {name!r}: {_advice(name, known, kind)}")
    for name in known:
        key, value = KEYS[name], table.get(name)
        if value is None and key.required:
            raise ConfigError(f"key {name!r} is missing: {key.allowed}")
        if value is not None and (
            not isinstance(value, key.kind) or (isinstance(value, bool) and key.kind is not bool)
        ):
            raise ConfigError(f"{name} is {_kind(value)}: {key.allowed}")


def _kind(value: Any) -> str:
    """The TOML type of a value."""
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return next((name for kind, name in names.items() if type(value) is kind), "a date or time")


def _advice(name: str, known: list[str], kind: str) -> str:
    if name in KEYS:
        return f"a receiver of type {kind!r} has none, only {', '.join(KEYS[name].types)}"
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {nearest[0]!r}?" if nearest else "known are " + ", ".join(known)


def _target(url: str, kind: str, *, allow_private: bool) -> Target:
    """Of an Alertmanager, the URL is its own, as in its `--web.external-url`; the API's path is put after it."""
    found = target(url, allow_private=allow_private)
    if kind != "alertmanager":
        return found
    if "?" in url or "#" in url:
        raise ConfigError("url has a query: give Alertmanager's own URL, such as https://alerts.example.org")
    return target(url.rstrip("/").removesuffix(alertmanager.PATH) + alertmanager.PATH, allow_private=allow_private)


def _matching(table: Mapping[str, Any], key: str) -> str:
    value: str = table[key]
    if not NAME.match(value):
        raise ConfigError(f"{key} {value!r} is not allowed: {KEYS[key].allowed}")
    return value


def _layout(table: Mapping[str, Any]) -> str:
    value: str = table.get("format", FORMATS[0])
    if value not in FORMATS:
        raise ConfigError(f"format {value!r} is not supported: {KEYS['format'].allowed}")
    return value


def _authorization(table: Mapping[str, Any]) -> SecretStr | None:
    value: str | None = table.get("authorization")
    if value is not None and not HEADER.match(value):
        raise ConfigError(f"authorization has a character that a header may not have: {KEYS['authorization'].allowed}")
    return SecretStr(value) if value is not None else None


def _strings(table: Mapping[str, Any], key: str) -> list[str]:
    values: list[Any] = table[key]
    if not all(isinstance(value, str) for value in values):
        raise ConfigError(f"{key} holds something other than strings: {KEYS[key].allowed}")
    return values


def _schedule(table: Mapping[str, Any]) -> Schedule | None:
    values: list[Any] | None = table.get("retry_seconds")
    if values is None:
        return None
    numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    if (
        len(numbers) < len(values)
        or len(values) > MOST_RETRIES
        or not all(0 < n <= MOST_ASKED_SECONDS for n in numbers)
    ):
        raise ConfigError(f"retry_seconds is {values!r}: {KEYS['retry_seconds'].allowed}, each at most a day")
    return Schedule(tuple(map(float, numbers)))


def _between(table: Mapping[str, Any], key: str, limits: tuple[float, float], default: float) -> float:
    value: float = table.get(key, default)
    if not limits[0] <= value <= limits[1]:
        raise ConfigError(f"{key} is {value!r}: {KEYS[key].allowed}")
    return value


def _writer(table: Mapping[str, Any], key: str) -> Writer | None:
    if key not in table:
        return None
    try:
        return Writer(table[key])
    except ConfigError as error:
        raise ConfigError(f"{key}: {error}") from error
