"""Bare Faust: articles relayed as they are, a message at a time, in the way that loses nothing.

A batch is taken without acknowledging it, sent through Faust's producer, and acknowledged in order once the broker
has all of it: the fastest safe way that Faust itself offers.
"""

import asyncio
from typing import Any

import faust

from bench.systems import job

app = faust.App(
    job.GROUP,
    broker=f"kafka://{job.BROKER}",
    datadir=job.SCRATCH,
    store="memory://",
    processing_guarantee="at_least_once",
    agent_supervisor="mode.CrashingSupervisor",
    broker_commit_interval=job.COMMIT_SECONDS,
    broker_session_timeout=10,
    broker_rebalance_timeout=4,
    broker_heartbeat_interval=2,
    broker_max_poll_interval=3600.0,
    consumer_auto_offset_reset="earliest",
    stream_wait_empty=True,
    topic_disable_leader=True,
    web_enabled=False,
    producer_acks=-1,
    producer_max_batch_size=1 << 20,
)
articles = app.topic(job.IN, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


@app.agent(articles, concurrency=1)
async def relay(stream: Any) -> None:
    """Articles in, articles out."""
    producer = await app.maybe_start_producer()
    async for events in stream.noack_take(job.BATCH, within=job.WITHIN_SECONDS):
        sent = [await producer.send(job.OUT, event.key, event.value, None, None, None) for event in events]
        await asyncio.gather(*sent)
        for event in events:
            await stream.ack(event)


if __name__ == "__main__":
    app.main()
