"""Fetches alerts again from their topic, by partition and offset: what waits for long does not stay in memory."""

import asyncio
from collections import OrderedDict
from types import TracebackType
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from agents import compacted
from agents.settings import Settings

FETCH_BYTES: Final = 256 << 10  # read at a time: what follows an alert is often wanted next
KEPT_BYTES: Final = 4 << 20
POLL_MS: Final = 500


class Shelf:
    """One reader for all lanes, opened when it is first needed. Use as an asynchronous context."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self._settings, self._topic = settings, topic
        self._client: AIOKafkaConsumer | None = None
        self._turn = asyncio.Lock()
        self._kept: OrderedDict[tuple[int, int], ConsumerRecord] = OrderedDict()
        self._kept_bytes = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.stop()

    async def fetch(self, partition: int, offset: int) -> ConsumerRecord | None:
        """The record there; None where the topic no longer has it. Waits for a broker that does not answer."""
        if (partition, offset) not in self._kept:
            async with self._turn:
                if (partition, offset) not in self._kept:
                    await self._read(partition, offset)
        found = self._kept.get((partition, offset))
        self._trim()
        return found

    async def _read(self, partition: int, offset: int) -> None:
        client, place = await self._opened(), TopicPartition(self._topic, partition)
        client.assign([place])
        client.seek(place, offset)
        while True:
            found = (await client.getmany(place, timeout_ms=POLL_MS)).get(place, [])
            for record in found:
                self._keep(record)
            if found or await self._is_outside(client, place, offset):
                return

    async def _is_outside(self, client: AIOKafkaConsumer, place: TopicPartition, offset: int) -> bool:
        first = await compacted.patiently(lambda: client.beginning_offsets([place]))
        end = await compacted.patiently(lambda: client.end_offsets([place]))
        return not first[place] <= offset < end[place]

    async def _opened(self) -> AIOKafkaConsumer:
        if self._client is None:
            self._client = await compacted.started(self._settings, FETCH_BYTES)
        return self._client

    def _keep(self, record: ConsumerRecord) -> None:
        place = record.partition, record.offset
        if place not in self._kept:
            self._kept_bytes += len(record.value or b"")
        self._kept[place] = record
        self._kept.move_to_end(place)

    def _trim(self) -> None:
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > 1:
            _, record = self._kept.popitem(last=False)
            self._kept_bytes -= len(record.value or b"")
