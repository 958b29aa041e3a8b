"""Matchers, durations, times, routes and silences: what is read, what is refused, and with which words."""

import tomllib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.alert.durations import duration, written
from rasid.alert.matchers import labels_of_match, meets, parse, text
from rasid.alert.routes import read
from rasid.alert.silences import Silences, state, valid
from rasid.alert.times import interval
from rasid.errors import ConfigError
from schemas.silence import Matcher, Silence
from tests.alert.matches import NOW, after, match

LABELS = {"desk": "politics", "severity": "critical", "place": "أبوظبي"}


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ('desk="politics"', True), ("desk=politics", True), ("desk = politics", True), ('desk="sport"', False),
        ('desk!="sport"', True), ('desk=~"pol.*"', True), ('desk=~"pol"', False), ('desk!~"s.*"', True),
        ('desk=~"sport|politics"', True), ('absent=""', True), ('absent!=""', False), ('absent=~".*"', True),
        ('place="أبوظبي"', True), ("place=~أبو.*", True), ('desk=""', False), ("severity!~critical", False),
    ],
)  # fmt: skip
def test_a_matcher_means_what_it_means_in_alertmanager(said, holds):
    assert meets(parse(said), LABELS) is holds
    assert parse(text(parse(said))) == parse(said)


@pytest.mark.parametrize("said", ["", "desk", '="x"', "1desk=x", 'desk="x', 'desk=x"', "desk=~(", "desk=~" + "a" * 501])
def test_what_is_no_matcher_is_refused(said):
    with pytest.raises(ConfigError, match=r"no matcher|no regular expression|at most 500"):
        parse(said)


def test_a_watch_s_labels_do_not_change_what_rasid_says():
    found = labels_of_match(match(labels={"watch": "other", "severity": "none", "desk": "x"}, severity="warning"))
    assert found == {
        "watch": "talks", "severity": "warning", "desk": "x", "language": "ar", "source": "وكالة", "kind": "story",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("30s", 30), ("5m", 300), ("1h30m", 5400), ("2d", 172800), ("1w", 604800), ("0", 0), ("500ms", 0.5)],
)
def test_durations(said, seconds):
    assert duration(said) == timedelta(seconds=seconds)


@pytest.mark.parametrize("said", ["", "5", "m5", "-5m", "1.5h", "5 m", 300, None, "9999w"])
def test_what_is_no_duration_is_refused(said):
    with pytest.raises(ConfigError, match=r"is no duration: write 30s|longer than a year"):
        duration(said)


@given(st.integers(min_value=1, max_value=10**9))
def test_a_duration_is_written_as_it_is_read(milliseconds):
    assert duration(written(timedelta(milliseconds=milliseconds))) == timedelta(milliseconds=milliseconds)


@pytest.mark.parametrize(
    ("table", "at", "holds"),
    [
        ({}, "2026-03-02T12:00", True),
        ({"times": [{"start_time": "09:00", "end_time": "17:00"}]}, "2026-03-02T17:00", False),
        ({"times": [{"start_time": "09:00", "end_time": "17:00"}]}, "2026-03-02T16:59", True),
        ({"times": [{"start_time": "22:00", "end_time": "24:00"}]}, "2026-03-02T23:59", True),
        ({"weekdays": ["monday:wednesday"]}, "2026-03-02T12:00", True),
        ({"weekdays": ["friday:monday"]}, "2026-03-02T12:00", True),
        ({"weekdays": ["tuesday", "Friday"]}, "2026-03-02T12:00", False),
        ({"days_of_month": ["1:5"]}, "2026-03-05T12:00", True),
        ({"days_of_month": ["-1"]}, "2026-02-28T12:00", True),
        ({"days_of_month": ["-3:-1"]}, "2026-02-25T12:00", False),
        ({"days_of_month": ["25:-1"]}, "2026-02-26T12:00", True),
        ({"months": ["march:may", "12"]}, "2026-04-01T00:00", True),
        ({"months": ["march:may", "12"]}, "2026-12-01T00:00", True),
        ({"months": ["march:may"]}, "2026-06-01T00:00", False),
        ({"years": ["2025:2026"]}, "2026-01-01T00:00", True),
        ({"years": ["2027"]}, "2026-01-01T00:00", False),
        ({"weekdays": ["tuesday"], "location": "Asia/Riyadh"}, "2026-03-02T21:30", True),
    ],
)
def test_time_intervals_hold_when_alertmanager_s_do(table, at, holds):
    assert interval(table).holds(datetime.fromisoformat(at).replace(tzinfo=UTC)) is holds


ROUTE = '[route]\nreceiver = "desk"\n'


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[route]\nreceiver = "nobody"', "route: no receiver is named 'nobody': this file has desk, mail"),
        ("[route]", "route: no receiver is named 'default': this file has desk, mail"),
        (ROUTE + '[[route.routes]]\nreceiver = "pager"', r"route.routes\[0\]: no receiver is named 'pager'"),
        (ROUTE + "[[route.routes]]\n[[route.routes.routes]]\nreceiver = 'x'", r"route.routes\[0\].routes\[0\]: no receiver"),
        ("[care]\nmax_per_hour = -1", "care: max_per_hour is -1: write 1 to 1000, or 0 for no limit"),
        ("[care]\nmax_per_hour = true", "care: max_per_hour is True"),
        ("[care]\nmost = 3", r"care: write \[care\] and below it max_per_hour = 20"),
        ("[[care]]\nmax_per_hour = 3", r"care: write \[care\]"),
        (ROUTE + 'group_wait = "soon"', "route: group_wait: 'soon' is no duration: write 30s"),
        (ROUTE + "group_wait = 30", "route: group_wait: 30 is no duration"),
        (ROUTE + 'groupby = ["x"]', "route: unknown key 'groupby': known are receiver, matchers, continue, group_by"),
        (ROUTE + 'group_by = "x"', "route: group_by is 'x': write a list of strings"),
        (ROUTE + "matchers = ['a=b']", "the root takes every alert"),
        (ROUTE + "[[route.routes]]\nmatchers = ['a']", r"route.routes\[0\]: 'a' is no matcher"),
        (ROUTE + "[[route.routes]]\nmatchers = ['a=~(']", "no regular expression"),
        (ROUTE + "[[route.routes]]\ncontinue = 'yes'", r"route.routes\[0\]: continue is 'yes': write true or false"),
        (ROUTE + "[route.routes]\nreceiver = 'mail'", r"routes is written as \[\[routes\]\]"),
        ("[[route]]\nreceiver = 'desk'", r"\[\[route\]\] is a list: the tree has one root"),
        (ROUTE + "mute_time_intervals = ['night']", r"route: no \[\[time_interval\]\] is named 'night': there are none"),
        ("[[time_interval]]\nname = 'n'", r"time_interval 1 \(n\): write name and time_intervals"),
        ("[[time_interval]]\ntime_intervals = [{}]", "time_interval 1 has no name"),
        ("[[time_interval]]\nname='n'\ntime_intervals=[{weekdays=['monday:never']}]", r"weekdays has 'monday:never': write monday to sunday"),
        ("[[time_interval]]\nname='n'\ntime_intervals=[{times=[{start_time='23:00',end_time='06:00'}]}]", "write two times for one over midnight"),
        ("[[time_interval]]\nname='n'\ntime_intervals=[{times=[{start_time='25:00',end_time='26:00'}]}]", "'25:00' is no time of day"),
        ("[[time_interval]]\nname='n'\ntime_intervals=[{days_of_month=['0']}]", "write 1 to 31"),
        ("[[time_interval]]\nname='n'\ntime_intervals=[{days_of_month=['9:3']}]", "its end is before its start"),
        ("[[time_interval]]\nname='n'\ntime_intervals=[{location='Mars'}]", "location 'Mars' is no time zone"),
        ("[[time_interval]]\nname='n'\ntime_intervals=[{hours=['9']}]", "unknown key 'hours'"),
        ("[[inhibit_rule]]\nsource_matchers=['a=b']", "source_matchers and target_matchers are both wanted"),
        ("[[inhibit_rule]]\nsource_matchers=['a']\ntarget_matchers=['a=b']", "inhibit_rule 1: 'a' is no matcher"),
        ("[[inhibit_rule]]\nsource_match=['a=b']", "inhibit_rule 1: unknown key 'source_match'"),
        ("[inhibit_rule]\nsource_matchers=['a=b']", r"inhibit_rule is written as \[\[inhibit_rule\]\]"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_tables_is_named_with_its_place(toml, said):
    with pytest.raises(ConfigError, match=said):
        read(tomllib.loads(toml), ["desk", "mail"])


def test_a_child_has_what_it_does_not_say_from_its_parent():
    toml = ROUTE + (
        'group_by = ["desk"]\ngroup_wait = "10s"\nmute_time_intervals = ["n"]\n[[route.routes]]\ngroup_interval = "1m"\n'
        '[[time_interval]]\nname = "n"\ntime_intervals = [{}]\n'
    )
    (child,) = read(tomllib.loads(toml), ["desk"]).route.routes
    assert (child.receiver, child.group_by, child.group_wait.seconds) == ("desk", ("desk",), 10)
    assert (child.group_interval.seconds, child.mute_times) == (60, ())


def test_without_tables_there_is_one_route_and_no_receiver_is_asked_for():
    care = read({}, [])
    assert list(care.route.every()) == [care.route]
    assert care.route.receiver == ""


def silence(**changes):
    made = Silence("s1", [Matcher("watch", "=", "talks")], NOW, after(hours=1), "me", "why", NOW)
    return msgspec.structs.replace(made, **changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ends_at": NOW}, "not after its start"),
        ({"ends_at": after(hours=-1)}, "not after its start"),
        ({"created_by": " "}, "needs an author"),
        ({"comment": ""}, "needs a comment"),
        ({"matchers": [Matcher("a", "=~", "(")]}, "no regular expression"),
    ],
)
def test_a_silence_that_cannot_be_in_force_is_refused(changes, said):
    with pytest.raises(ConfigError, match=said):
        valid(silence(**changes))


def test_of_several_silences_the_one_that_ends_last_is_named():
    silences = Silences([silence(), silence(id="s2", ends_at=after(hours=2)), silence(id="s3", starts_at=after(60))])
    assert silences.silencing({"watch": "talks"}, NOW).id == "s2"
    assert silences.silencing({"watch": "oil"}, NOW) is None
    assert [state(each, NOW) for each in silences] == ["active", "active", "pending"]
