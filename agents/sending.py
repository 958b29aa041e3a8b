"""Sends messages and returns when the broker has acknowledged them all: what an agent awaits before it acknowledges.

Record batches are built here, one future each, rather than by aiokafka a message at a time: half the time of a send.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, cast
from zlib import crc32

import faust
from kafka.partitioner import Partitioner

# Of a record in a batch: lengths, attributes, timestamp and offset take 21 bytes at most, the batch's header 61.
OVERHEAD_BYTES: Final = 100
HEADER_OVERHEAD_BYTES: Final = 10  # of each header: two lengths, 5 bytes at most each


class Outgoing(NamedTuple):
    """A message to send. Without `partition`, the key decides (`by_crc32`); `value` None deletes under compaction."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    partition: int | None = None


def by_crc32(key: bytes | None, partitions: Sequence[int], _available: Sequence[int] = ()) -> int:
    """The partition of a key, as a partitioner of aiokafka: CRC32, librdkafka's way, computed in C.

    `partitions` in ascending order. Java's murmur2 is a Python loop over the key there: 8 to 13 µs a message.
    """
    return partitions[crc32(key or b"") % len(partitions)]


class Crc32Partitioner(Partitioner):  # type: ignore[misc]  # kafka-python is untyped
    """The same as a partitioner of kafka-python: `KafkaProducer(partitioner=Crc32Partitioner())`."""

    def partition(self, topic: str, _key: Any, serialized_key: bytes | None, *rest: Any) -> int:
        """What kafka-python calls for each message; the last of `rest` is its view of the cluster."""
        return by_crc32(serialized_key, sorted(rest[-1].partitions_for_topic(topic)))


async def send_all(app: faust.App, messages: Iterable[Outgoing]) -> None:
    """Sends, and returns when the broker has acknowledged every message; the first failure is raised.

    Messages of one partition keep their order. One that does not fit `producer_max_batch_size` goes alone, up to
    `producer_max_request_size`. After a failure some of the messages may have been sent.
    """
    await app.maybe_start_producer()
    lanes: dict[tuple[str, int], list[Outgoing]] = {}
    partitions: dict[str, list[int]] = {}
    for message in messages:
        if message.topic not in partitions:
            partitions[message.topic] = sorted(await _producer(app).partitions_for(message.topic))
        lane = message.topic, _partition(message, partitions[message.topic])
        lanes.setdefault(lane, []).append(message)
    await asyncio.gather(*[_send_lane(app, *lane, queue) for lane, queue in lanes.items()])


def _producer(app: faust.App) -> Any:
    """The producer of aiokafka, which Faust keeps private (pins.py)."""
    return cast(Any, app.producer)._producer  # noqa: SLF001


def _partition(message: Outgoing, partitions: list[int]) -> int:
    if message.partition is None:
        return by_crc32(message.key, partitions)
    if message.partition not in partitions:  # aiokafka would assert
        raise ValueError(f"topic {message.topic!r} has no partition {message.partition!r}, only {partitions!r}")
    return message.partition


async def _send_lane(app: faust.App, topic: str, partition: int, queue: list[Outgoing]) -> None:
    """One partition's messages, in order."""
    producer, sent = _producer(app), []
    for part in _parts(producer.create_batch, queue, app.conf.producer_max_batch_size):
        if isinstance(part, Outgoing):
            future = await app.producer.send(topic, part.key, part.value, partition, None, list(part.headers))
        else:
            part.close()  # or aiokafka might add other messages to it
            future = await producer.send_batch(part, topic, partition=partition)
        sent.append(cast(asyncio.Future[Any], future))
    await _acknowledged(sent)


def _parts(create_batch: Callable[[], Any], queue: Iterable[Outgoing], limit: int) -> Iterator[Any]:
    """Record batches filled as far as they go, and messages too large for one, in the order of `queue`."""
    batch = None
    for message in queue:
        if batch is not None and _append(batch, message):
            continue
        if batch is not None:
            yield batch
        batch = None if _size_bytes(message) > limit else create_batch()
        if batch is None:
            yield message
        elif not _append(batch, message):
            raise ValueError(f"a message of {_size_bytes(message)} bytes does not fit a batch of {limit}")
    if batch is not None:
        yield batch


def _append(batch: Any, message: Outgoing) -> bool:
    appended = batch.append(key=message.key, value=message.value, timestamp=None, headers=list(message.headers))
    return appended is not None


def _size_bytes(message: Outgoing) -> int:
    """At least what the message takes in a batch of its own."""
    headers = sum(len(name.encode()) + len(value) + HEADER_OVERHEAD_BYTES for name, value in message.headers)
    return len(message.key or b"") + len(message.value or b"") + headers + OVERHEAD_BYTES


async def _acknowledged(sent: list[asyncio.Future[Any]]) -> None:
    """Waits for all, or the first failure. Never cancels one: aiokafka's sender does not survive that of a batch."""
    done, pending = await asyncio.wait(sent, return_when=asyncio.FIRST_EXCEPTION)
    for future in pending:
        future.add_done_callback(_retrieve)
    for failure in [future.exception() for future in sent if future in done]:
        if failure is not None:
            raise failure


def _retrieve(future: asyncio.Future[Any]) -> None:
    """Looks at a failure that nobody will: the first has been raised."""
    if not future.cancelled():
        future.exception()
