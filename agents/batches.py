"""The words of batched reading: `Records` is what an agent gets, `Batches` marks a topic, a `BatchMessage` carries one.

Reading and committing are batching.py's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import faust
from aiokafka import ConsumerRecord
from faust.sensors import Monitor
from faust.types import TP, AppT, ConsumerMessage, EventT, Message, StreamT, TopicT

from agents.accounts import Account
from rasid.errors import ConfigError

PAUSE_SECONDS: Final = 0.005  # between looks while partitions are held back: a tenth of a round of work at most
DEFERRED_PAUSE_SECONDS: Final = 0.05  # the same where acknowledgements take seconds


class Records(tuple[ConsumerRecord, ...]):
    """Messages of one partition in offset order, as aiokafka gives them: key, value, headers, offset, timestamp in ms.

    Offsets may skip, as compaction and transactions leave holes.
    """

    __slots__ = ()

    @property
    def size_bytes(self) -> int:
        """Bytes of the keys and values."""
        return sum(map(size_bytes, self))


class Batches(faust.Schema[bytes, Records]):
    """Marks a topic whose events carry `Records` of at most `count` messages or `size_bytes`, whichever ends it first.

    One message larger than `size_bytes` still comes, alone. A partition is read on only while fewer than
    `ahead_records` of its messages and `ahead_bytes` are delivered and not acknowledged; the last fetch may exceed
    either by its own size (`consumer_max_fetch_size`). Events are not counted: at a low rate each carries one message,
    and a bound of a few would make every article wait for the broker's answer to the ones before.

    `deferred` is for agents that take events on and acknowledge each when it is settled, much later and in any order:
    a rebalance and a stop do not wait for them. What is not acknowledged then comes again, to the next owner.
    """

    def __init__(
        self,
        count: int = 1000,
        size_bytes: int = 1 << 20,
        *,
        ahead_records: int = 2000,
        ahead_bytes: int = 16 << 20,
        deferred: bool = False,
    ) -> None:
        super().__init__(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        self.count, self.size_bytes = count, size_bytes
        self.ahead_records, self.ahead_bytes = ahead_records, ahead_bytes
        self.deferred = deferred

    def loads_value(self, app: AppT, message: Message, **_: Any) -> Any:  # noqa: ARG002
        """The message's `Records`, which need no decoding."""
        return message.value

    def split(self, records: Sequence[ConsumerRecord]) -> Iterator[Records]:
        """Cuts what one fetch brought from a partition into events; nothing is left out and the order is kept."""
        start, total = 0, 0
        for index, record in enumerate(records):
            size = size_bytes(record)
            if index > start and (index - start >= self.count or total + size > self.size_bytes):
                yield Records(records[start:index])
                start, total = index, 0
            total += size
        if records:
            yield Records(records[start:])

    def has_room(self, account: Account) -> bool:
        """Whether more may be fetched for a partition with this account."""
        return account.records < self.ahead_records and account.size_bytes < self.ahead_bytes

    @property
    def pause_seconds(self) -> float:
        """How soon to look whether there is room again."""
        return DEFERRED_PAUSE_SECONDS if self.deferred else PAUSE_SECONDS


def size_bytes(record: ConsumerRecord) -> int:
    """Bytes of a record's key and value; aiokafka gives -1 for an absent one."""
    size: int = max(record.serialized_key_size, 0) + max(record.serialized_value_size, 0)
    return size


class BatchMessage(ConsumerMessage):
    """Faust's message for an event of many records: no key, no headers, the last record's offset and timestamp."""

    __slots__ = ("count",)

    def __init__(self, tp: TP, records: Records, generation_id: int) -> None:
        last = records[-1]
        super().__init__(
            topic=last.topic,
            partition=last.partition,
            offset=last.offset,
            timestamp=last.timestamp / 1000,
            timestamp_type=last.timestamp_type,
            headers=[],
            key=None,
            value=records,  # type: ignore[arg-type]  # Faust carries it to the schema unseen
            checksum=None,
            serialized_key_size=0,
            serialized_value_size=records.size_bytes,
            tp=tp,
            generation_id=generation_id,
        )
        self.count = len(records)


def batched(channels: Iterable[TopicT]) -> dict[str, Batches]:
    """Topics to batch, by name. Raises ConfigError when one is read in two ways."""
    schemas: defaultdict[str, set[Batches | None]] = defaultdict(set)
    for channel in channels:
        for name in channel.topics:
            schemas[name].add(channel.schema if isinstance(channel.schema, Batches) else None)
    for name, found in schemas.items():
        if len(found) > 1 and any(found):
            raise ConfigError(
                f"topic {name!r} is read in batches by one agent and otherwise by another: give both the same Batches"
            )
    return {name: schema for name, found in schemas.items() for schema in found if schema is not None}


class BatchMonitor(Monitor):
    """Counts messages where Faust's monitor would count events; times remain those of events."""

    def on_message_in(self, tp: TP, offset: int, message: Message) -> None:
        """A message goes to its stream."""
        super().on_message_in(tp, offset, message)
        self.messages_received_total += extra(message)
        self.messages_active += extra(message)
        self.messages_received_by_topic[tp.topic] += extra(message)

    def on_message_out(self, tp: TP, offset: int, message: Message) -> None:
        """A message is acknowledged."""
        super().on_message_out(tp, offset, message)
        self.messages_active -= extra(message)

    def on_stream_event_in(
        self, tp: TP, offset: int, stream: StreamT[Any], event: EventT[Any]
    ) -> dict[str, Any] | None:
        """A stream takes an event."""
        self.events_total += extra(event.message)
        return super().on_stream_event_in(tp, offset, stream, event)


def extra(message: Message) -> int:
    """How many messages an event stands for, less one."""
    return message.count - 1 if isinstance(message, BatchMessage) else 0
