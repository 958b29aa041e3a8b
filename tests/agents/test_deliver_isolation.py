"""Delivery against receivers on loopback: nobody waits for another, nothing leaks, and stops are in order."""

import asyncio
import json
import logging
import resource
import time
from pathlib import Path
from statistics import median

import msgspec
import pytest

from agents import jobs, logs
from agents.clock import SystemClock
from rasid.deliver.breaker import THRESHOLD
from rasid.deliver.schedule import Schedule
from schemas.alert import Story
from tests.agents.desk import Stream, desk, event, receiver, record, sample
from tests.collector import CLOSED, GARBAGE, SECRET, Collector, Endless, Slow, Status, redirect, refusing, silent, until
from tests.deliver.alerts import alert, entity
from tests.patience import PATIENCE_SECONDS

LEAST_TURNS, MOST_TURNS = 3, 10  # of comparing a receiver alone and beside others


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
                await well.wait(200)
                took = time.monotonic() - began
                assert took < 60  # behind the mute one alone it would take four minutes
                assert len(slow.received) <= 8 * (1 + took / 5)
                assert sample("rasid_deliveries_waiting", receiver="mute") >= 190
    assert not any(each.fault for each in well.received)
    assert sample("rasid_deliveries_waiting", receiver="mute") == 0


async def test_one_dead_and_one_at_5_s_an_answer_cost_a_third_nothing():
    """By the 99th percentile from taking an alert on to its arrival; the middle one of each, taken in turns: other
    work of the machine falls on both."""
    names = ["dead", "slow", "well"]
    async with Collector(default=Slow(5)) as slow, Collector() as well:
        with refusing() as dead:
            urls = {"dead": dead, "slow": slow.url, "well": well.url}
            known = [receiver(name, url, timeout_seconds=10.0) for name, url in urls.items()]
            alone, beside = [], []
            for turn in range(MOST_TURNS):
                alone.append(await p99_seconds(well, known[2:], ["well"], 1000 * turn))
                beside.append(await p99_seconds(well, known, names, 1000 * turn + 500))
                if turn >= LEAST_TURNS - 1 and median(beside) <= 1.2 * median(alone) + 0.002:
                    break
            else:
                pytest.fail(f"alone {alone}, beside the others {beside}")


async def p99_seconds(collector, known, names, first):
    """Of 200 alerts, one every 4 ms, after 40 in which connections are opened and the breaker too."""
    taken, before = {}, len(collector.received)
    async with desk(*known, schedule=Schedule()) as open_desk:
        await asyncio.sleep(0.05)
        for number in range(first, first + 240):
            made = alert(number, receivers=names)
            taken[made.id] = time.monotonic()
            open_desk.take(event(made))
            await asyncio.sleep(0.004)
        await until(lambda: len(collector.received) == before + 240)
    return sorted(each.at - taken[each.id] for each in collector.received[before + 40 :])[197]


async def test_a_slow_receiver_gets_no_more_connections_than_it_may_have():
    async with Collector(default=Slow(0.02)) as collector:
        async with desk(receiver("default", collector.url, connections=3)) as open_desk:
            open_desk.take(event(*map(alert, range(60))))
            await open_desk.stream.wait(1)
        assert collector.most_open == 3
        assert len(collector.peers) == 3


async def test_a_slow_receiver_s_queue_holds_up_no_commit():
    async with (
        Collector(default=Slow(0.2)) as collector,
        desk(receiver("default", collector.url, connections=2)) as open_desk,
    ):
        for start in range(0, 600, 20):
            open_desk.take(event(*map(alert, range(start, start + 20))))
        await until(lambda: len(open_desk.stream.acked) >= 16)  # of 30 events; 256 alerts are held in memory
        assert len(collector.received) < 60
        assert len(open_desk.stream.schedule) >= 320


async def test_an_alert_does_not_overtake_an_earlier_one_of_its_story():
    first, second, third = (alert(number, story=Story("one_story", 1, [])) for number in (1, 2, 3))
    async with (
        Collector(script=[Status(500)]) as collector,
        desk(receiver("default", collector.url)) as open_desk,
    ):
        open_desk.take(event(first, second, third, alert(4)))
        await open_desk.stream.told(4)
    assert [each.id for each in collector.received if each.id != alert(4).id] == [
        first.id, first.id, second.id, third.id,
    ]  # fmt: skip
    assert not open_desk.stream.schedule


async def test_a_dead_receiver_is_tried_now_and_then_and_not_for_each_alert():
    with silent() as mute:
        async with desk(
            receiver("default", mute, timeout_seconds=0.1, connections=1), schedule=Schedule()
        ) as open_desk:
            open_desk.take(event(*map(alert, range(200))))
            await open_desk.stream.wait(1)
            attempts = sum(each.attempts for each in open_desk.stream.schedule.values())
            assert sample("rasid_receiver_takes", receiver="default") == 0
    assert attempts == THRESHOLD
    assert len(open_desk.stream.schedule) == 200  # all of it is kept, and none given up


async def test_what_is_delivered_is_not_sent_again_when_it_comes_again():
    async with Collector() as collector, desk(receiver("default", collector.url)) as open_desk:
        open_desk.take(event(alert(1)))
        await open_desk.stream.wait(1)
        open_desk.take(again := event(alert(1), alert(2)))
        await open_desk.stream.wait(2)
        assert open_desk.stream.acked[-1] is again
    assert [each.id for each in collector.received] == ["alert_000001", "alert_000002"]
    assert len(open_desk.stream.results) == 2


async def test_an_update_goes_out_though_the_alert_before_it_turns_out_to_be_delivered():
    """After a rebalance both are on the schedule, while the receiver is busy with another and has the first already."""
    clock, (first, update) = SystemClock(), (alert(number, story=Story("one_story", 1, [])) for number in (1, 2))
    async with Collector() as collector, desk(receiver("default", collector.url, connections=1)) as open_desk:
        open_desk.take(event(first))
        await open_desk.stream.wait(1)
        collector.default = Slow(0.2)
        open_desk.take(event(other := alert(3), offset=5))
        both = [record(each, offset=number) for number, each in enumerate((first, update))]
        open_desk.stream.kept |= {(0, each.offset): each for each in both}
        open_desk.restore(0, [
            jobs.scheduled(jobs.new(made, "default", kept, clock), clock)
            for made, kept in zip((first, update), both, strict=True)
        ])  # fmt: skip
        await open_desk.stream.told(3)
    assert [each.id for each in collector.received] == [first.id, other.id, update.id]


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
        await open_desk.finish(PATIENCE_SECONDS)
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
            assert time.monotonic() - began < 15
            assert not open_desk.stream.acked


async def test_50_000_that_wait_take_little_memory_and_ever_the_same():
    class Forgetting(Stream):
        async def send(self, messages):
            pass

        async def ack(self, event):
            pass

    whole = msgspec.json.encode(alert(0, entities=[entity("أ" * 2000)]))
    used = []
    with silent() as mute:
        async with desk(receiver("default", mute, timeout_seconds=30.0), stream=Forgetting()) as open_desk:
            for number in range(50_000):
                value = whole.replace(b"alert_000000", b"alert_%06d" % number).replace(b"story_0", b"story_%d" % number)
                open_desk.take(event(value))
                if number % 100 == 99:
                    open_desk.stream.kept.clear()
                    await asyncio.sleep(0)
                if number % 10_000 == 9_999:
                    used.append(resident_bytes())
            assert sample("rasid_deliveries_waiting", receiver="default") == 50_000
    each = (used[-1] - used[0]) / 40_000
    assert each < 1200  # bytes, of alerts of 5 kB


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


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
