"""The watchlist: the compacted topic `watches`, read whole by every worker and followed, so that a change is in force
everywhere without a restart. A watch that cannot be read is refused loudly and stops nothing.
"""

import asyncio
import logging
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from agents import metrics, topics
from agents.compacted import Reader
from agents.settings import Settings
from rasid.intake import Rejected, decode
from rasid.watch.watchbook import Watchbook
from schemas.watch import Watch

log = logging.getLogger(__name__)
WATCH: Final = msgspec.json.Decoder(Watch)


class Watchlist:
    """A book kept in step with the topic. `caught_up` is set once all that the topic held at the start is in it."""

    def __init__(self, book: Watchbook, settings: Settings) -> None:
        self.book = book
        self.caught_up = asyncio.Event()
        self._settings = settings
        self._faulty: dict[str, str] = {}

    async def run(self) -> None:
        """Reads until cancelled."""
        async with Reader(self._settings, topics.WATCHES.name(self._settings), [0]) as reader:
            async for records in reader.held():
                self._take(records)
            log.info("watchlist: %d watches in force, %d faulty", len(self.book), len(self.book.faulty))
            self._count()
            self.caught_up.set()
            async for records in reader.following():
                self._take(records)
                self._count()

    def waiting(self) -> str | None:
        """A readiness check: what is wrong, or None."""
        return None if self.caught_up.is_set() else "the watchlist is being read"

    def _take(self, records: list[ConsumerRecord]) -> None:
        for record in records:
            self._apply(record)

    def _apply(self, record: ConsumerRecord) -> None:
        watch_id = (record.key or b"").decode("utf-8", "replace")
        self._faulty.pop(watch_id, None)
        if record.value is None:
            self.book.remove(watch_id)
            return
        watch = decode(WATCH, record.value)
        if isinstance(watch, Rejected):
            self._refuse(watch_id, f"{watch.reason}: {watch.detail}")
        elif watch.id != watch_id:
            self._refuse(watch_id, f"the record's key is not the watch's id {watch.id!r}")
        elif not self.book.add(watch):
            log.error("watch %r is not in force: %s", watch_id, self.book.faulty[watch_id])

    def _refuse(self, watch_id: str, why: str) -> None:
        self.book.remove(watch_id)
        self._faulty[watch_id] = why
        log.error("watch %r is not in force: %s", watch_id, why)

    def _count(self) -> None:
        metrics.WATCHES.labels("enabled").set(len(self.book))
        metrics.WATCHES.labels("disabled").set(self.book.disabled)
        metrics.WATCHES.labels("faulty").set(len(self.book.faulty) + len(self._faulty))
