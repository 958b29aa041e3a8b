"""What answers mean, and when to come back."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.deliver.outcome import Failure, Verdict, describe, judge, retry_after
from rasid.deliver.schedule import Schedule

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 250, 299])
def test_2xx_is_delivered(status):
    assert judge(status) is Verdict.DELIVERED


@pytest.mark.parametrize("status", [100, 300, 301, 302, 307, 308, 400, 401, 404, 409, 413, 429, 500, 503, 599, 999])
def test_anything_else_is_tried_again(status):
    assert judge(status) is Verdict.RETRY


def test_410_ends_it():
    assert judge(410) is Verdict.GONE


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_is_tried_again_but_a_refused_address(failure):
    assert judge(failure) is (Verdict.REFUSED if failure is Failure.REFUSED_ADDRESS else Verdict.RETRY)


def test_redirects_say_that_they_are_not_followed():
    assert describe(302) == "answered 302, a redirect, which is not followed"
    assert describe(500) == "answered 500"
    assert describe(Failure.TIMEOUT) == "no answer in time"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Mon, 23 Nov 2026 10:00:30 GMT", 30.0),
        ("Monday, 23-Nov-26 10:01:00 GMT", 60.0),
        ("Mon Nov 23 10:02:00 2026", 120.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("1e9", None),
        ("٣٠", None),
        ("99999999999999999999", None),
        ("Mon, 99 Nov 2026 10:00:30 GMT", None),
        ("Mon, 23 Nov 99999 10:00:30 GMT", None),
    ],
)
def test_retry_after(header, seconds):
    assert retry_after(header, NOW) == seconds


@given(st.text())
def test_no_header_breaks_it(header):
    seconds = retry_after(header, NOW)
    assert seconds is None or seconds >= 0


MINUTE, HOUR = 60, 3600
TABLE = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR]


def test_the_waits_are_the_table_with_jitter():
    rng = random.Random(7)
    for failures, delay in enumerate(TABLE, start=1):
        waits = [Schedule().wait_seconds(failures, rng) for _ in range(200)]
        assert min(waits) < 0.85 * delay
        assert max(waits) > 1.15 * delay
        assert all(0.8 * delay <= wait <= 1.2 * delay for wait in waits)


def test_after_the_last_attempt_there_is_no_wait():
    assert Schedule().wait_seconds(10, random.Random(7)) is None
    assert Schedule(delays_seconds=()).wait_seconds(1, random.Random(7)) is None


def test_a_receiver_may_ask_for_more_time_but_not_for_less_or_for_ever():
    rng = random.Random(7)
    schedule = Schedule()
    assert 20 <= schedule.wait_seconds(1, rng, asked_seconds=20) <= 24
    assert schedule.wait_seconds(4, rng, asked_seconds=0) >= 0.8 * 2 * HOUR
    assert 24 * HOUR <= schedule.wait_seconds(1, rng, asked_seconds=1e9) <= 1.2 * 24 * HOUR


def test_the_longest_life_is_longer_than_any_schedule():
    rng = random.Random(7)
    for _ in range(100):
        assert sum(Schedule().wait_seconds(failures, rng) for failures in range(1, 10)) < Schedule().lifetime_seconds


def test_the_same_seed_gives_the_same_waits():
    one, other = random.Random(3), random.Random(3)
    waits = [[Schedule().wait_seconds(failures, rng) for failures in (1, 2)] for rng in (one, other)]
    assert waits[0] == waits[1]
