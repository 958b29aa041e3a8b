"""Delivery against receivers on loopback: nobody waits for another, nothing leaks, and stops are in order."""

import asyncio
import json
import logging
import time
from collections import Counter

from agents import logs
from rasid.deliver.schedule import Schedule
from tests.agents.desk import desk, event, receiver, sample
from tests.collector import CLOSED, GARBAGE, SECRET, Collector, Endless, Slow, Status, redirect, refusing, silent, until
from tests.deliver.alerts import alert


async def test_no_receiver_waits_for_another():
    """One refuses connections, one accepts and is silent, one takes 5 s, one never ends, one redirects; one is well."""
    with refusing() as refused, silent() as mute:
        async with (
            Collector(default=Slow(5)) as slow,
            Collector(default=Endless(0.05)) as endless,
            Collector(default=redirect(refused)) as redirecting,
            Collector() as well,
        ):
            urls = {"refused": refused, "mute": mute, "slow": slow.url, "endless": endless.url,
                    "redirecting": redirecting.url, "well": well.url}  # fmt: skip
            known = [receiver(name, url, timeout_seconds=10.0) for name, url in urls.items()]
            async with desk(*known, schedule=Schedule()) as open_desk:
                alerts = [alert(number, receivers=list(urls)) for number in range(200)]
                began = time.monotonic()
                for number in range(0, 200, 20):
                    open_desk.take(event(*alerts[number : number + 20]))
                await well.wait(200, seconds=60)
                assert time.monotonic() - began < 8  # behind the mute one alone it would take four minutes
                assert len(slow.received) <= 16
                assert sample("rasid_deliveries_waiting", receiver="mute") >= 190
    assert not any(each.fault for each in well.received)
    assert sample("rasid_deliveries_waiting", receiver="mute") == 0


async def test_a_slow_receiver_gets_no_more_connections_than_it_may_have():
    async with Collector(default=Slow(0.02)) as collector:
        async with desk(receiver("default", collector.url, connections=3)) as open_desk:
            open_desk.take(event(*map(alert, range(60))))
            await open_desk.stream.wait(1)
        assert collector.most_open == 3
        assert len(collector.peers) == 3


async def test_partitions_take_turns_behind_a_slow_receiver():
    async with (
        Collector(default=Slow(0.03)) as collector,
        desk(receiver("default", collector.url, connections=1)) as open_desk,
    ):
        open_desk.take(event(*map(alert, range(50)), partition=0))
        open_desk.take(event(*map(alert, range(100, 103)), partition=1))
        await until(lambda: len(collector.received) >= 12)
        assert {"alert_000100", "alert_000101", "alert_000102"} <= collector.ids


async def test_a_receiver_that_has_long_been_dead_is_not_waited_for_by_each_alert():
    brief = Schedule(delays_seconds=(0.2, 0.3), deadline_seconds=10)
    with silent() as mute:
        async with desk(receiver("default", mute, timeout_seconds=0.3, connections=1), schedule=brief) as open_desk:
            open_desk.take(event(*map(alert, range(200))))
            await open_desk.stream.wait(1, seconds=20)
    outcomes = Counter((each.outcome, each.attempts > 0) for each in open_desk.stream.results)
    assert sum(outcomes.values()) == 200
    assert outcomes["failed", False] > 150
    assert len(open_desk.stream.letters) == 200


async def test_what_is_delivered_is_not_sent_again_when_it_comes_again():
    async with Collector() as collector, desk(receiver("default", collector.url)) as open_desk:
        open_desk.take(event(alert(1)))
        await open_desk.stream.wait(1)
        open_desk.take(again := event(alert(1), alert(2)))
        await open_desk.stream.wait(2)
        assert open_desk.stream.acked[-1] is again
    assert [each.id for each in collector.received] == ["alert_000001", "alert_000002"]
    assert len(open_desk.stream.results) == 2


async def test_what_another_worker_has_now_is_left_to_it():
    async with (
        Collector(default=Slow(0.1)) as collector,
        desk(receiver("default", collector.url, connections=1)) as open_desk,
    ):
        open_desk.take(taken := event(*map(alert, range(20))))
        await collector.wait(1)
        open_desk.stream.revoked.add(taken)
        await asyncio.sleep(0.5)
        assert len(collector.received) <= 2
        assert len(open_desk.stream.results) <= 2
        assert not open_desk.stream.letters


async def test_a_stop_lets_attempts_under_way_end_and_begins_no_others():
    async with (
        Collector(default=Slow(0.3)) as collector,
        desk(receiver("default", collector.url, connections=2)) as open_desk,
    ):
        open_desk.take(event(alert(1)))
        open_desk.take(event(alert(2)))
        open_desk.take(event(alert(3)))
        await collector.wait(2)
        await open_desk.finish(3.0)
        assert len(open_desk.stream.acked) == 2
    assert collector.ids == {"alert_000001", "alert_000002"}
    assert sample("rasid_deliveries_waiting", receiver="default") == 0


async def test_a_stop_does_not_wait_for_ever():
    with silent() as mute:
        async with desk(receiver("default", mute, timeout_seconds=30.0)) as open_desk:
            open_desk.take(event(alert(1)))
            await asyncio.sleep(0.1)
            began = time.monotonic()
            await open_desk.finish(0.3)
            assert time.monotonic() - began < 1.5
            assert not open_desk.stream.acked


async def test_what_waits_takes_little_memory():
    import tracemalloc

    with silent() as mute:
        async with desk(receiver("default", mute, timeout_seconds=30.0)) as open_desk:
            events = [event(*map(alert, range(start, start + 100))) for start in range(0, 5000, 100)]
            tracemalloc.start()
            before, _ = tracemalloc.get_traced_memory()
            for each in events:
                open_desk.take(each)
            after, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert (after - before) / 5000 < 1000  # bytes beside the record itself


async def test_no_secret_and_no_address_reaches_a_log(caplog):
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(
        logging.Formatter("%(name)s %(message)s")
    )  # ours would hide what it should not be given
    faults = [Status(500), CLOSED, GARBAGE, redirect("http://localhost/elsewhere-to-hide"), Status(410)]
    with refusing() as refused:
        async with Collector(script=faults) as collector:
            known = [receiver("default", collector.url), receiver("refused", refused)]
            async with desk(*known, schedule=Schedule((0.01,) * 4)) as open_desk:
                names = ["default", "refused"]
                open_desk.take(event(*[alert(number, receivers=names) for number in range(3)], b"bad"))
                await open_desk.stream.wait(1)
            repr_of_all = (
                repr(known) + repr(open_desk.stream.results) + repr([each[3] for each in open_desk.stream.sent])
            )
    assert "receiver 'refused' fails: no connection" in caplog.text
    for text in (caplog.text, repr_of_all):
        assert "to-hide" not in text
        assert SECRET.removeprefix("whsec_") not in text
        assert "v1," not in text


def test_our_log_format_hides_urls_whoever_logs_them():
    assert "to-hide" not in logs.redact("POST http://127.0.0.1:80/path-to-hide?token=query-to-hide")


async def test_results_are_what_the_schema_says():
    async with Collector() as collector, desk(receiver("default", collector.url)) as open_desk:
        open_desk.take(event(alert(1)))
        await open_desk.stream.wait(1)
    found = json.loads(open_desk.stream.sent[0].value)
    assert found["finished_at"].endswith("Z")
    assert found["duration_seconds"] >= 0
    assert "detail" not in found
