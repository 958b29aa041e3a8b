"""Reading a compacted topic outside any group: all that it holds, and what comes after.

For state that Rasid keeps on Kafka: the watchlist, in every worker, and stories, by partition. Who reads decides what
the records mean.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from agents import kafka
from agents.settings import Settings

POLL_MS: Final = 500  # of waiting for news; they come at once when there are any


def consumer(settings: Settings, fetch_bytes: int = kafka.MAX_MESSAGE_BYTES) -> AIOKafkaConsumer:
    """An aiokafka consumer without a group, by our settings; `fetch_bytes` is of one partition at a time."""
    password = settings.sasl_password
    return AIOKafkaConsumer(
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


def _sign_in(settings: Settings, password: str | None) -> dict[str, Any]:
    if not settings.uses_sasl:
        return {}
    return {
        "sasl_mechanism": settings.sasl_mechanism,
        "sasl_plain_username": settings.sasl_username,
        "sasl_plain_password": password,
    }


class Reader:
    """Some partitions of a topic, from their beginning. An async context manager."""

    def __init__(self, settings: Settings, topic: str, partitions: Iterable[int]) -> None:
        self._client = consumer(settings)
        self._partitions = [TopicPartition(topic, number) for number in partitions]

    async def __aenter__(self) -> Self:
        await self._client.start()
        self._client.assign(self._partitions)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.stop()

    async def held(self) -> AsyncIterator[list[ConsumerRecord]]:
        """What the topic holds now, in order, in pieces; some of what comes meanwhile may be among it."""
        ends = await self._client.end_offsets(self._partitions)
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
