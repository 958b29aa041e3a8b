"""The watchlist: the compacted topic `watches`, read whole by every worker and followed, so that a change is in force
everywhere without a restart. A watch that cannot be read is refused loudly and stops nothing.

The revision is the offset after the last record taken. Each worker says its own on the topic `workers`, in /ready and
as a metric, so that whoever changes the list can wait until all have it.
"""

import asyncio
import gc
import logging
import secrets
import socket
import time
from collections import Counter
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from agents import metrics, sending, topics
from agents.app import App
from agents.compacted import Reader
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.intake import Rejected, decode
from rasid.watch.fault import Fault, FaultReason
from rasid.watch.watchbook import Watchbook, in_bulk
from schemas.watch import Watch
from schemas.worker_state import WorkerState

log = logging.getLogger(__name__)
WATCH: Final = msgspec.json.Decoder(Watch)
PROGRESS_SECONDS: Final = 2.0  # between lines of the log while a long list is read
HEARTBEAT_SECONDS: Final = 5.0  # between a worker's words while nothing changes


class Watchlist:
    """A book kept in step with the topic. `caught_up` is set once all that the topic held at the start is in it."""

    def __init__(self, book: Watchbook, settings: Settings) -> None:
        self.book = book
        self.caught_up = asyncio.Event()
        self.revision = 0
        self.worker = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._changed = asyncio.Event()
        self._settings = settings
        self._faulty: dict[str, Fault] = {}

    async def run(self) -> None:
        """Reads until cancelled."""
        async with Reader(self._settings, topics.WATCHES.name(self._settings), [0]) as reader:
            began = said = time.monotonic()
            async for records in reader.held():
                with in_bulk():
                    self._take(records)
                if time.monotonic() - said > PROGRESS_SECONDS:
                    said = time.monotonic()
                    log.info("watchlist: %d watches read in %.0f s", len(self.book), said - began)
            log.info("watchlist: %d watches in force, %d faulty, read in %.1f s", len(self.book), len(self.faulty),
                     time.monotonic() - began)  # fmt: skip
            gc.freeze()  # what stays, so that the collector does not walk it while articles wait
            self._count()
            self.caught_up.set()
            self._changed.set()
            async for records in reader.following():
                self._take(records)
                self._count()
                self._changed.set()

    async def announce(self, app: App) -> None:
        """Says which revision is in force, at each change and now and then, until cancelled."""
        await self.caught_up.wait()
        topic = topics.WORKERS.name(self._settings)
        while True:
            self._changed.clear()
            state = WorkerState(self.worker, self.revision, len(self.book), len(self.faulty))
            await sending.send_all(app, [Outgoing(topic, self.worker.encode(), msgspec.json.encode(state))])
            try:
                await asyncio.wait_for(self._changed.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                continue

    @property
    def faulty(self) -> dict[str, Fault]:
        """Why watches are not in force, by id: those of the book, and records that are no watch."""
        return {**self.book.faulty, **self._faulty}

    def waiting(self) -> str | None:
        """A readiness check: what is wrong, or None."""
        return None if self.caught_up.is_set() else "the watchlist is being read"

    def _take(self, records: list[ConsumerRecord]) -> None:
        for record in records:
            self._apply(record)
            self.revision = record.offset + 1

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
        self._faulty[watch_id] = Fault(FaultReason.RECORD, why)
        log.error("watch %r is not in force: %s", watch_id, why)

    def _count(self) -> None:
        metrics.WATCHES.labels("enabled").set(len(self.book))
        metrics.WATCHES.labels("disabled").set(self.book.disabled)
        metrics.WATCHES.labels("faulty").set(len(self.faulty))
        metrics.WATCHES_ALWAYS.set(len(self.book.always))
        metrics.WATCHLIST_REVISION.set(self.revision)
        reasons = Counter(fault.reason for fault in [*self.faulty.values(), *self.book.costly.values()])
        for reason in FaultReason:
            metrics.WATCHES_FAULTY.labels(reason.value).set(reasons[reason])
