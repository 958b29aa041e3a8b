"""The delivery agent as a process of its own on the embedded broker: killed, stopped, and nothing lost or invented."""

import asyncio
import json
import os
import signal
import sys
import uuid
from collections import Counter
from contextlib import asynccontextmanager

import msgspec
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from agents import topics
from agents.sending import Crc32Partitioner
from agents.settings import Settings
from tests.collector import SECRET, Collector, Slow, Status, silent, until
from tests.deliver.alerts import alert
from tests.patience import PATIENCE_SECONDS


@pytest.fixture
def settings(embedded_broker):
    """A deployment of its own on the shared broker, its topics made."""
    made = Settings(bootstrap_servers=embedded_broker, topic_prefix=f"d{uuid.uuid4().hex[:8]}.", partitions=2)
    topics.ensure(made)
    return made


@pytest.fixture
def environment(settings, tmp_path):
    """The environment of its workers, and the way to name their receivers."""

    def named(**urls):
        file = tmp_path / "receivers.toml"
        tables = (
            f'[[receiver]]\nname = "{name}"\nurl = "{url}"\nsecrets = ["{SECRET}"]\nallow_private = true\n'
            for name, url in urls.items()
        )
        file.write_text("".join(tables))
        return os.environ | {
            "RASID_BOOTSTRAP_SERVERS": settings.bootstrap_servers,
            "RASID_TOPIC_PREFIX": settings.topic_prefix,
            "RASID_PARTITIONS": "2",
            "RASID_GROUP": settings.topic_prefix + "deliver",
            "RASID_WEB_PORT": "0",
            "RASID_SESSION_TIMEOUT_SECONDS": "2",
            "RASID_REBALANCE_TIMEOUT_SECONDS": "4",
            "RASID_FETCH_MAX_WAIT_MS": "50",
            "RASID_RECEIVERS": str(file),
        }

    return named


@asynccontextmanager
async def worker(environment, log):
    """A worker process; killed at the end where it still runs."""
    program = [sys.executable, "-m", "tests.agents.deliver_worker"]
    process = await asyncio.create_subprocess_exec(*program, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def publish(settings, alerts):
    """Puts alerts, or bytes that are none, on their topic."""
    producer = KafkaProducer(bootstrap_servers=settings.bootstrap_servers, partitioner=Crc32Partitioner())
    for number, each in enumerate(alerts):
        value = each if isinstance(each, bytes) else msgspec.json.encode(each)
        producer.send(topics.ALERTS.name(settings), key=f"watch-{number % 7}".encode(), value=value)
    producer.flush()
    producer.close()


def stored(settings, topic, count):
    """The records of a topic, at least `count` of them."""
    options = {"bootstrap_servers": settings.bootstrap_servers, "auto_offset_reset": "earliest"}
    consumer = KafkaConsumer(topic.name(settings), consumer_timeout_ms=1000, **options)
    found = []
    for _ in range(15):
        found += list(consumer)
        if len(found) >= count:
            break
    consumer.close()
    return found


async def test_killed_again_and_again_it_delivers_everything_with_the_same_ids(settings, environment, tmp_path):
    wanted = {alert(number).id for number in range(600)}
    async with Collector(default=Slow(0.01)) as desk:
        named = environment(default=desk.url)
        await asyncio.to_thread(publish, settings, [*map(alert, range(600)), b"no alert"])
        with (tmp_path / "log").open("wb") as log:
            for share in (100, 300):
                async with worker(named, log) as process:
                    await until(lambda share=share: len(desk.ids) >= share)
                    process.kill()
                    await process.wait()
            async with worker(named, log):
                await until(lambda: desk.ids == wanted)
                results = await asyncio.to_thread(stored, settings, topics.DELIVERIES, 600)
                letters = await asyncio.to_thread(stored, settings, topics.DEAD_LETTERS, 1)
    assert not any(each.fault for each in desk.received)
    assert {record.key.decode() for record in results} == wanted
    assert {(dict(each.headers)["rasid-reason"], each.value) for each in letters} == {(b"not_json", b"no alert")}
    assert all(len({each.body for each in sent}) == 1 for sent in desk.by_id().values())
    log = (tmp_path / "log").read_text()
    assert "to-hide" not in log
    assert SECRET.removeprefix("whsec_") not in log


async def test_stopped_under_load_it_doubles_little_and_the_next_start_goes_on(settings, environment, tmp_path):
    async with Collector(default=Slow(0.05)) as desk:
        named = environment(default=desk.url)
        await asyncio.to_thread(publish, settings, map(alert, range(300)))
        with (tmp_path / "log").open("wb") as log:
            async with worker(named, log) as process:
                await until(lambda: len(desk.ids) >= 80)
                process.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
            async with worker(named, log):
                await until(lambda: len(desk.ids) == 300)
                await asyncio.to_thread(stored, settings, topics.DELIVERIES, 300)
    doubled = [sent for sent, count in Counter(each.id for each in desk.received).items() if count > 1]
    assert len(doubled) <= 2 * 2 * 10  # of each partition, the events that were not settled whole


async def test_a_dead_receiver_holds_up_nobody_and_its_alerts_are_put_aside(settings, environment, tmp_path):
    with silent() as mute:
        async with Collector() as well, Collector(default=Status(410)) as gone:
            named = environment(well=well.url, gone=gone.url, mute=mute)
            alerts = [alert(number, receivers=["mute", "gone", "well"]) for number in range(40)]
            await asyncio.to_thread(publish, settings, alerts)
            with (tmp_path / "log").open("wb") as log:
                async with worker(named, log):
                    await until(lambda: len(well.ids) == 40)
                    letters = await asyncio.to_thread(stored, settings, topics.DEAD_LETTERS, 40)
    details = Counter(dict(each.headers)["rasid-detail"].decode() for each in letters)
    assert sum(count for detail, count in details.items() if detail.startswith("receiver 'gone'")) == 40
    assert {msgspec.json.decode(each.value)["id"] for each in letters} == well.ids


async def test_what_waits_outlives_a_kill_and_a_receiver_that_is_gone_stays_off(settings, environment, tmp_path):
    async with Collector(default=Status(500)) as failing, Collector(default=Status(410)) as gone:
        named = environment(failing=failing.url, gone=gone.url)
        file = tmp_path / "receivers.toml"
        file.write_text(
            file.read_text().replace('name = "failing"', 'name = "failing"\nretry_seconds = [1, 1, 1, 60, 60]')
        )
        both = ["failing", "gone"]
        await asyncio.to_thread(publish, settings, [alert(number, receivers=both) for number in range(30)])
        with (tmp_path / "log").open("wb") as log:
            async with worker(named, log) as process:
                await until(lambda: len(failing.received) >= 3)
                await until_committed(settings, 30)  # what waits for its retry holds up nothing
                async with worker(named, log):
                    await until(lambda: (tmp_path / "log").read_text().count("ready: group") == 2)
                    process.kill()
                    await process.wait()
                    failing.default, asked = Status(204), len(gone.received)
                    failing.received.clear()
                    await until(lambda: len(failing.ids) == 30)  # the other worker has them
                    await asyncio.to_thread(publish, settings, [alert(31, receivers=both)])
                    await until(lambda: "alert_000031" in failing.ids)
                    letters = await asyncio.to_thread(stored, settings, topics.DEAD_LETTERS, 31)
                    assert len(gone.received) == asked
                    gone.default = Status(204)
                    await rasid(named, "receivers", "on", "gone")
                    await rasid(named, "deliveries", "retry", "--all", "--receiver", "gone", "--yes")
                    await until(lambda: len({each.id for each in gone.received[asked:]}) == 31)
                    await rasid(named, "deliveries", "retry", "alert_000007:gone")
                    await until(lambda: [each.id for each in gone.received[asked:]].count("alert_000007") == 2)
                    await changed_while_running(settings, file, failing, tmp_path / "log")
    assert len({json.loads(each.value)["id"] for each in letters}) == 31
    assert not any(each.fault for each in failing.received)


async def rasid(environment, *arguments):
    """Runs a command as a user does."""
    program = [sys.executable, "-m", "agents.cli", *arguments]
    process = await asyncio.create_subprocess_exec(*program, env=environment, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


async def changed_while_running(settings, file, collector, log):
    """A broken receivers file changes nothing and says so; the next good one is in force."""
    good = file.read_text()
    file.write_text(good + "\n[[receiver]]\nname = \n")
    await until(lambda: "stay in force" in log.read_text())
    await asyncio.to_thread(publish, settings, [alert(41, receivers=["failing"])])
    await until(lambda: "alert_000041" in collector.ids)
    file.write_text(good.replace('"gone"', '"other"').replace("/hooks", "/other"))
    await until(lambda: "has changed: failing, other" in log.read_text())


async def until_committed(settings, count):
    """Until the group has committed so many records of alerts."""
    own = settings.model_copy(update={"group": settings.topic_prefix + "deliver"})  # as the environment has it
    group = {"bootstrap_servers": settings.bootstrap_servers, "group_id": own.group_id}
    topic = topics.ALERTS.name(settings)

    def committed():
        consumer = KafkaConsumer(**group, enable_auto_commit=False)
        try:
            return sum(consumer.committed(TopicPartition(topic, partition)) or 0 for partition in range(2))
        finally:
            consumer.close()

    async with asyncio.timeout(PATIENCE_SECONDS):
        while await asyncio.to_thread(committed) < count:  # noqa: ASYNC110  # it is about the broker
            await asyncio.sleep(0.1)
