"""A pause after each failed attempt to learn what the cluster looks like, which aiokafka makes again at once.

A broker that stops tells its clients on the way that partitions have no leader. From then on, until one is back, they
look for leaders as fast as connections are refused: a whole processor, and 4,000 lines of the log a second.
"""

import asyncio
from typing import Any, Final

PAUSE_SECONDS: Final = 0.2


def unhurried(client: Any) -> None:
    """Has an AIOKafkaClient wait before it goes on from an attempt that failed. Private names: see pins.py."""
    attempt = client._metadata_update  # noqa: SLF001

    async def attempt_and_wait(*arguments: Any) -> bool:
        learnt: bool = await attempt(*arguments)
        if not learnt:
            await asyncio.sleep(PAUSE_SECONDS)
        return learnt

    client._metadata_update = attempt_and_wait  # noqa: SLF001
