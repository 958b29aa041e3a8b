"""While no broker can be reached: clients take their time, and what is to be read is read when one is back."""

import asyncio
import time

import pytest
from aiokafka.client import AIOKafkaClient

from agents import compacted, kafka, reconnect
from agents.sending import Outgoing
from agents.settings import Settings
from agents.shelf import Shelf
from tests.collector import until
from tests.patience import PATIENCE_SECONDS


async def test_a_failed_look_at_the_cluster_is_followed_by_a_pause(free_port):
    client = AIOKafkaClient(bootstrap_servers=f"127.0.0.1:{free_port}")
    reconnect.unhurried(client)
    began = time.monotonic()
    learnt = [await client._metadata_update(client.cluster, []) for _ in range(3)]
    assert learnt == [False] * 3
    assert time.monotonic() - began >= 3 * reconnect.PAUSE_SECONDS


@pytest.fixture
async def stopped_node(kafka_node):
    """Apache Kafka with one message on "kept", stopped, and started again after the test."""
    kafka_node.create("kept", partitions=1)
    with kafka.Publisher(Settings(bootstrap_servers=kafka_node.address)) as publisher:
        publisher.send(Outgoing("kept", b"key", b"value"))
    await asyncio.to_thread(kafka_node.stop)
    yield kafka_node
    if not kafka_node.running:
        await asyncio.to_thread(kafka_node.start)
    kafka_node.delete("kept")


async def state(settings):
    async with compacted.Reader(settings, "kept", [0]) as reader:
        return [record.value async for records in reader.held() for record in records]


async def alert(settings):
    async with Shelf(settings, "kept") as shelf:
        return [(await shelf.fetch(0, 0)).value]


async def test_what_is_opened_while_the_broker_is_away_is_read_when_it_is_back(stopped_node, caplog):
    """As after a rebalance, or when a delivery is tried again: not a surprise that would end a worker."""
    settings = Settings(bootstrap_servers=stopped_node.address)
    reading = [asyncio.create_task(read(settings)) for read in (state, alert)]
    await until(lambda: caplog.text.count("no broker answers") == len(reading), PATIENCE_SECONDS)
    assert not any(task.done() for task in reading)
    await asyncio.to_thread(stopped_node.start)
    assert await asyncio.wait_for(asyncio.gather(*reading), PATIENCE_SECONDS) == [[b"value"]] * len(reading)
