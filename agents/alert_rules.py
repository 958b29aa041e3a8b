"""What the alert agents decide by, kept up to date while they run: the tables of the receivers file, and the silences.

A file that is broken changes nothing: the rules before it stay in force, and the log says so until it is mended.
"""

import asyncio
import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from aiokafka import ConsumerRecord

from agents import topics
from agents.compacted import Reader
from agents.settings import Settings
from rasid.alert.desk import Rules
from rasid.alert.routes import Care
from rasid.alert.routes import read as read_care
from rasid.alert.silences import valid
from rasid.errors import ConfigError
from rasid.intake import Rejected, decode
from schemas.silence import Silence

log = logging.getLogger(__name__)
LOOK_SECONDS: Final = 2.0  # between looks at the file
SILENCE: Final = msgspec.json.Decoder(Silence)

Seen = tuple[int, int, int] | None


def load(path: Path | None) -> Care:
    """What the file says about alerts; nothing where no file is set. Raises ConfigError for the first mistake."""
    if path is None:
        return Care()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"receivers file {str(path)!r} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None  # the document would show secrets
    try:
        return read_care(document, _receivers(document))
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _receivers(document: Mapping[str, Any]) -> list[str]:
    """The names the file defines; what else it says of them is checked where they are read."""
    tables: Any = document.get("receiver", [])
    names = [table.get("name") for table in tables if isinstance(table, dict)] if isinstance(tables, list) else []
    return [name for name in names if isinstance(name, str)]


class LiveRules:
    """Rules that follow the file and the topic `silences`. `caught_up` is set once the silences are known."""

    def __init__(self, settings: Settings) -> None:
        self.rules = Rules(load(settings.receivers))
        self.caught_up = asyncio.Event()
        self._settings = settings
        self._seen = self._look()

    def waiting(self) -> str | None:
        """A readiness check: what is wrong, or None."""
        return None if self.caught_up.is_set() else "the silences are being read"

    async def follow_file(self) -> None:
        """Looks at the file until cancelled."""
        while self._settings.receivers is not None:
            await asyncio.sleep(LOOK_SECONDS)
            self.look_again()

    def look_again(self) -> None:
        """Takes what the file says now, where it has changed and is valid."""
        seen = self._look()
        if seen == self._seen:
            return
        self._seen = seen
        try:
            self.rules.care = load(self._settings.receivers)
        except ConfigError as error:
            log.error("the routes have changed and are not valid; those before stay in force: %s", error)  # noqa: TRY400
        else:
            log.info("routes: %d in force", sum(1 for _ in self.rules.care.route.every()))

    def _look(self) -> Seen:
        """What tells one version of the file from another; follows links, as those of a ConfigMap."""
        try:
            found = self._settings.receivers.stat() if self._settings.receivers else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None

    async def follow_silences(self) -> None:
        """Reads the topic until cancelled."""
        async with Reader(self._settings, topics.SILENCES.name(self._settings), [0]) as reader:
            async for records in reader.held():
                self._take(records)
            log.info("silences: %d known", len(self.rules.silences))
            self.caught_up.set()
            async for records in reader.following():
                self._take(records)

    def _take(self, records: list[ConsumerRecord]) -> None:
        for record in records:
            silence_id = (record.key or b"").decode("utf-8", "replace")
            if record.value is None:
                self.rules.silences.remove(silence_id)
                continue
            why = self._put(record.value)
            if why is not None:
                log.error("silence %r is not in force: %s", silence_id, why)

    def _put(self, value: bytes) -> str | None:
        """Takes a silence; says why where it cannot be."""
        silence = decode(SILENCE, value)
        if isinstance(silence, Rejected):
            return f"{silence.reason}: {silence.detail}"
        try:
            self.rules.silences.put(valid(silence))
        except ConfigError as error:
            return str(error)
        return None
