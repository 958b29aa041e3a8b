"""Spikes: a probability for small counts, few false alarms in quiet months, and bursts that are noticed."""

import math
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from rasid.alert import spike
from rasid.alert.desk import Desk, Rules
from rasid.alert.spike import SpikeState, counted, looked_at, read, tail
from schemas.alert import Reason
from schemas.watch import SpikeRule
from tests.alert.matches import match
from tests.alert.newsroom import text

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
RULE = SpikeRule()
LEARNED = timedelta(weeks=5)
MONTH = timedelta(days=28)


def usual(at, per_hour):
    """A newsroom's week: quiet nights, half as much at the weekend."""
    day = max(0.0, math.sin((at.hour - 5) / 24 * 2 * math.pi))
    return per_hour * (0.3 + 1.4 * day) * (0.5 if at.weekday() >= 5 else 1.0)


def arrivals(rng, at, mean, clump):
    """Times within the hour from `at` on: Poisson, or `clump` times as variable."""
    count = rng.poisson(mean) if clump == 1 else rng.negative_binomial(mean / (clump - 1), 1 / clump)
    return [at + timedelta(seconds=float(second)) for second in sorted(rng.uniform(0, 3600, count))]


def learned(rng, per_hour, clump=1.0, until=START + LEARNED):
    state, at = None, START
    while at < until:
        for arrival in arrivals(rng, at, usual(at, per_hour), clump):
            state = counted(state, "talks", arrival)
        at += timedelta(hours=1)
    return state


def alarms(seed, per_hour, clump):
    """How often a quiet month sets a spike off, looked at with each story and each quarter of an hour."""
    rng = np.random.default_rng(seed)
    state, found, at = learned(rng, per_hour, clump), 0, START + LEARNED
    while at < START + LEARNED + MONTH:
        stories = arrivals(rng, at, usual(at, per_hour), clump)
        for moment in sorted([*stories, *(at + timedelta(minutes=15 * n) for n in range(1, 5))]):
            state = counted(state, "talks", moment) if moment in stories else state
            if state is not None:
                step = looked_at(state, RULE, moment)
                state, found = step.state, found + step.began
        at += timedelta(hours=1)
    return found


def test_a_quiet_month_sets_off_no_more_than_is_allowed():
    """12 watches for a month, from one story in five hours to eight an hour, Poisson and clumped: 0.92 watch-years, and
    one false alarm a year is asked for. Poisson(0.92) exceeds 3 once in 70."""
    kinds = [(0.2, 1.0), (0.2, 2.0), (1.0, 1.0), (1.0, 2.0), (3.0, 1.0), (8.0, 1.5)]
    found = sum(alarms(100 * number + seed, *kind) for number, kind in enumerate(kinds) for seed in range(2))
    assert found <= 3


@pytest.mark.parametrize(("per_hour", "burst"), [(0.2, 8), (1.0, 12), (4.0, 30)])
def test_a_burst_at_a_quiet_hour_is_noticed_within_the_hour(per_hour, burst):
    for seed in range(5):
        state = learned(np.random.default_rng(seed), per_hour)
        at = START + LEARNED + timedelta(hours=3)
        began = []
        for number in range(burst):
            moment = at + timedelta(minutes=40) * number / burst
            state = counted(state, "talks", moment)
            step = looked_at(state, RULE, moment)
            state = step.state
            began += [moment] * step.began
        assert len(began) == 1, (per_hour, seed)


def test_what_is_usual_at_noon_is_a_spike_at_night():
    state = learned(np.random.default_rng(1), 4.0)
    noon, night = (START + LEARNED + timedelta(hours=hour) for hour in (13, 3))
    for at, is_spike in ((noon, False), (night, True)):
        with_nine = state
        for number in range(9):
            with_nine = counted(with_nine, "talks", at + timedelta(minutes=number))
        found = read(with_nine, at + timedelta(minutes=10))
        assert spike.is_up(found, RULE) == is_spike, found


def test_a_spike_lasts_before_it_is_told_of_and_ends_only_when_it_is_calm():
    state = learned(np.random.default_rng(2), 1.0)
    at = START + LEARNED + timedelta(hours=3)
    for number in range(15):
        state = counted(state, "talks", at + timedelta(seconds=number))
    steps = []
    for minutes in (1, 3, 5, 6, 20, 59, 62, 200):
        step = looked_at(state, RULE, at + timedelta(minutes=minutes))
        state = step.state
        steps.append((minutes, step.began, step.ended))
    assert [(minutes, "began") for minutes, began, _ in steps if began] == [(6, "began")]
    assert [minutes for minutes, _, ended in steps if ended] == [62]


def test_a_count_below_the_floor_is_no_spike_however_improbable():
    state = learned(np.random.default_rng(3), 0.2)
    at = START + LEARNED + timedelta(hours=3)
    for number in range(4):
        state = counted(state, "talks", at + timedelta(minutes=number))
    found = read(state, at + timedelta(minutes=5))
    assert found.probability < 0.01
    assert not spike.is_up(found, RULE)
    assert spike.is_up(found, SpikeRule(floor=4, false_alarms_per_year=365)) == (found.probability < 365 / 8760 / 6)


def test_nothing_is_a_spike_before_two_weeks_are_known():
    at = START + timedelta(days=13)
    state = learned(np.random.default_rng(4), 1.0, until=at)
    for number in range(60):
        state = counted(state, "talks", at + timedelta(seconds=number))
    found = read(state, at + timedelta(minutes=1))
    assert (found.weeks, found.probability) == (1, 1.0)


def test_one_spike_does_not_hide_the_next_of_the_same_hour():
    state = learned(np.random.default_rng(5), 0.5)
    last_week = START + LEARNED + timedelta(hours=3)
    for number in range(40):
        state = counted(state, "talks", last_week + timedelta(seconds=number))
    at = last_week + timedelta(weeks=1)
    for number in range(15):
        state = counted(state, "talks", at + timedelta(seconds=number))
    assert spike.is_up(read(state, at + timedelta(minutes=1)), RULE)


def test_counts_are_bounded_and_late_stories_are_counted_where_they_belong():
    state = learned(np.random.default_rng(6), 0.2, until=START + timedelta(weeks=30))
    assert len(state.counts) <= 2 * spike.WEEK * (spike.WEEKS + 1)
    first = START + timedelta(hours=state.first_hour - spike.hour_of(START))
    before = np.frombuffer(state.counts, "<u2")[0]
    again = counted(state, "talks", first + timedelta(minutes=1))
    assert np.frombuffer(again.counts, "<u2")[0] == before + 1
    assert counted(state, "talks", first - timedelta(hours=1)) == state
    assert msgspec.json.decode(msgspec.json.encode(state), type=SpikeState) == state
    assert len(counted(None, "talks", START).counts) == 2


def test_a_gap_of_months_leaves_only_quiet_hours():
    state = learned(np.random.default_rng(7), 1.0)
    after = counted(state, "talks", START + timedelta(weeks=60))
    assert np.frombuffer(after.counts, "<u2").sum() == 1
    assert read(after, START + timedelta(weeks=60)).weeks == spike.WEEKS


def test_tails_are_those_of_the_distributions():
    """Against sums of the definitions."""
    poisson = 1 - sum(math.exp(-2.5) * 2.5**k / math.factorial(k) for k in range(6))
    assert tail(6, 2.5, 2.5) == pytest.approx(poisson, rel=1e-9)
    size, chance = 2.5**2 / 2.5, 0.5  # mean 2.5, variance 5
    binomial = 1 - sum(
        math.gamma(k + size) / math.gamma(size) / math.factorial(k) * chance**size * 0.5**k for k in range(6)
    )
    assert tail(6, 2.5, 5.0) == pytest.approx(binomial, rel=1e-9)
    assert tail(0, 1.0, 2.0) == 1.0
    assert 0 < tail(500, 0.02, 0.05) < 1e-100


def test_a_desk_tells_of_a_spike_and_of_its_end_with_an_article_to_open():
    desk = Desk(Rules())
    desk.restore([msgspec.structs.replace(learned(np.random.default_rng(8), 0.5), watch_id="talks")])
    at, told = START + LEARNED + timedelta(hours=3), []
    for number in range(20):
        moment = at + timedelta(minutes=number)
        found = match(f"urn:{number}", text(f"spike {number}"), at=moment, title=f"خبر {number}", spike=RULE)
        told += desk.take(found, moment).alerts
    for minute in range(20, 240):
        moment = at + timedelta(minutes=minute)
        told += desk.tick(moment).alerts if desk.is_due(moment) else []
    spikes = [alert for alert in told if alert.spike]
    assert [alert.reason for alert in spikes] == [Reason.SPIKE, Reason.SPIKE_OVER]
    began, ended = spikes
    assert (began.type, ended.type) == ("alert.fired", "alert.resolved")
    assert (began.id, ended.message_id) == (ended.id, f"{began.id}_2")
    assert began.spike.stories >= 5
    assert began.spike.expected < 1
    assert began.article.title.startswith("خبر")
    assert len([alert for alert in told if not alert.spike]) == 20
    assert not desk.is_due(at + timedelta(hours=5))


def test_copies_do_not_make_a_spike():
    desk = Desk(Rules())
    desk.restore([msgspec.structs.replace(learned(np.random.default_rng(9), 0.5), watch_id="talks")])
    at, told = START + LEARNED + timedelta(hours=3), []
    for number in range(40):
        moment = at + timedelta(minutes=number)
        told += desk.take(match(f"urn:{number}", at=moment, spike=RULE), moment).alerts
    assert [alert for alert in told if alert.spike] == []
