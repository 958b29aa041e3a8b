"""Alert care by a table of scenarios, each a day long: what is told, when, to whom, why; also across restarts."""

import tomllib
from datetime import timedelta
from pathlib import Path

import pytest

from rasid.alert.durations import duration
from rasid.alert.limit import OF_PEOPLE
from schemas.alert import Reason
from tests.alert.matches import NOW, match
from tests.alert.newsroom import Newsroom, text

SCENARIOS = tomllib.loads((Path(__file__).parents[1] / "cases/care.toml").read_text("utf-8"))["scenario"]
NAMES = [scenario["name"] for scenario in SCENARIOS]


def shown(passed, alert, wanted):
    """What a row of `tells` asks about."""
    found = {
        "at": passed, "reason": alert.reason.value, "type": alert.type, "to": alert.receivers, "watch": alert.watch.id,
        "step": int(alert.message_id.removeprefix(alert.id).lstrip("_") or 1) if not alert.group else None,
        "digest": alert.digest.count if alert.digest else None,
        "group": len(alert.group.alerts) if alert.group else None,
    }  # fmt: skip
    return {name: found[name] for name in wanted}


def check(scenario, newsroom):
    wanted = [row | {"at": duration(row["at"])} for row in scenario["tells"]]
    told = [(passed, alert) for passed, alert in newsroom.told]
    found = [shown(*each, row) for each, row in zip(told, wanted, strict=False)]
    assert found == wanted, newsroom.decisions
    assert len(told) == len(wanted), told[len(wanted) :]
    assert len({alert.message_id for _, alert in told} | {alert.id for _, alert in told}) >= len(
        {a.id for _, a in told}
    )
    held = [each.reason.value for each in newsroom.decisions if each.alert is not None and not each.told]
    if "held" in scenario:
        assert held == scenario["held"]


def played(scenario, restarts=()):
    newsroom = Newsroom(scenario.get("rules", ""))
    newsroom.play(scenario["steps"], duration(scenario["until"]) if "until" in scenario else None, restarts)
    return newsroom


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_scenario(scenario):
    check(scenario, played(scenario))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_scenario_with_a_restart_after_every_step(scenario):
    """State that was written is all that is needed."""
    check(scenario, played(scenario, restarts=range(100)))


def test_there_are_scenarios_enough_and_their_names_differ():
    assert len(SCENARIOS) >= 40
    assert len(set(NAMES)) == len(NAMES)


def test_every_message_of_a_day_has_an_id_of_its_own():
    for scenario in SCENARIOS:
        told = [(alert.message_id, tuple(alert.receivers)) for _, alert in played(scenario).told]
        assert len(set(told)) == len(told), scenario["name"]


def test_every_reason_is_a_scenario_s():
    told = {row["reason"] for scenario in SCENARIOS for row in scenario["tells"]}
    held = {reason for scenario in SCENARIOS for reason in scenario.get("held", ())}
    elsewhere = {"copy", "unchanged", "spike", "spike_over"}  # in test_story.py and test_spike.py
    assert told | held | elsewhere == {reason.value for reason in Reason}


def test_work_done_again_after_a_crash_tells_the_same_ids_and_holds_nothing_twice():
    """A worker is killed after it wrote everything and before it committed anything."""
    room = Newsroom('[route]\nreceiver = "desk"\ngroup_by = ["watch"]\n')
    found = [match(f"urn:{n}", text(str(n)), max_per_hour=2) for n in range(4)]
    for each in found:
        room.keep(room.desk.take(each, NOW))
    room.reopen()
    for each in found:
        room.keep(room.desk.take(each, NOW))
    room.advance(timedelta(hours=2))
    assert [(alert.reason.value, len(alert.group.alerts) if alert.group else 0) for _, alert in room.told] == [
        ("grouped", 2),
        ("digest", 0),
    ]
    assert room.told[1][1].digest.count == 2


CHAT = '[[receiver]]\nname = "mail"\ntype = "apprise"\n[route]\nreceiver = "mail"\n'
PAGER = '[[route.routes]]\nreceiver = "mail"\ncontinue = true\n[[route.routes]]\nreceiver = "pager"\n'


@pytest.mark.parametrize(
    ("rules", "watch", "at_once"),
    [
        (CHAT, {}, OF_PEOPLE),
        (CHAT, {"receivers": ["mail"]}, OF_PEOPLE),
        (CHAT, {"receivers": ["pager"]}, 30),
        (CHAT, {"receivers": ["mail", "pager"]}, 30),
        (CHAT, {"max_per_hour": 0}, 30),
        (CHAT, {"max_per_hour": 3}, 3),
        (CHAT + PAGER, {}, 30),
        (CHAT + "[care]\nmax_per_hour = 7\n", {}, 7),
        (CHAT + "[care]\nmax_per_hour = 0\n", {}, 30),
        ("", {}, 30),
        ('[route]\nreceiver = "desk"\n', {}, 30),
    ],
)
def test_people_are_told_of_twenty_an_hour_unless_somebody_says_otherwise_and_programs_of_all(rules, watch, at_once):
    newsroom = Newsroom(rules)
    for number in range(30):
        newsroom.report({"story": str(number), **watch})
    told = {alert.id for _, alert in newsroom.told}
    assert len(told) == at_once
    newsroom.advance(timedelta(hours=1))
    digests = [alert.digest.count for _, alert in newsroom.told if alert.digest]
    assert sum(digests) == 30 - at_once


def test_a_group_that_was_told_of_and_not_written_down_is_told_of_under_the_same_id():
    room = Newsroom('[route]\nreceiver = "desk"\ngroup_by = ["watch"]\n')
    for name in ("a", "b"):
        room.report({"story": name})
    before = dict(room.states)
    room.advance(timedelta(minutes=1))
    room.states = before
    room.reopen()
    room.advance(timedelta(minutes=2))
    assert len(room.told) == 2
    assert len({alert.message_id for _, alert in room.told}) == 1


def test_a_large_group_is_told_of_before_it_grows_out_of_bounds():
    room = Newsroom('[route]\nreceiver = "desk"\ngroup_by = ["watch"]\ngroup_wait = "1h"\n')
    for number in range(205):
        room.report({"story": str(number)})
    assert room.told[0][1].group.left_out == 180
    assert len(room.states[next(name for name, each in room.states.items() if hasattr(each, "pending"))].pending) == 5


def test_a_route_that_is_gone_when_its_group_tells_does_not_lose_the_alerts():
    room = Newsroom('[route]\nreceiver = "desk"\n[[route.routes]]\nreceiver = "mail"\ngroup_by = ["watch"]\n')
    room.report({"story": "a"})
    room.rules.care = Newsroom('[route]\nreceiver = "pager"\n').rules.care
    room.advance(timedelta(minutes=1))
    assert [alert.receivers for _, alert in room.told] == [["mail"]]


def test_forgotten_groups_and_sources_leave_no_state():
    room = Newsroom(
        '[route]\nreceiver = "desk"\ngroup_by = ["watch"]\n'
        "[[inhibit_rule]]\nsource_matchers = ['watch=\"talks\"']\ntarget_matchers = ['watch=\"oil\"']\n"
    )
    room.report({"story": "a"})
    room.advance(timedelta(hours=3))
    assert [name for name in room.states if "kind" in name or name.startswith("source")] == []
    assert not room.room._groups
