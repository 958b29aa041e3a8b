"""`rasid deliveries` and `rasid receivers on` on the embedded broker, as a user runs them; no worker runs here."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from agents import kafka, switches, topics
from agents.cli.main import run as run_rasid
from agents.receivers import read
from agents.sending import Outgoing
from agents.settings import load
from schemas.delivery_result import DeliveryResult
from schemas.scheduled_delivery import ScheduledDelivery
from tests.collector import SECRET
from tests.deliver.alerts import alert

NOW = datetime.now(UTC)


@pytest.fixture
def rasid(embedded_broker, monkeypatch, capsys, tmp_path):
    """Runs a command; returns its exit code, what it printed on standard output, and on standard error."""
    file = tmp_path / "receivers.toml"
    file.write_text(f'[[receiver]]\nname = "desk"\nurl = "https://example.org/to-hide"\nsecrets = ["{SECRET}"]\n')
    prefix = f"c{uuid.uuid4().hex[:8]}."
    values = {"BOOTSTRAP_SERVERS": embedded_broker, "TOPIC_PREFIX": prefix, "RECEIVERS": str(file), "PARTITIONS": "2"}
    for name, value in values.items():
        monkeypatch.setenv(f"RASID_{name}", value)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_rasid(arguments)
        return code, *capsys.readouterr()

    topics.ensure(load())
    return run


def put(*messages):
    with kafka.Publisher(load()) as publisher:
        for topic, key, value, partition in messages:
            encoded = None if value is None else msgspec.json.encode(value)
            publisher.send(Outgoing(topic.name(load()), key, encoded, partition=partition))


def result(number, outcome, receiver="desk", hours_ago=1.0, **more):
    at = NOW - timedelta(hours=hours_ago)
    value = DeliveryResult(alert(number).id, "guarantees", receiver, outcome, 3, at, 1.0, **more)
    return topics.DELIVERIES, value.alert_id.encode(), value, None


def waiting(number, receiver="desk", **more):
    at = NOW - timedelta(minutes=1)
    value = ScheduledDelivery(
        alert(number).id, "guarantees", f"story_{number}", receiver, number, at, at, at, NOW, **more
    )
    return topics.SCHEDULE, value.key, value, 1


@pytest.fixture
def some(rasid):
    """Alerts 0 to 5: failed, delivered, waiting, gone at one and delivered at another, and 4 without a word."""
    put(
        *((topics.ALERTS, b"guarantees", alert(number), 1) for number in range(6)),
        result(0, "failed", hours_ago=5, status=500, detail="answered 500"),
        result(1, "delivered", hours_ago=3), waiting(2, attempts=2, detail="no connection"),
        result(3, "gone", hours_ago=2), result(3, "delivered", "other", hours_ago=2),
        waiting(5), (topics.SCHEDULE, waiting(5)[1], None, 1), result(5, "failed", hours_ago=4), result(5, "delivered"),
    )  # fmt: skip


def listed(out):
    return {(each["alert_id"][-1], each["receiver"]): each["outcome"] for each in map(json.loads, out.splitlines())}


def test_the_list_has_the_last_word_on_each(rasid, some):
    code, out, _ = rasid("deliveries", "list", "--json")
    assert code == 0
    assert listed(out) == {("0", "desk"): "failed", ("1", "desk"): "delivered", ("2", "desk"): "waiting",
                           ("3", "desk"): "gone", ("3", "other"): "delivered", ("5", "desk"): "delivered"}  # fmt: skip
    _, out, err = rasid("deliveries", "list")
    assert "alert_000002:desk" in out
    assert "no connection" in out
    assert "6 deliveries" in err


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--outcome", "failed"], "0"), (["--outcome", "failed", "--outcome", "gone"], "03"),
        (["--receiver", "other"], "3"),
        (["--outcome", "waiting"], "2"), (["--since", "150m"], "2335"), (["--until", "150m"], "01"),
        (["--watch", "x"], ""),
    ],
)  # fmt: skip
def test_the_list_is_chosen_from(rasid, some, options, found):
    code, out, _ = rasid("deliveries", "list", "--json", *options)
    assert sorted(json.loads(line)["alert_id"][-1] for line in out.splitlines()) == list(found)
    assert code == (0 if found else 1)


def test_one_alert_is_shown_with_all_that_happened(rasid, some):
    code, out, _ = rasid("deliveries", "show", "alert_000005", "--json")
    assert [json.loads(line)["outcome"] for line in out.splitlines()] == ["failed", "delivered"]
    code, out, _ = rasid("deliveries", "show", "alert_000003:other", "--json")
    assert (code, len(out.splitlines())) == (0, 1)
    code, _, err = rasid("deliveries", "show", "nobody")
    assert (code, "nothing is known" in err) == (1, True)


def asked():
    """What stands on the schedule by request."""
    found = {}
    for record in kafka.stored(load(), topics.SCHEDULE.name(load())):
        value = record.value and msgspec.json.decode(record.value, type=ScheduledDelivery)
        if value and value.requested:
            found[value.alert_id[-1], value.receiver] = record.partition, value.offset
    return found


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["alert_000000"], {("0", "desk")}),
        (["alert_000001"], set()),  # it has been delivered
        (["alert_000001:desk"], {("1", "desk")}),
        (["alert_000004:desk"], {("4", "desk")}),
        (["--all"], {("0", "desk"), ("2", "desk"), ("3", "desk")}),
        (["--all", "--receiver", "other"], set()),
        (["--all", "--receiver", "other", "--outcome", "delivered"], {("3", "other")}),
        (["--all", "--outcome", "delivered", "--since", "4h", "--until", "2h30m"], None),
        (["--all", "--outcome", "delivered", "--since", "4h", "--until", "150m"], {("1", "desk")}),
    ],
)
def test_retries_are_asked_of_the_partition_that_has_the_alert(rasid, some, arguments, wanted):
    code, out, _ = rasid("deliveries", "retry", "--json", "--yes", *arguments)
    if wanted is None:
        assert code == 2
        return
    assert code == (0 if wanted else 1)
    assert set(asked()) == wanted
    assert all(partition == 1 and offset == int(number) for (number, _), (partition, offset) in asked().items())
    assert {(each["alert_id"][-1], each["receiver"]) for each in map(json.loads, out.splitlines())} == wanted


def test_a_dry_run_asks_for_nothing_and_a_lost_alert_is_said(rasid, some):
    code, _, err = rasid("deliveries", "retry", "--all", "--dry-run")
    assert (code, asked(), "would ask for 3 of 3" in err) == (0, {}, True)
    code, _, err = rasid("deliveries", "retry", "alert_999999:desk")
    assert (code, "is not on its topic" in err) == (1, True)


@pytest.mark.parametrize("wrong", [[], ["--all", "a"], ["a", "--receiver", "desk"]])
def test_what_is_meant_has_to_be_said(rasid, wrong):
    assert rasid("deliveries", "retry", *wrong)[0] == 2


def test_a_receiver_that_is_off_is_listed_and_switched_on(rasid, tmp_path):
    code, _, err = rasid("receivers", "on", "desk")
    assert (code, "is not switched off" in err) == (2, True)
    desk = read((tmp_path / "receivers.toml").read_text(), "f")["desk"]
    with kafka.Publisher(load()) as publisher:
        publisher.send(switches.off(load(), desk, "answered 410", NOW))
    _, out, _ = rasid("receivers", "list", "--json")
    assert json.loads(out)["off_since"] == NOW.isoformat(timespec="seconds")
    _, out, _ = rasid("receivers", "list")
    assert NOW.isoformat(timespec="seconds")[:10] in out
    code, out, _ = rasid("receivers", "on", "desk", "--json")
    assert (code, json.loads(out)) == (0, {"name": "desk", "off_since": None})
    _, out, _ = rasid("receivers", "list", "--json")
    assert json.loads(out)["off_since"] is None
