"""The watchdog's judgement; that it really ends a process is shown in test_service.py."""

import dataclasses

import pytest
from faust.types import TP

from agents.lag import Progress, Standing
from agents.watchdog import Limits, Marks, complaints

NOW = 10_000.0
LIMITS = Limits(loop=100, joining=100, still=100, broker=100, stopping=100, crashed=100)
WELL = Marks(ticked=NOW, answered=NOW, joining_since=None)


def said(marks: Marks, share: float = 1.0) -> str:
    return "; ".join(complaints(marks, LIMITS, NOW, share))


def stalled(seconds: float) -> Progress:
    progress = Progress()
    progress.observe(NOW - seconds, {TP("articles", 2): Standing(7, 1)})
    return progress


def test_nothing_is_said_while_all_is_well():
    assert said(WELL) == said(WELL, 0.5) == ""


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda ago: {"ticked": NOW - ago}, "the event loop stands still"),
        (lambda ago: {"joining_since": NOW - ago}, "joining the group or catching up does not end"),
        (lambda ago: {"stopping_since": NOW - ago}, "stopping does not end"),
        (lambda ago: {"crashed_since": NOW - ago}, "stopping after a surprise does not end"),
        (lambda ago: {"answered": NOW - ago}, "the broker does not answer"),
        (lambda ago: {"progress": stalled(ago)}, "articles/2 has lag and nothing of it is committed"),
    ],
)
def test_live_fails_at_half_of_what_ends_the_process(change, what):
    early, half, late = (dataclasses.replace(WELL, **change(ago)) for ago in (40, 60, 101))
    assert said(early, 0.5) == ""
    assert said(half) == ""
    assert what in said(half, 0.5)
    assert what in said(late)
