"""Articles onto Kafka, all at once or on a schedule, and what came of them read back with the broker's times."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.articles import Article

READ_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Stamps:
    """A topic's records: the broker's time of each in ms, and the distinct keys."""

    times: Sequence[int]
    keys: frozenset[bytes]

    @property
    def duplicates(self) -> int:
        """Records beyond the first of a key."""
        return len(self.times) - len(self.keys)


def rate(times: Sequence[int], until: int) -> float:
    """Records a second from the first append to `until`, both broker's times in ms.

    Those of the first millisecond are not counted: the work that led to them lies before it.
    """
    first = min(times)
    if until <= first:
        raise ValueError(f"{len(times)} records within a millisecond give no rate: measure more of them")
    return (len(times) - times.count(first)) * 1000 / (until - first)


def by_crc32(key: bytes, partitions: Sequence[int], _available: Sequence[int]) -> int:
    """Rasid's partition of a key, as aiokafka asks for it."""
    return sorted(partitions)[crc32(key) % len(partitions)]


@asynccontextmanager
async def producing(address: str, linger_ms: int = 0) -> AsyncIterator[Any]:
    """A producer that waits for all replicas."""
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all", partitioner=by_crc32, linger_ms=linger_ms,
                                max_batch_size=1 << 20, max_request_size=16 << 20)  # fmt: skip
    async with producer:
        yield producer


async def load(address: str, topic: str, pairs: Iterable[tuple[bytes, bytes]]) -> None:
    """Puts records on a topic as fast as they go; returns when the broker has them all."""
    async with producing(address, linger_ms=20) as producer:
        await asyncio.gather(*[await producer.send(topic, value, key) for key, value in pairs])


async def steadily(
    producer: Any, topic: str, articles: Iterator[Article], rate: float, seconds: float
) -> tuple[dict[str, int], float]:
    """Sends on schedule, whatever becomes of it. The time of each alerting article's send by uri (CLOCK_MONOTONIC ns),
    and the seconds by which the publisher itself was late at worst.
    """
    sent: dict[str, int] = {}
    late, began = 0.0, time.monotonic()
    for number in range(round(rate * seconds)):
        ahead = began + number / rate - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
        late = max(late, time.monotonic() - began - number / rate)
        article = next(articles)
        if article.matches:
            sent[article.key.decode()] = time.monotonic_ns()
        await producer.send(topic, article.value, article.key)
    await producer.flush()
    return sent, late


async def read_back(address: str, topic: str, ends: dict[int, int]) -> Stamps:
    """Every record of a topic up to `ends`, whose logs have no holes."""
    records = [record async for record in _records(address, topic, ends)]
    return Stamps([record.timestamp for record in records], frozenset(record.key for record in records))


async def _records(address: str, topic: str, ends: dict[int, int]) -> AsyncIterator[Any]:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False, auto_offset_reset="earliest",
                                max_partition_fetch_bytes=4 << 20)  # fmt: skip
    async with consumer, asyncio.timeout(READ_SECONDS):
        consumer.assign([TopicPartition(topic, number) for number in ends])
        left = sum(ends.values())
        while left > 0:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                left -= len(records)
                for record in records:
                    yield record
