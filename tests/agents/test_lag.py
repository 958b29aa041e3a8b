"""Progress: which partitions have had lag without a commit, and for how long."""

from faust.types import TP

from agents.lag import Progress, Standing

A, B = TP("articles", 0), TP("articles", 1)


def still(progress, now):
    return {tp: seconds for seconds, tp in progress.still(now)}


def test_lag_without_commit_stands_still():
    progress = Progress()
    progress.observe(0, {A: Standing(5, 10)})
    progress.observe(50, {A: Standing(9, 10)})
    assert still(progress, 60) == {A: 60}


def test_a_commit_is_progress_however_small():
    progress = Progress()
    progress.observe(0, {A: Standing(5, 10)})
    progress.observe(50, {A: Standing(1_000_000, 11)})
    assert still(progress, 60) == {A: 10}


def test_an_idle_partition_never_stands_still():
    progress = Progress()
    progress.observe(0, {A: Standing(0, 10)})
    progress.observe(10_000, {A: Standing(0, 10)})
    progress.observe(10_001, {A: Standing(3, 10)})
    assert still(progress, 10_002) == {A: 2}


def test_deliveries_that_wait_for_their_receiver_explain_a_standstill():
    progress = Progress()
    progress.observe(0, {A: Standing(5, 10, explained=True), B: Standing(5, 10)})
    progress.observe(3600, {A: Standing(5, 10, explained=True), B: Standing(5, 10)})
    assert still(progress, 3600) == {A: 0, B: 3600}


def test_a_partition_that_went_away_and_came_back_begins_anew():
    progress = Progress()
    progress.observe(0, {A: Standing(5, 10)})
    progress.observe(100, {})
    progress.observe(200, {A: Standing(5, 10)})
    assert still(progress, 210) == {A: 10}
