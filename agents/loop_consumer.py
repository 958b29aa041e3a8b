"""aiokafka's consumer in the worker's own loop, in place of the thread that Faust gives it."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer
from faust.transport.drivers import aiokafka as driver
from mode.utils.futures import maybe_async

from agents.reconnect import unhurried


class ConsumerInLoop(driver.AIOKafkaConsumerThread):
    """What Faust calls its consumer's thread, without one.

    A fetch would change threads four times, and they share CPython's lock: an article that came alone took twice as
    long. A thread is for heartbeats while the loop is busy, and ours never is for long: analysis is elsewhere.

    `fetch_max_wait_ms` can be set; Faust's is fixed at 1500. Apache Kafka answers as soon as there is data. The
    embedded broker looks for it only twice in that time.
    """

    wait_for_shutdown = False  # of a thread

    def __init__(self, consumer: Any, *, loop: asyncio.AbstractEventLoop, beacon: Any) -> None:
        super().__init__(consumer, loop=loop, thread_loop=loop, beacon=beacon)

    async def start(self) -> None:
        """Starts the consumer; raises what it raises."""
        self._thread_started.set()
        await self._default_start()

    async def on_stop(self) -> None:
        """Has the consumer leave its group."""
        await self.on_thread_stop()

    async def call_thread(self, fun: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """Calls what Faust would have called in the thread."""
        return await maybe_async(fun(*args, **options))

    async def _stop_futures(self) -> None:
        await self._default_stop_futures()

    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        wait_ms = getattr(transport, "fetch_max_wait_ms", None)
        if wait_ms is not None:
            consumer._fetch_max_wait_ms = wait_ms  # noqa: SLF001
        unhurried(consumer._client)  # noqa: SLF001
        return consumer
