"""A small batched app for the tests: every message of RELAY_IN goes to RELAY_OUT under its key, or to RELAY_DEAD.

RELAY_DELAY      seconds of pretended work on each event
RELAY_CRASH      a key that makes the agent raise, as long as the file RELAY_FLAG is absent
RELAY_SETTLE     seconds: events are taken on at once and settled up to so much later, in any order
RELAY_STUCK      with RELAY_SETTLE: events with a key that begins so are never settled
RELAY_CONCURRENCY, RELAY_COUNT: of the agent, and of messages in an event
"""

import asyncio
import os
import random
from pathlib import Path

import faust

from agents import batching, sending

SOURCE, TARGET, DEAD = os.environ["RELAY_IN"], os.environ["RELAY_OUT"], os.environ.get("RELAY_DEAD", "")
DELAY = float(os.environ.get("RELAY_DELAY", "0"))
CRASH = os.environ.get("RELAY_CRASH", "").encode()
FLAG = Path(os.environ.get("RELAY_FLAG", "flag"))
SETTLE = float(os.environ.get("RELAY_SETTLE", "0"))
STUCK = os.environ.get("RELAY_STUCK", "").encode()

app = faust.App(
    os.environ["RELAY_GROUP"],
    broker=f"kafka://{os.environ['RELAY_BROKER']}",
    store="memory://",
    datadir="data",
    Monitor=batching.BatchMonitor,
    agent_supervisor="mode.CrashingSupervisor",
    stream_wait_empty=True,
    broker_commit_interval=0.1,
    broker_session_timeout=4,
    broker_rebalance_timeout=4,
    broker_heartbeat_interval=1,
    broker_max_poll_interval=24 * 3600,
    consumer_auto_offset_reset="earliest",
    topic_disable_leader=True,
    topic_allow_declare=False,
    web_enabled=False,
    producer_acks=-1,
    producer_max_batch_size=1 << 20,
    producer_max_request_size=16 << 20,
    producer_partitioner=sending.by_crc32,
)
batching.install(app)
schema = batching.Batches(
    count=int(os.environ.get("RELAY_COUNT", "200")),
    ahead_records=1000 if SETTLE else 400,
    deferred=bool(SETTLE),
)


def decide(record) -> sending.Outgoing:
    if record.value == b"unreadable":
        return sending.Outgoing(DEAD, record.key, record.value, [("rasid-reason", b"unreadable"), *record.headers])
    return sending.Outgoing(TARGET, record.key, record.value, record.headers)


def crash_once(event: faust.EventT) -> None:
    if CRASH and any(record.key == CRASH for record in event.value) and not FLAG.exists():
        FLAG.touch()
        raise RuntimeError("a surprise inside the agent")


async def relay(event: faust.EventT) -> None:
    crash_once(event)
    await asyncio.sleep(DELAY)
    await sending.send_all(app, map(decide, event.value))


async def settle(stream: faust.StreamT, event: faust.EventT) -> None:
    if STUCK and any(record.key.startswith(STUCK) for record in event.value):
        return
    await asyncio.sleep(random.random() * SETTLE)
    await relay(event)
    await stream.ack(event)


@app.agent(batching.topic(app, SOURCE, schema), concurrency=int(os.environ.get("RELAY_CONCURRENCY", "1")))
async def relay_agent(stream: faust.StreamT) -> None:
    taken_on = set()
    async with sending.Pipeline(app, stream.ack) as pipeline:
        async for event in stream.noack().events():
            if SETTLE:
                task = asyncio.create_task(settle(stream, event))
                taken_on.add(task)
                task.add_done_callback(taken_on.discard)
            else:
                crash_once(event)
                await asyncio.sleep(DELAY)
                await pipeline.send(event, map(decide, event.value))


if __name__ == "__main__":
    app.main()
