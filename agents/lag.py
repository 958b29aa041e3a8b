"""How far behind a worker is on each of its partitions, and since when one with lag has stood still.

Watchdog.py asks; the metric `rasid_lag_records` shows it.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

import faust
from faust.types import TP

from agents import metrics
from agents.batching import Consumer

ANSWER_SECONDS: Final = 5.0  # for the broker to tell the ends of partitions


class Standing(NamedTuple):
    """One partition: records not yet committed, the offset committed, and whether standing still there is explained.

    It is where the agent has taken deliveries on and settles each in its own time.
    """

    lag: int
    committed: int
    explained: bool = False


class LagMeter:
    """Measures the partitions of a running app and sets the metric."""

    def __init__(self, app: faust.App) -> None:
        self._app = app
        self._starts: dict[TP, int] = {}  # of partitions where nothing is committed yet
        self._shown: set[TP] = set()

    async def measure(self) -> dict[TP, Standing]:
        """The standing of every assigned partition; raises TimeoutError or a Kafka error when no broker answers."""
        consumer = cast(Consumer, self._app.consumer)
        mine: set[TP] = set(consumer.assignment())
        async with asyncio.timeout(ANSWER_SECONDS):
            ends = await consumer.highwaters(*mine) if mine else {}
            await self._learn_starts(consumer, mine)
        still_mine = mine & consumer.assignment()
        standings = {tp: self._standing(consumer, tp, ends[tp]) for tp in still_mine}
        self._show(standings)
        return standings

    async def _learn_starts(self, consumer: Any, mine: set[TP]) -> None:
        new = [tp for tp in mine if _committed(consumer, tp) is None and tp not in self._starts]
        if new:
            self._starts.update(await consumer.earliest_offsets(*new))

    def _standing(self, consumer: Any, tp: TP, end: int) -> Standing:
        # The embedded broker tells too small an end here, and the right one with each fetch.
        end = max(end, consumer.highwater(tp) or 0)
        committed = _committed(consumer, tp)
        if committed is None:
            committed = self._starts.get(tp, 0)
        return Standing(max(end - committed, 0), committed, _is_explained(consumer, tp))

    def _show(self, standings: Mapping[TP, Standing]) -> None:
        for tp, standing in standings.items():
            metrics.LAG.labels(tp.topic, str(tp.partition)).set(standing.lag)
        for tp in self._shown - set(standings):
            metrics.LAG.remove(tp.topic, str(tp.partition))
        self._shown = set(standings)


def _committed(consumer: Any, tp: TP) -> int | None:
    offset: int | None = consumer._committed_offset.get(tp)  # noqa: SLF001  # see pins.PRIVATE_NAMES
    return offset


def _is_explained(consumer: Any, tp: TP) -> bool:
    schema, account = consumer._batches.get(tp.topic), consumer._accounts.get(tp)  # noqa: SLF001  # our own subclass
    return bool(schema is not None and schema.deferred and account is not None and account.events)


class Progress:
    """Remembers since when each partition has had lag and no commit. Times in seconds of one clock."""

    def __init__(self) -> None:
        self._moved: dict[TP, tuple[int, float]] = {}  # what was committed, and when that was new or no lag was there

    def observe(self, now: float, standings: Mapping[TP, Standing]) -> None:
        """Takes in a measurement; partitions that are not in it are forgotten."""
        self._moved = {tp: self._last_moved(now, tp, standing) for tp, standing in standings.items()}

    def _last_moved(self, now: float, tp: TP, standing: Standing) -> tuple[int, float]:
        known = self._moved.get(tp)
        if known is None or standing.lag == 0 or standing.explained or known[0] != standing.committed:
            return standing.committed, now
        return known

    def still(self, now: float) -> Iterable[tuple[float, TP]]:
        """How long each partition has had lag without a commit, the longest first."""
        return sorted(((now - moved, tp) for tp, (_, moved) in self._moved.items()), reverse=True)
