"""Reads the receivers file again when it changes under a running worker. A broken one changes nothing, and says so."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from agents import metrics, receivers
from agents.receivers import Receivers
from rasid.errors import ConfigError

log = logging.getLogger(__name__)
LOOK_SECONDS: Final = 2.0  # between looks at the file; what is delivered does not wait for them

Seen = tuple[int, int, int] | None


class ReceiversFile:
    """Watches one file and calls `use` with what it says."""

    def __init__(self, path: Path | None, use: Callable[[Receivers], None], look_seconds: float = LOOK_SECONDS) -> None:
        self._path, self._use, self._look_seconds = path, use, look_seconds
        self._seen = self._look()
        metrics.RECEIVERS_FILE_VALID.set(1)  # or the start would have stopped

    async def run(self) -> None:
        """Looks until cancelled."""
        while self._path is not None:
            await asyncio.sleep(self._look_seconds)
            seen = self._look()
            if seen != self._seen:
                self._seen = seen
                self._read_again()

    def _look(self) -> Seen:
        """What tells one version of the file from another; follows links, as those of a ConfigMap."""
        try:
            found = self._path.stat() if self._path is not None else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None

    def _read_again(self) -> None:
        try:
            known = receivers.load(self._path)
        except ConfigError as error:
            metrics.RECEIVERS_FILE_VALID.set(0)
            log.error("%s: the receivers before this change of the file stay in force", error)  # noqa: TRY400  # a mistake of the operator's
            return
        metrics.RECEIVERS_FILE_VALID.set(1)
        self._use(known)
        log.info("the receivers file has changed: %s", ", ".join(known) or "no receivers")
