"""Spikes: more stories in an hour than a watch usually has at this hour of the week.

Counts of stories are small and clumped, so the question is put as a probability: how likely are so many or more, given
the same hour of the weeks before? With a gamma prior at the watch's own mean, what weeks of Poisson counts predict for
another is a negative binomial; its variance is widened by how much the watch's counts have varied beyond Poisson. A
plain Poisson test would take every clump for a spike, one on z-scores would take 2 for one where 0 is usual.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.article import Moment
from schemas.watch import SpikeRule

WEEK: Final = 168  # hours
WEEKS: Final = 8  # of counts kept
FEWEST_WEEKS: Final = 2  # before which nothing is a spike
PRIOR_WEEKS: Final = 1.0  # what the watch's overall mean weighs
TESTS_PER_HOUR: Final = 6.0  # that a sliding hour with `for` amounts to; tests/alert/test_spike.py measures it
CALM: Final = 0.05  # probability of the count from which a spike is over: one ordinary hour in twenty has as many
LEAST_MEAN: Final = 0.02  # stories an hour; a watch that never had one is not infinitely surprised
OUTLYING: Final = 3.0  # times the second highest count, and some more, beyond which one is no part of the usual
BEYOND: Final = 5.0
MOST_COUNT: Final = 65_535
RECENT: Final = 2000  # stories of the last hour remembered
HOUR: Final = timedelta(hours=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTS: Final = np.dtype("<u2")

Ratio = Callable[[int], float]  # of the probability of k + 1 to that of k


class SpikeState(msgspec.Struct, frozen=True, tag_field="kind", tag="spike"):
    """A watch's counts: `counts` has 16 bits (little-endian) for each hour from `first_hour` (hours since 1970) on.

    `recent` are the stories of the last hour. `up_since` is when the count became improbable, `spiking_since` when
    that was told of.
    """

    watch_id: str
    first_hour: int
    counts: Annotated[bytes, msgspec.Meta(max_length=2 * WEEK * (WEEKS + 1))]
    recent: list[Moment] = []
    up_since: Moment | None = None
    spiking_since: Moment | None = None


class Reading(NamedTuple):
    """The last hour beside what is usual."""

    stories: int
    expected: float
    probability: float
    weeks: int


def hour_of(at: datetime) -> int:
    """Whole hours since 1970."""
    return int((at - _EPOCH) // HOUR)


def counted(state: SpikeState | None, watch_id: str, at: datetime) -> SpikeState:
    """The state with one more story, which arrived at `at`. Stories older than its first hour change nothing."""
    hour = hour_of(at)
    state = state or SpikeState(watch_id, hour, b"")
    if hour < state.first_hour:
        return state
    counts = np.frombuffer(state.counts, _COUNTS).copy()
    if hour - state.first_hour >= len(counts):
        counts = np.append(
            counts, np.zeros(min(hour - state.first_hour - len(counts) + 1, WEEK * (WEEKS + 1)), _COUNTS)
        )
    surplus = max(0, hour - state.first_hour + 1 - WEEK * (WEEKS + 1))
    first = state.first_hour + surplus
    counts = counts[-min(len(counts), hour - first + 1) :] if surplus else counts
    index = hour - first
    counts[index] = min(MOST_COUNT, int(counts[index]) + 1)
    recent = [*(each for each in state.recent if at - HOUR < each <= at), at][-RECENT:]
    return msgspec.structs.replace(state, first_hour=first, counts=counts.tobytes(), recent=recent)


def read(state: SpikeState, at: datetime) -> Reading:
    """How the hour up to `at` compares with the same hour of the weeks before."""
    stories = _recent(state, at)
    hour, counts = hour_of(at), _series(state, hour_of(at))
    weeks = min(WEEKS, (len(counts) - 1) // WEEK)
    if weeks < FEWEST_WEEKS:
        return Reading(stories, math.nan, 1.0, max(0, weeks))
    part = (at - _EPOCH) / HOUR - hour  # of the current hour that has passed
    table = _table(counts, weeks)
    usual = table.mean(axis=0)  # the first column is a week before the current hour, the last the hour just over
    here = part * usual[0] + (1 - part) * usual[-1]
    mean = max(LEAST_MEAN, (here * weeks + usual.mean() * PRIOR_WEEKS) / (weeks + PRIOR_WEEKS))
    variance = mean * (_dispersion(table) + 1 / (weeks + PRIOR_WEEKS))
    return Reading(stories, float(mean), tail(stories, float(mean), float(variance)), weeks)


def _recent(state: SpikeState, at: datetime) -> int:
    return sum(at - HOUR < each <= at for each in state.recent)


def _series(state: SpikeState, hour: int) -> NDArray[np.float64]:
    """Counts up to `hour`, hours without stories included."""
    counts = np.frombuffer(state.counts, _COUNTS).astype(np.float64)
    length = max(1, hour - state.first_hour + 1)
    padded = np.zeros(min(length, WEEK * (WEEKS + 1)))
    kept = counts[max(0, length - len(padded)) : length]
    padded[: len(kept)] = kept
    return padded


def _table(counts: NDArray[np.float64], weeks: int) -> NDArray[np.float64]:
    """The whole weeks before the current hour, one a row, in each column the counts of one hour of the week in order.

    The highest becomes the second highest where it is far beyond it: last week's spike shall not hide this one.
    """
    table = np.sort(counts[-1 - weeks * WEEK : -1].reshape(weeks, WEEK), axis=0)
    table[-1] = np.where(table[-1] > OUTLYING * table[-2] + BEYOND, table[-2], table[-1])
    return table


def _dispersion(table: NDArray[np.float64]) -> float:
    """How many times wider than Poisson the counts vary about their hour's mean, at least 1."""
    means = table.mean(axis=0).sum()
    return float(max(1.0, table.var(axis=0, ddof=1).sum() / means)) if means > 0 else 1.0


def tail(count: int, mean: float, variance: float) -> float:
    """P(X >= count) of a negative binomial with this mean and variance; a Poisson where they are equal."""
    if count <= 0:
        return 1.0
    if variance <= mean * (1 + 1e-9):
        return _upper(count, -mean, lambda k: mean / (k + 1))
    size, chance = mean * mean / (variance - mean), mean / variance
    return _upper(count, size * math.log(chance), lambda k: (k + size) / (k + 1) * (1 - chance))


def _upper(count: int, log_p: float, ratio: Ratio) -> float:
    """The sum of a distribution from `count` on, by its terms' ratios: small tails keep their digits."""
    for k in range(count):
        log_p += math.log(ratio(k))
    total, term, k = 0.0, math.exp(log_p), count
    while term > total * 1e-12 and k < count + 100_000:
        total += term
        term *= ratio(k)
        k += 1
    return min(1.0, total)


def is_up(reading: Reading, rule: SpikeRule) -> bool:
    """Whether the count is improbable enough, and not below the floor."""
    allowed = rule.false_alarms_per_year / (365 * 24 * TESTS_PER_HOUR)
    return reading.stories >= rule.floor and reading.weeks >= FEWEST_WEEKS and reading.probability <= allowed


def is_calm(reading: Reading) -> bool:
    """Whether the count is an ordinary one again."""
    return reading.probability > CALM


class Step(NamedTuple):
    """The state after a look, and what there is to tell: that a spike began, or that it is over, by which reading."""

    state: SpikeState
    reading: Reading | None = None
    began: bool = False
    ended: bool = False


def looked_at(state: SpikeState, rule: SpikeRule, at: datetime) -> Step:
    """What the hour up to `at` means: up for `for_minutes` begins a spike, and only a calm hour ends it."""
    if state.spiking_since is not None:
        reading = read(state, at)
        over = is_calm(reading)
        after = msgspec.structs.replace(state, spiking_since=None, up_since=None) if over else state
        return Step(after, reading, ended=over)
    if _recent(state, at) < rule.floor or not is_up(read(state, at), rule):
        return Step(msgspec.structs.replace(state, up_since=None) if state.up_since else state)
    since = state.up_since or at
    if at - since < timedelta(minutes=rule.for_minutes):
        return Step(msgspec.structs.replace(state, up_since=since))
    return Step(msgspec.structs.replace(state, up_since=since, spiking_since=at), read(state, at), began=True)
