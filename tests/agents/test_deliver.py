"""Delivery against receivers on loopback: what arrives, and what is written down."""

import asyncio
import random
from collections import Counter

import msgspec
import pytest
from pydantic import SecretStr

from agents.clock import SystemClock
from agents.desk import Desk
from agents.ledger import Ports
from agents.settings import Settings
from tests.agents.desk import OTHER_SECRET, QUICK, Stream, about, desk, event, receiver, sample
from tests.collector import CLOSED, GARBAGE, SECRET, Collector, Held, Status
from tests.deliver.alerts import alert


async def test_an_alert_arrives_signed_and_is_written_down():
    async with Collector() as collector, desk(receiver("default", collector.url)) as open_desk:
        stream = open_desk.stream
        before = sample("rasid_publish_to_delivered_seconds_count")
        open_desk.take(taken := event(alert(1)))
        await stream.wait(1)
    assert [(each.id, each.fault) for each in collector.received] == [("alert_000001", "")]
    assert collector.received[0].data["evidence"][0]["text"] == "بالضمانات الأمنية"
    assert stream.acked == [taken]
    (result,) = stream.results
    assert (result.alert_id, result.watch_id, result.receiver) == ("alert_000001", "guarantees", "default")
    assert (result.outcome, result.status, result.attempts) == ("delivered", 204, 1)
    assert stream.sent[0].key == b"alert_000001"
    assert not stream.letters
    assert sample("rasid_publish_to_delivered_seconds_count") == before + 1


async def test_each_retry_has_the_same_id_a_new_signature_and_the_same_body():
    script = [Status(500), CLOSED, Status(429), GARBAGE]
    async with Collector(script=script) as collector, desk(receiver("default", collector.url)) as open_desk:
        open_desk.take(event(alert(1)))
        await open_desk.stream.told(1)
    assert len(collector.received) == 5
    assert {each.id for each in collector.received} == {"alert_000001"}
    assert len({each.body for each in collector.received}) == 1
    assert not any(each.fault for each in collector.received)
    (result,) = open_desk.stream.results
    assert (result.outcome, result.attempts, result.status) == ("delivered", 5, 204)


async def test_what_is_not_taken_in_the_end_is_put_aside_with_its_own_bytes():
    async with Collector(default=Status(500)) as collector, desk(receiver("desk", collector.url)) as open_desk:
        open_desk.take(taken := event(alert(1, receivers=["desk"])))
        await open_desk.stream.told(1)
    (result,), (letter,) = open_desk.stream.results, open_desk.stream.letters
    assert (result.outcome, result.attempts, result.status, result.detail) == ("failed", 5, 500, "answered 500")
    assert letter.value == taken.value[0].value
    assert letter.key == b"guarantees"
    found = about(letter)
    assert (found["rasid-step"], found["rasid-reason"]) == ("deliver", "undelivered")
    assert found["rasid-detail"] == "receiver 'desk': answered 500"
    assert found["traceparent"] == "00-abc"


async def test_an_event_is_acknowledged_only_after_the_broker_has_its_results():
    async with Collector() as collector, desk(receiver("default", collector.url)) as open_desk:
        open_desk.stream.up.clear()
        open_desk.take(event(alert(1), alert(2)))
        await collector.wait(2)
        await asyncio.sleep(0.1)
        assert not open_desk.stream.acked
        open_desk.stream.up.set()
        await open_desk.stream.wait(1)
        assert len(open_desk.stream.results) == 2


async def test_an_event_waits_for_all_of_its_alerts_and_receivers():
    held = Held()
    async with (
        Collector() as quick,
        Collector(default=held) as slow,
        desk(receiver("quick", quick.url), receiver("slow", slow.url)) as open_desk,
    ):
        open_desk.take(first := event(alert(1, receivers=["quick", "slow"])))
        open_desk.take(second := event(alert(2, receivers=["quick"])))
        await open_desk.stream.wait(1)
        assert open_desk.stream.acked == [second]
        held.let_go.set()
        await open_desk.stream.wait(2)
        assert open_desk.stream.acked == [second, first]
    assert sorted((each.receiver, each.alert_id) for each in open_desk.stream.results) == [
        ("quick", "alert_000001"),
        ("quick", "alert_000002"),
        ("slow", "alert_000001"),
    ]


async def test_a_surprise_ends_the_desk():
    class BrokenError(Exception):
        pass

    async def send(_messages):
        raise BrokenError

    stream = Stream()
    ports = Ports(send, stream.ack, stream.is_owed, stream.fetch)

    async def work():
        async with Desk(Settings(), {}, ports, QUICK, random.Random(1), SystemClock()) as open_desk:
            open_desk.take(event(b"no alert"))
            await asyncio.sleep(5)

    with pytest.raises(ExceptionGroup) as caught:
        await work()
    assert caught.value.subgroup(BrokenError)
    assert not stream.acked


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null_value"),
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff", "not_utf8"),
        (b'{"x":' + b"[" * 10_000, "too_deep"),
        (b"[]", "wrong_type"),
        (b"{}", "missing_field"),
        (msgspec.json.encode(alert(1, id="a.b")), "bad_value"),
        (msgspec.json.encode(alert(1, id="a\r\nX-Evil: 1")), "bad_value"),
        (msgspec.json.encode(alert(1, id="")), "bad_value"),
    ],
)
async def test_a_bad_record_is_put_aside_and_stops_nothing(value, reason):
    async with Collector() as collector, desk(receiver("default", collector.url)) as open_desk:
        open_desk.take(event(value, alert(2)))
        await open_desk.stream.wait(1)
    assert collector.ids == {"alert_000002"}
    (letter,) = open_desk.stream.letters
    assert letter.value == value
    assert about(letter)["rasid-reason"] == reason


async def test_nobody_to_tell_is_written_down():
    before = sample("rasid_deliveries_total", receiver="", outcome="unroutable")
    async with desk() as open_desk:
        open_desk.take(event(alert(1)))
        await open_desk.stream.wait(1)
    (result,) = open_desk.stream.results
    assert (result.receiver, result.outcome, result.attempts) == ("default", "unroutable", 0)
    assert not open_desk.stream.letters
    assert sample("rasid_deliveries_total", receiver="", outcome="unroutable") == before + 1


async def test_a_name_that_nobody_has_is_put_aside_and_the_others_are_told():
    async with Collector() as collector, desk(receiver("desk", collector.url)) as open_desk:
        open_desk.take(event(alert(1, receivers=["desk", "dseк", "desk"])))
        await open_desk.stream.wait(1)
    assert len(collector.received) == 1
    assert Counter(each.outcome for each in open_desk.stream.results) == {"delivered": 1, "unroutable": 1}
    assert about(open_desk.stream.letters[0])["rasid-detail"] == "no receiver is named 'dseк'"


async def test_410_switches_the_receiver_off(caplog):
    async with Collector(default=Status(410)) as collector, desk(receiver("default", collector.url)) as open_desk:
        open_desk.take(event(alert(1)))
        await open_desk.stream.wait(1)
        open_desk.take(event(alert(2)))
        await open_desk.stream.wait(2)
    assert collector.ids == {"alert_000001"}
    assert [(each.outcome, each.attempts) for each in open_desk.stream.results] == [("gone", 1), ("gone", 0)]
    assert len(open_desk.stream.letters) == 2
    assert caplog.text.count("switched off") == 1


async def test_a_private_address_is_refused_at_once():
    async with Collector() as collector:
        refused = receiver("default", f"http://localhost:{collector.port}/", allow_private=False)
        async with desk(refused) as open_desk:
            open_desk.take(event(alert(1)))
            await open_desk.stream.wait(1)
        assert not collector.peers
    (result,) = open_desk.stream.results
    assert (result.outcome, result.attempts, result.detail) == ("refused", 1, "the address may not be called")
    assert len(open_desk.stream.letters) == 1


async def test_retry_after_is_honoured():
    async with (
        Collector(script=[Status(503, (("Retry-After", "1"),))]) as collector,
        desk(receiver("default", collector.url)) as open_desk,
    ):
        open_desk.take(event(alert(1)))
        await open_desk.stream.told(1)
    first, second = collector.received
    assert 1.0 <= second.at - first.at < 2.5


async def test_while_a_key_rotates_a_reader_of_either_verifies():
    both = (SecretStr(OTHER_SECRET), SecretStr(SECRET))
    async with (
        Collector(SECRET, OTHER_SECRET) as collector,
        desk(receiver("default", collector.url, secrets=both)) as open_desk,
    ):
        open_desk.take(event(alert(1)))
        await open_desk.stream.wait(1)
    assert collector.received[0].fault == ""
