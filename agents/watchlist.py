"""The watchlist: the compacted topic `watches`, read whole by every worker and followed, so that a change is in force
everywhere without a restart. A watch that cannot be read is refused loudly and stops nothing.

The revision is the offset after the last record taken. Each worker says its own on the topic `workers`, in /ready and
as a metric, so that whoever changes the list can wait until all have it.
"""

import asyncio
import logging
import secrets
import socket
import time
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from agents import metrics, sending, topics
from agents.analyst_messages import Change, Standing
from agents.analysts import Analysts
from agents.app import App
from agents.compacted import Reader
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.watch.fault import FaultReason
from schemas.worker_state import WorkerState

log = logging.getLogger(__name__)
PROGRESS_SECONDS: Final = 2.0  # between lines of the log while a long list is read
HEARTBEAT_SECONDS: Final = 5.0  # between a worker's words while nothing changes


class Watchlist:
    """The analysts' books, kept in step with the topic. `caught_up` is set once all that it held at the start is in
    them.
    """

    def __init__(self, analysts: Analysts, settings: Settings) -> None:
        self.caught_up = asyncio.Event()
        self.revision = 0
        self.worker = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._analysts = analysts
        self._standing = Standing(0, 0, 0, 0, {})
        self._changed = asyncio.Event()
        self._settings = settings

    async def run(self) -> None:
        """Reads until cancelled."""
        await self._analysts.ready.wait()
        async with Reader(self._settings, topics.WATCHES.name(self._settings), [0]) as reader:
            began = said = time.monotonic()
            async for records in reader.held():
                await self._take(records, bulk=True)
                if time.monotonic() - said > PROGRESS_SECONDS:
                    said = time.monotonic()
                    log.info("watchlist: %d watches read in %.0f s", self._standing.enabled, said - began)
            self.note(await self._analysts.settle())
            log.info("watchlist: %d watches in force, %d faulty, read in %.1f s", self._standing.enabled,
                     self._standing.faulty, time.monotonic() - began)  # fmt: skip
            self.caught_up.set()
            self._changed.set()
            async for records in reader.following():
                await self._take(records)
                self._changed.set()

    async def announce(self, app: App) -> None:
        """Says which revision is in force, at each change and now and then, until cancelled."""
        await self.caught_up.wait()
        topic = topics.WORKERS.name(self._settings)
        while True:
            self._changed.clear()
            state = WorkerState(self.worker, self.revision, self._standing.enabled, self._standing.faulty)
            await sending.send_all(app, [Outgoing(topic, self.worker.encode(), msgspec.json.encode(state))])
            try:
                await asyncio.wait_for(self._changed.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                continue

    def waiting(self) -> str | None:
        """A readiness check: what is wrong, or None."""
        return None if self.caught_up.is_set() else "the watchlist is being read"

    async def _take(self, records: list[ConsumerRecord], *, bulk: bool = False) -> None:
        standing = await self._analysts.change([Change(each.key, each.value) for each in records], bulk=bulk)
        self.revision = records[-1].offset + 1
        for watch_id, why in standing.refused.items():
            log.error("watch %r is not in force: %s", watch_id, why)
        self.note(standing)

    def note(self, standing: Standing) -> None:
        """Counts how the books stand."""
        self._standing = standing
        metrics.WATCHES.labels("enabled").set(standing.enabled)
        metrics.WATCHES.labels("disabled").set(standing.disabled)
        metrics.WATCHES.labels("faulty").set(standing.faulty)
        metrics.WATCHES_ALWAYS.set(standing.always)
        metrics.WATCHLIST_REVISION.set(self.revision)
        for reason in FaultReason:
            metrics.WATCHES_FAULTY.labels(reason.value).set(standing.faults.get(reason.value, 0))
