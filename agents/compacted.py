"""Reading a compacted topic outside any group: all that it holds, and what comes after.

For state that Rasid keeps on Kafka: the watchlist, in every worker, and stories, by partition. Who reads decides what
the records mean. A broker that does not answer is waited for: whether for too long, the watchdog sees.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any, Final, Self, TypeVar

import tenacity
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError

from agents import kafka
from agents.reconnect import unhurried
from agents.settings import Settings

log = logging.getLogger(__name__)
POLL_MS: Final = 500  # of waiting for news; they come at once when there are any
PAUSE_SECONDS: Final = 1.0  # between attempts while no broker answers

Answer = TypeVar("Answer")


async def patiently(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer to what a broker is asked, asked again for as long as none can be reached."""
    retrying = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(_passes),
        wait=tenacity.wait_fixed(PAUSE_SECONDS),
        before_sleep=_say_waiting,
    )
    async for attempt in retrying:
        with attempt:
            return await ask()
    raise AssertionError("it is asked until there is an answer")


def _passes(error: BaseException) -> bool:
    """Whether it is one of those that end when the broker is back and has found itself."""
    return isinstance(error, KafkaTimeoutError) or (isinstance(error, KafkaError) and bool(error.retriable))


def _say_waiting(state: tenacity.RetryCallState) -> None:
    if state.attempt_number == 1:
        log.warning("no broker answers, and one is waited for")


async def started(settings: Settings, fetch_bytes: int = kafka.MAX_MESSAGE_BYTES) -> AIOKafkaConsumer:
    """A consumer as `consumer` makes it, connected, as soon as a broker can be reached."""

    async def connect() -> AIOKafkaConsumer:
        client = consumer(settings, fetch_bytes)
        try:
            await client.start()
        except BaseException:
            await client.stop()
            raise
        return client

    return await patiently(connect)


def consumer(settings: Settings, fetch_bytes: int = kafka.MAX_MESSAGE_BYTES) -> AIOKafkaConsumer:
    """An aiokafka consumer without a group, by our settings; `fetch_bytes` is of one partition at a time."""
    password = settings.sasl_password
    client = AIOKafkaConsumer(
        bootstrap_servers=settings.servers,
        client_id="rasid",
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=fetch_bytes,
        fetch_max_wait_ms=settings.fetch_max_wait_ms or POLL_MS,
        security_protocol=settings.security_protocol,
        ssl_context=kafka.tls(settings),
        **_sign_in(settings, password.get_secret_value() if password else None),
    )
    unhurried(client._client)  # noqa: SLF001
    return client


def _sign_in(settings: Settings, password: str | None) -> dict[str, Any]:
    if not settings.uses_sasl:
        return {}
    return {
        "sasl_mechanism": settings.sasl_mechanism,
        "sasl_plain_username": settings.sasl_username,
        "sasl_plain_password": password,
    }


class Reader:
    """Some partitions of a topic, from their beginning. An async context manager.

    `since` leaves out what is older, `most` all but the last so many records of each partition.
    """

    def __init__(
        self, settings: Settings, topic: str, partitions: Iterable[int], *, since: datetime | None = None,
        most: int | None = None,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._partitions = [TopicPartition(topic, number) for number in partitions]
        self._since, self._most = since, most

    async def __aenter__(self) -> Self:
        self._client = await started(self._settings)
        try:
            self._client.assign(self._partitions)
            if self._since is not None or self._most is not None:
                await self._skip()
        except BaseException:
            await self._client.stop()
            raise
        return self

    async def _skip(self) -> None:
        since_ms = round(self._since.timestamp() * 1000) if self._since else 0
        begin = await patiently(lambda: self._client.offsets_for_times(dict.fromkeys(self._partitions, since_ms)))
        ends = await patiently(lambda: self._client.end_offsets(self._partitions))
        for partition in self._partitions:
            found, end = begin.get(partition), ends[partition]
            first = found.offset if found is not None else end if self._since else 0
            self._client.seek(partition, max(first, end - self._most if self._most is not None else 0))

    async def __aexit__(self, *_: object) -> None:
        await self._client.stop()

    async def held(self) -> AsyncIterator[list[ConsumerRecord]]:
        """What the topic holds now, in order, in pieces; some of what comes meanwhile may be among it."""
        ends = await patiently(lambda: self._client.end_offsets(self._partitions))
        while [each for each in self._partitions if await self._client.position(each) < ends[each]]:
            yield await self._next()

    async def following(self) -> AsyncIterator[list[ConsumerRecord]]:
        """What comes from here on, for ever."""
        while True:
            records = await self._next()
            if records:
                yield records

    async def _next(self) -> list[ConsumerRecord]:
        found = await self._client.getmany(timeout_ms=POLL_MS)
        return [record for records in found.values() for record in records]
