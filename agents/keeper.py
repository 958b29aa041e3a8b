"""Reads the topic `schedule`: what still waits in the partitions that have come to this worker, and what is asked for.

A partition of alerts may be worked on when its schedule has been read, and not before: an alert that comes again after
a crash must be known for one that waits.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from agents import topics
from agents.compacted import Reader
from agents.settings import Settings
from rasid.intake import Rejected, decode
from schemas.scheduled_delivery import ScheduledDelivery

log = logging.getLogger(__name__)
SCHEDULED: Final = msgspec.json.Decoder(ScheduledDelivery)
Restore = Callable[[int, list[ScheduledDelivery]], None]
Request = Callable[[int, ScheduledDelivery], None]


class Keeper:
    """Calls `restore` once for each partition that comes, and `request` for each retry that a person asks for."""

    def __init__(self, settings: Settings, restore: Restore, request: Request) -> None:
        self._settings, self._restore, self._request = settings, restore, request
        self._mine: frozenset[int] = frozenset()
        self._read: set[int] = set()
        self._moved = asyncio.Event()
        self._progress = asyncio.Condition()

    async def assign(self, partitions: Iterable[int]) -> None:
        """These, and no others, are this worker's from now on."""
        self._mine = frozenset(partitions)
        self._read.clear()
        self._moved.set()
        async with self._progress:
            self._progress.notify_all()

    async def prepared(self, partition: int, is_owed: Callable[[], bool]) -> bool:
        """Waits until a partition's schedule has been read; False where it went to another worker meanwhile."""
        async with self._progress:
            await self._progress.wait_for(lambda: partition in self._read or not is_owed())
        return is_owed()

    async def run(self) -> None:
        """Reads until cancelled."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            reading = asyncio.create_task(self._follow(self._mine))
            moved = asyncio.create_task(self._moved.wait())
            try:
                await asyncio.wait({reading, moved}, return_when=asyncio.FIRST_COMPLETED)
                if reading.done():
                    reading.result()  # it ends only by an exception, unless there is nothing to read
            finally:
                await _ended(reading, moved)

    async def _follow(self, mine: frozenset[int]) -> None:
        if not mine:
            await asyncio.Event().wait()
        async with Reader(self._settings, topics.SCHEDULE.name(self._settings), sorted(mine)) as reader:
            latest: dict[int, dict[bytes, ScheduledDelivery]] = {partition: {} for partition in mine}
            async for records in reader.held():
                for record in records:
                    _apply(latest[record.partition], record)
            await self._restored(mine, latest)
            async for records in reader.following():
                for record in records:
                    self._see(record)

    async def _restored(self, mine: frozenset[int], latest: dict[int, dict[bytes, ScheduledDelivery]]) -> None:
        if mine != self._mine:
            return
        for partition, found in latest.items():
            self._restore(partition, sorted(found.values(), key=lambda each: each.offset))
        self._read |= mine
        async with self._progress:
            self._progress.notify_all()

    def _see(self, record: ConsumerRecord) -> None:
        """Our own writing comes back here; what a command wrote is taken up."""
        scheduled = None if record.value is None else _decoded(record)
        if scheduled is not None and scheduled.requested:
            self._request(record.partition, scheduled)


async def _ended(*tasks: "asyncio.Task[None] | asyncio.Task[bool]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _apply(latest: dict[bytes, ScheduledDelivery], record: ConsumerRecord) -> None:
    key = record.key or b""
    scheduled = None if record.value is None else _decoded(record)
    if scheduled is None:
        latest.pop(key, None)
    else:
        latest[key] = scheduled


def _decoded(record: ConsumerRecord) -> ScheduledDelivery | None:
    scheduled = decode(SCHEDULED, record.value)
    if isinstance(scheduled, Rejected):
        log.error(
            "a delivery at %s %d:%d is passed over: %s", record.topic, record.partition, record.offset, scheduled.detail
        )
        return None
    return scheduled
