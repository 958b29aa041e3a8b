"""Delay of the whole path: from the call that publishes an article to its alert's arrival at the receiver."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from bench import records
from bench.articles import Article
from bench.programs import Program
from bench.receiver import Receiver

WARM_UP_SECONDS: Final = 90.0  # at most, for the first alerts to arrive
WARM_UP_ALERTS: Final = 60  # so that every partition is joined and every connection open
WARM_UP_RATE: Final = 50.0
# At the full rate before it counts: the broker, on our cores, takes a third of the time once Java has compiled it.
STEADY_SECONDS: Final = 20.0
LAST_SECONDS: Final = 15.0  # for the last alerts to arrive


class Delays(msgspec.Struct, frozen=True):
    """Milliseconds from publishing to the webhook; `late_ms`: how far the publisher fell behind at worst."""

    p50_ms: float
    p99_ms: float
    max_ms: float
    alerts: int
    missing: int
    late_ms: float


def delays(sent: Mapping[str, int], came: Mapping[str, int], late_seconds: float) -> Delays:
    """What `sent` and `came` (ns by uri) amount to. Raises RuntimeError where fewer than two came."""
    waited = sorted((came[uri] - at) / 1e6 for uri, at in sent.items() if uri in came)
    if len(waited) < 2:
        raise RuntimeError(f"{len(waited)} of {len(sent)} alerts arrived: no delay can be told")
    cuts = statistics.quantiles(waited, n=100, method="inclusive")
    return Delays(round(cuts[49], 1), round(cuts[98], 1), round(waited[-1], 1), len(sent), len(sent) - len(waited),
                  round(late_seconds * 1000, 1))  # fmt: skip


async def live(  # noqa: PLR0913, PLR0917
    address: str,
    topic: str,
    articles: Iterator[Article],
    receiver: Receiver,
    program: Program,
    rate: float,
    seconds: float,
) -> tuple[dict[str, int], float]:
    """Publishes at `rate` for `seconds`, after a warm-up, and waits for the alerts; what `records.steadily` says."""
    async with records.producing(address) as producer:
        deadline = time.monotonic() + WARM_UP_SECONDS
        while len(receiver.arrivals()) < WARM_UP_ALERTS:
            program.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"no alerts within {WARM_UP_SECONDS:.0f} s; {program.last_words()}")
            await records.steadily(producer, topic, articles, WARM_UP_RATE, 1.0)
        await _at_rate(producer, topic, articles, rate, STEADY_SECONDS)
        sent, late = await _at_rate(producer, topic, articles, rate, seconds)
    await _arrived(receiver, sent)
    return sent, late


async def _at_rate(
    producer: Any, topic: str, articles: Iterator[Article], rate: float, seconds: float
) -> tuple[dict[str, int], float]:
    """As `records.steadily`, of articles made beforehand, since making one takes time."""
    ready = [next(articles) for _ in range(round(rate * seconds))]
    return await records.steadily(producer, topic, iter(ready), rate, seconds)


async def _arrived(receiver: Receiver, sent: Mapping[str, int]) -> None:
    """Returns when all alerts have arrived, or none is to be waited for any more."""
    deadline = time.monotonic() + LAST_SECONDS
    while time.monotonic() < deadline:
        if sent.keys() <= {each.uri for each in receiver.arrivals()}:
            return
        await asyncio.sleep(0.5)
