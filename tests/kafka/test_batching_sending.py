"""Sends on Apache Kafka: order, headers, where a key lands, sizes, and what a failure looks like."""

import asyncio
from zlib import crc32

import faust
import pytest
from aiokafka.errors import MessageSizeTooLargeError
from faust.exceptions import ProducerSendError
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from agents.sending import FEW, Crc32Partitioner, Outgoing, Pipeline, send_all
from tests.patience import PATIENCE_SECONDS

MIB = 1 << 20
PARTITIONS = 3


@pytest.fixture
def out(kafka_node, request):
    name = request.node.name.replace("[", ".").rstrip("]") + ".out"
    kafka_node.create(name, partitions=PARTITIONS, max_message_bytes=str(16 * MIB + 4096))
    return name


@pytest.fixture
async def app(kafka_node):
    app = faust.App(
        "sends",
        broker=f"kafka://{kafka_node.address}",
        store="memory://",
        producer_acks=-1,
        producer_max_batch_size=1 * MIB,
        producer_max_request_size=16 * MIB,
    )
    app.finalize()
    yield app
    await app.producer.stop()


def read(node, topic: str, count: int) -> list:
    """The first `count` messages of each partition in turn."""
    reader = KafkaConsumer(
        bootstrap_servers=node.address,
        enable_auto_commit=False,
        check_crcs=False,  # computed in Python: seconds for the large ones
        max_partition_fetch_bytes=32 * MIB,
        fetch_max_bytes=64 * MIB,
    )
    tps = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    reader.assign(tps)
    reader.seek_to_beginning(*tps)
    found = []
    while len(found) < count:
        polled = reader.poll(60_000)
        assert polled, f"{len(found)} of {count} messages"
        found += [message for part in polled.values() for message in part]
    reader.close()
    return found


async def test_all_is_there_in_order_under_its_key_when_it_returns(kafka_node, app, out):
    messages = [Outgoing(out, f"key{number % 50}".encode(), str(number).encode()) for number in range(5000)]
    await send_all(app, messages)
    assert sum(kafka_node.ends(out).values()) == 5000
    found = read(kafka_node, out, 5000)
    assert all(message.partition == crc32(message.key) % PARTITIONS for message in found)
    for partition in range(PARTITIONS):
        numbers = [int(message.value) for message in found if message.partition == partition]
        assert numbers == sorted(numbers)


async def test_keys_land_where_a_publisher_with_kafka_python_puts_them(kafka_node, app, out):
    keys = [f"مقال/{number}".encode() for number in range(30)]
    await send_all(app, [Outgoing(out, key, b"ours") for key in keys])
    with KafkaProducer(bootstrap_servers=kafka_node.address, partitioner=Crc32Partitioner()) as producer:
        for key in keys:
            producer.send(out, b"theirs", key)
        producer.flush()
    places = {}
    for message in read(kafka_node, out, 60):
        places.setdefault(message.key, set()).add(message.partition)
    assert set(places) == set(keys)
    assert all(len(partitions) == 1 for partitions in places.values())


async def test_headers_tombstones_and_given_partitions_arrive_as_sent(kafka_node, app, out):
    headers = [("rasid-reason", "غير مقروء".encode()), ("empty", b""), ("rasid-reason", b"again")]
    sent = [
        Outgoing(out, b"a", b"with headers", headers, partition=0),
        Outgoing(out, b"a", None, partition=1),
        Outgoing(out, None, b"no key", partition=2),
    ]
    await send_all(app, sent)
    found = sorted(read(kafka_node, out, 3), key=lambda message: message.partition)
    assert [(message.key, message.value, list(message.headers)) for message in found] == [
        (b"a", b"with headers", headers),
        (b"a", None, []),
        (None, b"no key", []),
    ]


async def test_messages_larger_than_a_batch_go_alone_and_keep_their_place(kafka_node, app, out):
    sizes = [10, MIB - 50, 3 * MIB, 20, MIB, 15 * MIB, 30, 600_000, 600_000]
    await send_all(app, [Outgoing(out, b"one", bytes([number]) * size) for number, size in enumerate(sizes)])
    assert [len(message.value) for message in read(kafka_node, out, len(sizes))] == sizes


async def test_large_headers_count_as_size(kafka_node, app, out):
    headers = [("original", b"h" * (2 * MIB))]
    await send_all(app, [Outgoing(out, b"one", b"small", headers), Outgoing(out, b"one", b"next")])
    assert [message.value for message in read(kafka_node, out, 2)] == [b"small", b"next"]


async def test_a_message_beyond_the_largest_request_is_an_error(app, out):
    with pytest.raises(ProducerSendError, match="max_request_size"):
        await send_all(app, [Outgoing(out, b"key", b"x" * (17 * MIB))])


async def test_what_the_broker_refuses_is_raised(kafka_node, app):
    kafka_node.create("small-messages", partitions=1, max_message_bytes="1000")
    with pytest.raises(MessageSizeTooLargeError):
        await send_all(app, [Outgoing("small-messages", b"key", b"x" * 5000)])


async def test_a_partition_that_is_not_there_is_an_error(app, out):
    with pytest.raises(ValueError, match=r"has no partition 7, only \[0, 1, 2\]"):
        await send_all(app, [Outgoing(out, b"key", b"value", partition=7)])


async def test_nothing_to_send_is_done_at_once(app):
    await send_all(app, [])


@pytest.mark.parametrize("count", [1, FEW + 1])
async def test_a_sender_cancelled_in_an_outage_leaves_the_producer_working(kafka_node, app, out, count):
    """A batch whose future is cancelled while it is retried would end aiokafka's sender."""
    await send_all(app, [Outgoing(out, b"key", b"first")])
    await asyncio.to_thread(kafka_node.stop)
    task = asyncio.create_task(send_all(app, [Outgoing(out, b"key", b"given up")] * count))
    await asyncio.sleep(0.5)
    task.cancel()
    await asyncio.sleep(0.5)
    await asyncio.to_thread(kafka_node.start)
    await asyncio.wait_for(send_all(app, [Outgoing(out, b"key", b"after")]), PATIENCE_SECONDS)
    assert [message.value for message in read(kafka_node, out, count + 2)] == [
        b"first",
        *[b"given up"] * count,
        b"after",
    ]


async def test_a_pipeline_keeps_the_order_of_its_events_and_acknowledges_each_when_it_is_there(kafka_node, app, out):
    sizes, acked, there = [1, 700, 2, FEW, FEW + 1, 1, 900, 1], [], []
    numbers = iter(range(sum(sizes)))

    async def ack(event):
        there.append((event, sum(kafka_node.ends(out).values())))
        acked.append(event)

    async with Pipeline(app, ack) as pipeline:
        for event, size in enumerate(sizes):
            await pipeline.send(event, [Outgoing(out, b"key", str(next(numbers)).encode()) for _ in range(size)])
    assert sorted(acked) == list(range(len(sizes)))
    assert all(written >= sum(sizes[: event + 1]) for event, written in there)
    assert [int(message.value) for message in read(kafka_node, out, sum(sizes))] == list(range(sum(sizes)))


async def test_an_event_that_makes_nothing_is_acknowledged(app):
    acked = asyncio.Queue()
    async with Pipeline(app, acked.put) as pipeline:
        await pipeline.send("empty", [])
    assert acked.get_nowait() == "empty"


async def test_a_pipeline_ends_with_the_first_failure_and_does_not_acknowledge_it(kafka_node, app):
    kafka_node.create("small-only", partitions=1, max_message_bytes="1000")
    acked = []

    async def ack(event):
        acked.append(event)

    async def agent():
        async with Pipeline(app, ack) as pipeline:
            await pipeline.send("fits", [Outgoing("small-only", b"key", b"x")])
            await pipeline.send("too large", [Outgoing("small-only", b"key", b"x" * 5000)])
            await asyncio.sleep(20)

    with pytest.raises(ExceptionGroup) as raised:
        await agent()
    assert raised.group_contains(MessageSizeTooLargeError)
    assert acked == ["fits"]
