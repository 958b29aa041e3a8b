"""rasid silence and rasid alerts on the embedded broker, as a user runs them."""

import json
import uuid

import msgspec
import pytest

from agents import alert_effects, kafka, topics
from agents.alert_rules import load as load_rules
from agents.cli.main import run as run_rasid
from agents.sending import Outgoing
from agents.settings import load
from rasid.alert.desk import Desk, Rules
from rasid.alert.silences import Silences
from rasid.errors import ConfigError
from schemas.delivery_result import DeliveryResult
from schemas.silence import Matcher, Silence
from tests.alert.matches import NOW, OTHER, after, match


@pytest.fixture
def prefix():
    return f"a{uuid.uuid4().hex[:8]}."


@pytest.fixture
def rasid(embedded_broker, prefix, monkeypatch, capsys):
    for name, value in {"BOOTSTRAP_SERVERS": embedded_broker, "TOPIC_PREFIX": prefix}.items():
        monkeypatch.setenv(f"RASID_{name}", value)
    topics.ensure(load())

    def run(*arguments):
        code = run_rasid(arguments)
        return code, *capsys.readouterr()

    return run


def lines(done):
    return [json.loads(line) for line in done[1].splitlines()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--watch", "talks", "--comment", "x"], "say when it ends"),
        (["--watch", "talks", "--comment", "x", "--for", "1h", "--until", "2h"], "say when it ends"),
        (["--comment", "x", "--for", "1h"], "say which alerts"),
        (["--watch", "talks", "--for", "1h"], "--comment"),
        (["desk", "--comment", "x", "--for", "1h"], "is no matcher"),
        (["desk=~(", "--comment", "x", "--for", "1h"], "no regular expression"),
        (["--watch", "talks", "--comment", " ", "--for", "1h"], "needs a comment"),
        (["--watch", "talks", "--comment", "x", "--for", "soon"], "is no duration"),
        (["--watch", "talks", "--comment", "x", "--until", "2020-01-01"], "which is past"),
        (["--watch", "talks", "--comment", "x", "--from", "3h", "--until", "2h"], "not after its start"),
        (["--watch", "talks", "--comment", "x", "--for", "0"], "which is past"),
    ],
)
def test_a_silence_that_cannot_be_is_refused(rasid, arguments, said):
    code, out, err = rasid("silence", "add", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_a_silence_is_added_listed_and_expired(rasid):
    (made,) = lines(rasid("silence", "add", "desk=sport", "--watch", "cup", "--watch", "goal.two", "--for", "2h",
                          "--comment", "ليلة المباراة", "--author", "سلمى", "--json"))  # fmt: skip
    assert [(each["name"], each["operator"], each["value"]) for each in made["matchers"]] == [
        ("desk", "=", "sport"), ("watch", "=~", "cup|goal[.]two"),
    ]  # fmt: skip
    (listed,) = [each for each in lines(rasid("silence", "list", "--json")) if each["id"] == made["id"]]
    assert (listed["state"], listed["created_by"], listed["comment"]) == ("active", "سلمى", "ليلة المباراة")
    assert made["id"] in rasid("silence", "list")[1]
    assert rasid("silence", "expire", made["id"])[0] == 0
    assert made["id"] not in rasid("silence", "list")[1]
    (ended,) = [each for each in lines(rasid("silence", "list", "--all", "--json")) if each["id"] == made["id"]]
    assert ended["state"] == "expired"
    code, _, err = rasid("silence", "expire", made["id"])
    assert code == 1
    assert "no silence" in err


@pytest.fixture
def raised(rasid):
    """What a desk made of three matches, one of them silenced, on its topics."""
    settings = load()
    silence = Silence("s1", [Matcher("watch", "=", "quiet")], NOW, after(hours=1), "me", "why", NOW)
    desk = Desk(Rules(silences=Silences([silence])))
    with kafka.Publisher(settings) as publisher:
        for found in (match("urn:1"), match("urn:2", source="صحيفة"), match("urn:3", OTHER, id="quiet")):
            effects = desk.take(found, found.arrived_at)
            for message in alert_effects.told(settings, effects):
                publisher.send(message)
    return rasid


def test_alerts_are_listed_shown_and_explained(raised):
    found = lines(raised("alerts", "list", "--json"))
    by_watch = {each["watch"]["id"]: each for each in found}
    assert {name: (each["told"], each["reason"]) for name, each in by_watch.items()} == {
        "talks": (True, "fired"), "quiet": (False, "silenced"),
    }  # fmt: skip
    assert (by_watch["quiet"]["by"], by_watch["quiet"]["detail"]) == ("s1", "me: why")
    assert {each["watch"]["id"] for each in lines(raised("alerts", "list", "--held", "--json"))} == {"quiet"}
    assert {each["watch"]["id"] for each in lines(raised("alerts", "list", "--told", "--json"))} == {"talks"}
    assert raised("alerts", "list", "--watch", "nobody")[0] == 1
    assert raised("alerts", "list", "--severity", "critical")[0] == 1
    alert_id = by_watch["talks"]["id"]
    shown = raised("alerts", "show", alert_id)[1]
    assert "the first report of its story" in shown
    assert "[محادثات]" in shown
    explained = lines(raised("alerts", "explain", alert_id, "--json"))
    assert {(each["reason"], each["told"], each["article_uri"]) for each in explained} == {
        ("fired", True, "urn:1"), ("copy", False, "urn:2"),
    }  # fmt: skip
    assert "another report of a story" in raised("alerts", "explain", "urn:2")[1]
    assert raised("alerts", "explain", "alert_none")[0] == 1


NO_ONE = "the watch names no receiver, and none is named 'default'"


def ended(settings, alert_id, *ends):
    """Writes down how telling of an alert ended at receivers."""
    with kafka.Publisher(settings) as publisher:
        for receiver, outcome in ends:
            result = DeliveryResult(alert_id, "talks", receiver, outcome, 0, NOW, 0.0, detail=NO_ONE)
            name = topics.DELIVERIES.name(settings)
            publisher.send(Outgoing(name, alert_id.encode(), msgspec.json.encode(result)))


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ([("default", "unroutable")], False), ([("default", "failed")], False), ([("other", "unroutable")], True),
        ([("default", "unroutable"), ("desk", "delivered")], True),  # by `deliveries retry ID:desk`
        ([("default", "delivered"), ("default", "failed")], True),  # a retry of what was delivered
    ],
)  # fmt: skip
def test_an_alert_that_no_receiver_got_was_told_to_nobody(raised, ends, told):
    (before,) = lines(raised("alerts", "list", "--told", "--json"))
    ended(load(), before["id"], *ends)
    (found,) = (each for each in lines(raised("alerts", "list", "--json")) if each["id"] == before["id"])
    assert (found["told"], found["reason"], found.get("detail")) == (
        told,
        "fired",
        None if told else f"default: {NO_ONE}",
    )
    assert bool(lines(raised("alerts", "list", "--told", "--json"))) is told
    assert {each["watch"]["id"] for each in lines(raised("alerts", "list", "--held", "--json"))} == {"quiet"}
    assert ("nobody" in raised("alerts", "list")[1]) is not told
    assert (NO_ONE in raised("alerts", "show", before["id"])[1]) is not told


def test_a_routes_file_is_checked_with_its_name_and_its_secrets_stay_hidden(tmp_path):
    file = tmp_path / "receivers.toml"
    for text, said in (("[route", "not TOML"), ('[route]\nreceiver = "x"', "no receiver is named 'x'")):
        file.write_text("# whsec_hidden\n" + text)
        with pytest.raises(ConfigError, match=said) as error:
            load_rules(file)
        assert str(file) in str(error.value)
        assert "whsec_hidden" not in str(error.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_rules(tmp_path / "absent.toml")
