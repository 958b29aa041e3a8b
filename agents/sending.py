"""Sends messages and tells when the broker has acknowledged them all: what has to be before an agent acknowledges.

`send_all` waits for it. A `Pipeline` does not: an agent goes on to its next event while the broker answers. Where
there are many messages, record batches are built here, one future each: half the time of aiokafka's way, one by one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, cast
from zlib import crc32

import faust
from faust.types import EventT
from kafka.partitioner import Partitioner

# Of a record in a batch: lengths, attributes, timestamp and offset take 21 bytes at most, the batch's header 61.
OVERHEAD_BYTES: Final = 100
HEADER_OVERHEAD_BYTES: Final = 10  # of each header: two lengths, 5 bytes at most each
AHEAD: Final = 4  # events of an agent that are made into messages elsewhere at once
FEW: Final = 4  # messages of a partition that join aiokafka's open batch: one of their own would wait for those before


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
    await _acknowledged(await _handed_over(app, messages))


class Pipeline:
    """Sends what an agent makes of its events, and acknowledges each event when the broker has all of it.

    Use as an asynchronous context around the agent's loop; the first failure ends that context with an exception.
    """

    def __init__(self, app: faust.App, ack: Callable[[EventT[Any]], Awaitable[Any]]) -> None:
        self._app, self._ack = app, ack
        self._answers = asyncio.TaskGroup()
        self._room = asyncio.Semaphore(AHEAD)
        self._last: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        await self._answers.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._answers.__aexit__(kind, error, trace)

    async def send(
        self, event: EventT[Any], messages: Iterable[Outgoing], sent: Callable[[], None] = lambda: None
    ) -> None:
        """Returns when the messages are on their way, behind those sent before; calls `sent` when they are there."""
        futures = await _handed_over(self._app, messages)
        self._answers.create_task(self._finish(event, futures, sent))

    async def send_made(
        self, event: EventT[Any], making: Awaitable[Iterable[Outgoing]], sent: Callable[[], None] = lambda: None
    ) -> None:
        """The same for messages that are still being made, elsewhere; returns when more may be asked for there.

        They are sent in the order of the calls.
        """
        await self._room.acquire()
        before, self._last = self._last, asyncio.get_running_loop().create_future()
        self._answers.create_task(self._send_in_turn(event, making, sent, (before, self._last)))

    async def _send_in_turn(
        self,
        event: EventT[Any],
        making: Awaitable[Iterable[Outgoing]],
        sent: Callable[[], None],
        turns: tuple[asyncio.Future[None] | None, asyncio.Future[None]],
    ) -> None:
        before, own = turns
        try:
            messages = await making
        finally:
            self._room.release()
        if before is not None:
            await before
        await self.send(event, messages, sent)
        own.set_result(None)

    async def _finish(self, event: EventT[Any], futures: list[asyncio.Future[Any]], sent: Callable[[], None]) -> None:
        await _acknowledged(futures)
        sent()
        await self._ack(event)


async def _handed_over(app: faust.App, messages: Iterable[Outgoing]) -> list[asyncio.Future[Any]]:
    """The producer's futures of messages that it has taken on."""
    await app.maybe_start_producer()
    lanes: dict[tuple[str, int], list[Outgoing]] = {}
    partitions: dict[str, list[int]] = {}
    for message in messages:
        if message.topic not in partitions:
            partitions[message.topic] = sorted(await _producer(app).partitions_for(message.topic))
        lane = message.topic, _partition(message, partitions[message.topic])
        lanes.setdefault(lane, []).append(message)
    sent = await asyncio.gather(*[_send_lane(app, *lane, queue) for lane, queue in lanes.items()])
    return [future for futures in sent for future in futures]


def _producer(app: faust.App) -> Any:
    """The producer of aiokafka, which Faust keeps private (pins.py)."""
    return cast(Any, app.producer)._producer  # noqa: SLF001


def _partition(message: Outgoing, partitions: list[int]) -> int:
    if message.partition is None:
        return by_crc32(message.key, partitions)
    if message.partition not in partitions:  # aiokafka would assert
        raise ValueError(f"topic {message.topic!r} has no partition {message.partition!r}, only {partitions!r}")
    return message.partition


async def _send_lane(app: faust.App, topic: str, partition: int, queue: list[Outgoing]) -> list[asyncio.Future[Any]]:
    """One partition's messages, in order."""
    producer, sent = _producer(app), []
    few = len(queue) <= FEW
    parts = queue if few else _parts(producer.create_batch, queue, app.conf.producer_max_batch_size)
    for part in parts:
        if isinstance(part, Outgoing):
            future = await app.producer.send(topic, part.key, part.value, partition, None, list(part.headers))
        else:
            part.close()  # or aiokafka might add other messages to it
            future = await producer.send_batch(part, topic, partition=partition)
        sent.append(cast(asyncio.Future[Any], future))
    return sent


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
    if not sent:
        return
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
