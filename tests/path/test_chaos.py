"""Killed, cut off and stopped under load on Apache Kafka: no article is lost, and each alert is one alert."""

import asyncio
import random
from collections import Counter

import pytest

from agents import topics
from tests.collector import Collector
from tests.path.conftest import crowd

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]
WATCH = "محادثات ثلاثية"


@pytest.fixture
def deployment(new_deployment, kafka_node):
    return new_deployment(kafka_node.address)


async def settled(deployment, desk, good, alerting, poison):
    """Waits for everything to come out."""
    await deployment.until(lambda: tagged(deployment) >= good, "every article tagged")
    await deployment.until(lambda: fired(deployment) >= alerting, "every alert raised")
    await deployment.until(lambda: fired_ids(deployment) <= desk.ids, "every alert delivered")
    await deployment.until(lambda: len(letters(deployment)) >= poison, "every poison message put aside")


def tagged(deployment):
    return {record.key for record in deployment.read(topics.TAGGED)}


def alerts(deployment):
    import orjson

    return [orjson.loads(record.value) for record in deployment.read(topics.ALERTS)]


def fired(deployment):
    return {alert["article"]["uri"] for alert in alerts(deployment)}


def fired_ids(deployment):
    return {alert["id"] for alert in alerts(deployment)}


def letters(deployment):
    """Each poison message by where it stood: one may be put aside twice when a worker is killed in between."""
    heads = [dict(record.headers) for record in deployment.read(topics.DEAD_LETTERS)]
    return {(head["rasid-partition"], head["rasid-offset"]) for head in heads if head["rasid-step"] == b"tag"}


def exact(deployment, desk, good, alerting, poison):
    """Nothing lost, nothing extra: one id an alert, each from the article that should alert, every signature right."""
    assert tagged(deployment) == good
    assert fired(deployment) == alerting
    each_id = Counter(received.data["article"]["uri"] for received in {r.id: r for r in desk.received}.values())
    assert set(each_id) == alerting
    assert set(each_id.values()) == {1}
    assert len(letters(deployment)) == poison
    assert not [received.fault for received in desk.received if received.fault]


async def test_five_kills_during_5000_articles_lose_nothing(deployment):
    pairs, good, alerting, poison = crowd(5000, poison_every=100, alert_every=25)
    rng = random.Random(3)
    async with Collector() as desk:
        deployment.receivers(desk.url)
        deployment.watch(talks=WATCH)
        deployment.worker()
        slices = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
        kills = set(rng.sample(range(3, len(slices) - 3), 5))
        for number, part in enumerate(slices):
            await asyncio.to_thread(deployment.publish, part)
            if number in kills:
                before = deployment.count(topics.TAGGED)
                await deployment.until(lambda n=before: deployment.count(topics.TAGGED) > n, "progress before a kill")
                deployment.running[-1].kill()
                deployment.worker()
        await settled(deployment, desk, good, alerting, poison)
        exact(deployment, desk, good, alerting, poison)
        assert [worker.terminate() for worker in deployment.running] == [0]


async def test_a_stopped_broker_is_waited_for(deployment, kafka_node):
    pairs, good, alerting, poison = crowd(1500, poison_every=100, alert_every=25)
    async with Collector() as desk:
        deployment.receivers(desk.url)
        deployment.watch(talks=WATCH)
        deployment.worker()
        await asyncio.to_thread(deployment.publish, pairs[:800])
        await deployment.until(lambda: deployment.count(topics.TAGGED) > 100, "the work to begin")
        kafka_node.stop()
        try:
            await asyncio.sleep(20)
        finally:
            await asyncio.to_thread(kafka_node.start)
        await asyncio.to_thread(deployment.publish, pairs[800:])
        await settled(deployment, desk, good, alerting, poison)
        exact(deployment, desk, good, alerting, poison)


async def test_sigterm_under_load_ends_in_order(deployment):
    pairs, good, alerting, poison = crowd(3000, poison_every=100, alert_every=25)
    async with Collector() as desk:
        deployment.receivers(desk.url)
        deployment.watch(talks=WATCH)
        deployment.worker()
        await asyncio.to_thread(deployment.publish, pairs)
        for part in (1, 2):
            await deployment.until(lambda n=part: deployment.count(topics.TAGGED) > n * 200, "work under way")
            await deployment.until(lambda: "ready: group" in deployment.workers[-1].log(), "the worker to be ready")
            assert await asyncio.to_thread(deployment.workers[-1].terminate) == 0
            deployment.worker()
        await settled(deployment, desk, good, alerting, poison)
        exact(deployment, desk, good, alerting, poison)
