"""How long a supervisor waits before it starts a worker again; that it does is shown in tests/path."""

from itertools import accumulate

from agents.supervisor import next_pause


def test_a_worker_that_ends_at_once_again_and_again_is_started_ever_later():
    assert list(accumulate([5.0] * 8, next_pause, initial=0.0))[1:] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_one_that_ran_for_a_while_is_started_soon():
    assert next_pause(30.0, ran=3600.0) == 1
