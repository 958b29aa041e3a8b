"""`rasid watch …` on the embedded broker, as people run it: two of them at once, and files that live in git."""

import json
import tomllib
import uuid

import msgspec
import pytest

from agents import topics, watch_change, watch_store
from agents.cli.main import run as run_rasid
from agents.settings import load
from schemas.watch import SpikeRule, Watch

FILE = """\
[[watch]]
id = "guarantees"
query = '"ضمانات أمنية"'
severity = "warning"
labels = { desk = "politics" }

[[watch]]
id = "talks"
query = 'search:guarantees AND "محادثات ثلاثية"'
"""


@pytest.fixture
def rasid(embedded_broker, monkeypatch, capsys):
    """Runs a command; returns its exit code, what it printed on standard output, and on standard error."""
    for name, value in {"BOOTSTRAP_SERVERS": embedded_broker, "TOPIC_PREFIX": f"w{uuid.uuid4().hex[:8]}."}.items():
        monkeypatch.setenv(f"RASID_{name}", value)
    topics.ensure(load())

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_rasid(arguments)
        return code, *capsys.readouterr()

    return run


def listed(rasid):
    return {each["id"]: each for each in map(json.loads, rasid("watch", "list", "--json")[1].splitlines())}


def test_revisions_grow_and_a_stale_one_is_refused(rasid):
    assert rasid("watch", "add", "talks", "محادثات", "--if-revision", "0", "--max-per-hour", "5")[0] == 0
    assert json.loads(rasid("watch", "show", "talks", "--json")[1])["max_per_hour"] == 5
    assert rasid("watch", "add", "talks", "محادثات ثلاثية", "--if-revision", "1")[0] == 0
    code, _, said = rasid("watch", "disable", "talks", "--if-revision", "1")
    assert code == 1
    assert "is at revision 2, not 1" in said
    assert rasid("watch", "disable", "talks", "--if-revision", "2")[0] == 0
    talks = listed(rasid)["talks"]
    assert (talks["revision"], talks["enabled"], talks["query"]) == (3, False, "محادثات ثلاثية")
    code, out, _ = rasid("watch", "enable", "talks", "--json")
    assert (code, json.loads(out)) == (0, listed(rasid)["talks"])
    assert "enabled" not in listed(rasid)["talks"]
    code, out, _ = rasid("watch", "rm", "talks", "nobody", "--json")
    assert (code, json.loads(out)) == (1, {"id": "talks", "removed": True})
    assert listed(rasid) == {}


def test_of_two_at_once_the_later_wins_and_both_are_told(rasid):
    settings = load()
    watch_store.write(settings, [Watch("talks", "محادثات", revision=1)])
    seen = watch_store.held(settings)  # both have read revision 1
    watch_change.write(settings, seen, [Watch("talks", "مفاوضات", revision=2)], alone=True)
    with pytest.raises(watch_change.ConflictError, match="just before, so yours is in force"):
        watch_change.write(settings, seen, [Watch("talks", "مباحثات", revision=2)], alone=True)
    assert watch_store.read(settings)["talks"].query == "مباحثات"


def test_a_file_is_a_difference_and_comes_back_the_same(rasid, tmp_path):
    file = tmp_path / "watches.toml"
    file.write_text(FILE, "utf-8")
    rasid("watch", "add", "old", "هدنة")
    assert "added talks" in rasid("watch", "import", str(file), "--dry-run")[2]
    assert set(listed(rasid)) == {"old"}
    code, out, _ = rasid("watch", "import", str(file), "--prune", "--json")
    changes = {each["id"]: each["change"] for each in map(json.loads, out.splitlines())}
    assert (code, changes) == (0, {"guarantees": "added", "talks": "added", "old": "removed"})
    exported = rasid("watch", "export")[1]
    file.write_text(exported, "utf-8")
    out = rasid("watch", "import", str(file), "--prune", "--json")[1]
    assert {each["change"] for each in map(json.loads, out.splitlines())} == {"same"}
    assert rasid("watch", "export")[1] == exported


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("سلام AND", "found the end"),
        ("search:nobody", "there is no watch 'nobody'"),
        ("search:talks", "goes round in a circle, talks → talks"),
        ("concept:ceasfire", "did you mean 'ceasefire'?"),
    ],
)
def test_a_watch_that_would_not_be_in_force_is_not_written(rasid, query, says):
    code, _, said = rasid("watch", "add", "talks", query)
    assert code == 2
    assert says in said
    assert "  " + query in said
    assert listed(rasid) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FILE + FILE, "has the id 'guarantees' twice"),
        ("watch = 3", "[[watch]]"),
        ('[[watch]]\nid = "a"\nquery = "(سلام"', "in watch 'a', this bracket is not closed"),
        ('[[watch]]\nid = "a"\nqeury = "سلام"', "unknown key 'qeury'"),
        ('[[watch]]\nid = "a"\nquery = "search:b"\n[[watch]]\nid = "b"\nquery = "search:a"', "circle, a → b → a"),
    ],
)
def test_a_wrong_file_is_refused_whole(rasid, tmp_path, text, says):
    file = tmp_path / "watches.toml"
    file.write_text(text, "utf-8")
    code, _, said = rasid("watch", "import", str(file))
    assert code == 2
    assert says in said
    assert listed(rasid) == {}


def test_waiting_without_workers_says_so(rasid):
    code, _, said = rasid("watch", "add", "talks", "محادثات", "--wait", "--timeout", "0.5")
    assert code == 1
    assert "no worker is running" in said


def test_an_exported_watchlist_is_written_as_the_documentation_shows_it():
    spike = SpikeRule(floor=7)
    watches = [Watch("talks", "محادثات", labels={"desk": "politics", "a.b": "ج"}, spike=spike), Watch("oil", 'a "b"')]
    text = watch_store.dump(watches)
    assert text.count("[[watch]]\n") == 2
    assert [msgspec.convert(each, Watch) for each in tomllib.loads(text)["watch"]] == watches
