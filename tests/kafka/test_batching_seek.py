"""What is fetched and thrown away, as in a rebalance, comes again, whether or not anything was committed before."""

import asyncio

import faust
import pytest

from agents import batching
from agents.sending import Outgoing, send_all
from tests.collector import until
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
async def started(kafka_node, request):
    """`started(name)`: an app on one partition that takes events on and settles none, and a queue of what it took."""
    apps = []

    async def start(name):
        kafka_node.create(name, partitions=1)
        app = faust.App(
            name,
            broker=f"kafka://{kafka_node.address}",
            store="memory://",
            datadir=str(request.getfixturevalue("tmp_path")),
            broker_commit_interval=0.1,
            consumer_auto_offset_reset="earliest",
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
        )
        batching.install(app)
        taken = asyncio.Queue()

        @app.agent(batching.topic(app, name, batching.Batches(deferred=True)))
        async def take(stream):
            async for event in stream.noack().events():
                await taken.put((stream, event))

        app.finalize()
        await app.start()
        apps.append(app)
        return app, taken

    yield start
    for app in apps:
        await app.stop()


async def next_values(taken):
    async with asyncio.timeout(PATIENCE_SECONDS):
        stream, event = await taken.get()
    return stream, event, [record.value for record in event.value]


@pytest.mark.parametrize("settled", [0, 2])
async def test_a_seek_brings_back_what_was_not_committed(kafka_node, started, settled):
    name = f"seek.{settled}"
    app, taken = await started(name)
    for value in (b"0", b"1")[:settled]:
        await send_all(app, [Outgoing(name, b"key", value)])
        stream, event, values = await next_values(taken)
        assert values == [value]
        await stream.ack(event)
    await until(lambda: sum(kafka_node.committed(name, name).values()) == settled)
    await send_all(app, [Outgoing(name, b"key", b"2")])
    assert (await next_values(taken))[2] == [b"2"]
    await app.consumer.perform_seek()
    assert (await next_values(taken))[2] == [b"2"]
