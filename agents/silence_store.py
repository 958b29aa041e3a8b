"""Silences as commands see them: the compacted topic `silences` read once, and changes written to it."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from agents import kafka, topics
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.alert.silences import valid
from rasid.errors import ConfigError
from schemas.silence import Matcher, Silence

DECODER: Final = msgspec.json.Decoder(Silence)
RETENTION: Final = timedelta(days=5)  # that one is listed after its end, as in Alertmanager


def read(settings: Settings) -> dict[str, Silence]:
    """The silences on the topic by id, those that end first first. Unreadable records are passed over."""
    found: dict[str, Silence] = {}
    for record in kafka.stored(settings, topics.SILENCES.name(settings)):
        silence_id = (record.key or b"").decode("utf-8", "replace")
        found.pop(silence_id, None)
        if record.value is not None:
            _take(found, record.value)
    return dict(sorted(found.items(), key=lambda item: item[1].ends_at))


def _take(found: dict[str, Silence], value: bytes) -> None:
    try:
        silence = valid(DECODER.decode(value))
    except (msgspec.DecodeError, ConfigError):
        return
    found[silence.id] = silence


def new(  # noqa: PLR0913, PLR0917  # what a silence consists of
    matchers: Iterable[Matcher], starts_at: datetime, ends_at: datetime, created_by: str, comment: str, now: datetime
) -> Silence:
    """A silence with an id of its own; raises ConfigError where it cannot be in force."""
    silence_id = secrets.token_hex(4)
    return valid(Silence(silence_id, list(matchers), starts_at, ends_at, created_by, comment, now))


def write(settings: Settings, silences: Iterable[Silence], forgotten: Iterable[str] = ()) -> None:
    """Puts silences on the topic, and takes others off."""
    topic = topics.SILENCES.name(settings)
    with kafka.Publisher(settings) as publisher:
        for silence in silences:
            publisher.send(Outgoing(topic, silence.id.encode(), msgspec.json.encode(silence)))
        for silence_id in forgotten:
            publisher.send(Outgoing(topic, silence_id.encode(), None))


def expired(silence: Silence, now: datetime) -> Silence:
    """The silence, ended now; one that had not begun never was in force."""
    starts_at = min(silence.starts_at, now - timedelta(milliseconds=1))
    return msgspec.structs.replace(silence, starts_at=starts_at, ends_at=now, updated_at=now)


def forgettable(present: Iterable[Silence], now: datetime) -> list[str]:
    """Those whose end is long past."""
    return [silence.id for silence in present if now - silence.ends_at > RETENTION]
