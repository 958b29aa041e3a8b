"""A storm on Apache Kafka: workers killed at random moments, others that come and go, a broker that restarts, a receiver
that fails a third of the time; and what the same articles lead to in peace, to compare it with.

An alert is told apart by its watch, its story and the reason for it: which of a story's copies comes first, and with it
the alert's id, is for partitions to decide.
"""

import asyncio
import itertools
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from agents import topics
from bench.kafka_node import KafkaNode
from tests.collector import CLOSED, Collector, Status
from tests.kafka.conftest import Worker
from tests.path.conftest import Deployment, text

WATCHES = {"talks": "محادثات ثلاثية", "guarantees": "ضمانات أمنية", "truce": "هدنة إنسانية", "pipeline": "خط أنابيب"}
ALERTING = 20  # of so many stories one has a watched term
COPIES = (0, 0, 0, 0, 0, 1, 2)  # of a story's first report, in turn: 30% of all; two make a third publisher
READ = (topics.ARTICLES, topics.MATCHES, topics.ALERTS)
SETTLING_SECONDS = 900.0


@dataclass(frozen=True)
class Plan:
    """How much of everything."""

    articles: int = 20_000
    kills: int = 20
    rebalances: int = 2
    broker_restarts: int = 1
    seed: int = 7


class Told(NamedTuple):
    """What somebody was told."""

    watch: str
    story: str
    reason: str


@dataclass
class Outcome:
    """Of one run: the ids of each thing told, and counts."""

    ids: dict[Told, set[str]]
    attempts: int
    again: int  # taken more than once, which a reader that honours ids does not see
    faults: list[str]
    seconds: float
    events: Counter[str] = field(default_factory=Counter)

    @property
    def alerts(self) -> int:
        return len(self.ids)


class Moody:
    """A receiver that fails a third of the time, and remembers what it took."""

    def __init__(self, rng: random.Random, share: float) -> None:
        self._rng, self._share = rng, share
        self.taken: Counter[str] = Counter()

    async def __call__(self, request):
        if self._rng.random() < self._share:
            return await self._rng.choice([Status(500), Status(503), CLOSED])(request)
        self.taken[request.headers["webhook-id"]] += 1
        return await Status(204)(request)


def articles(plan: Plan) -> list[tuple[bytes, bytes]]:
    """Stories and their copies, which other publishers run with another headline and a credit."""
    return list(itertools.islice(_stories(random.Random(plan.seed)), plan.articles))


def _stories(rng: random.Random) -> Iterator[tuple[bytes, bytes]]:
    terms = list(WATCHES.values())
    for story in itertools.count():
        turn, is_quiet = divmod(story, ALERTING)
        said = "" if is_quiet else terms[turn % len(terms)]
        body = f"{text(rng)} {said} {text(rng)}"
        for copy in range(COPIES[(story if is_quiet else turn) % len(COPIES)] + 1):
            yield _report(story, copy, body)


def _report(story: int, copy: int, body: str) -> tuple[bytes, bytes]:
    uri = f"urn:storm:{story}:{copy}"
    event = {"uri": uri, "title": f"خبر {story}", "body": body, "source": "وكالة", "language": "ar"}
    if copy:
        event |= {"title": f"عاجل {copy}: نبأ {story}", "body": f"نقلا عن وكالة: {body}", "source": f"صحيفة {copy}"}
    return uri.encode(), orjson.dumps(event)


def expected(pairs: list[tuple[bytes, bytes]]) -> set[Told]:
    """What is told of articles: each watched story once, and once more when it has a third publisher."""
    found = set()
    for uri, value in pairs:
        _, _, story, copy = uri.decode().split(":")
        for watch, term in WATCHES.items():
            if term in value.decode() and copy in {"0", "2"}:
                found.add(Told(watch, story, "fired" if copy == "0" else "sources"))
    return found


async def run(deployment: Deployment, node: KafkaNode, plan: Plan, *, stormy: bool) -> Outcome:
    """The articles through two workers, with everything that the plan has for them or in peace."""
    pairs, began = articles(plan), time.monotonic()
    moody = Moody(random.Random(plan.seed), 1 / 3 if stormy else 0)
    async with Collector(default=moody) as desk:
        deployment.receivers(desk.url, retry_seconds=[1] * 20)
        deployment.watch(**WATCHES)
        events = await _weather(deployment, node, plan, pairs) if stormy else await _peace(deployment, pairs)
        await deployment.until(lambda: settled(deployment, node, moody), "everything delivered", SETTLING_SECONDS)
        for worker in deployment.running:
            await asyncio.to_thread(worker.terminate)
    taken = {each.id: each for each in desk.received if each.id in moody.taken}
    ids = defaultdict(set)
    for each in taken.values():
        _, _, story, _ = each.data["article"]["uri"].split(":")
        ids[Told(each.data["watch"]["id"], story, each.data["reason"])].add(each.id)
    again = moody.taken.total() - len(moody.taken)
    faults = [each.fault for each in desk.received if each.fault]
    return Outcome(dict(ids), len(desk.received), again, faults, time.monotonic() - began, Counter(events))


async def _peace(deployment: Deployment, pairs) -> list[str]:
    deployment.worker()
    deployment.worker()
    await asyncio.to_thread(deployment.publish, pairs)
    return []


async def _weather(deployment: Deployment, node: KafkaNode, plan: Plan, pairs) -> list[str]:
    """Publishes a part of the articles before each event; what happened is returned.

    Killed are workers that have work in hand, at any moment of it.
    """
    rng = random.Random(plan.seed)
    events = ["kill -9"] * plan.kills + ["broker restart"] * plan.broker_restarts
    rng.shuffle(events)
    for number in range(plan.rebalances):  # a worker joins, another leaves, in turn
        events.insert((number + 1) * len(events) // (plan.rebalances + 1), ("join", "leave")[number % 2])
    deployment.worker()
    deployment.worker()
    size = -(-len(pairs) // (len(events) + 1))
    await asyncio.to_thread(deployment.publish, pairs[:size])
    for number, event in enumerate(events, 1):
        await deployment.wait(rng.uniform(0.5, 8))
        await _happen(event, deployment, node, rng)
        await asyncio.to_thread(deployment.publish, pairs[number * size : (number + 1) * size])
    return events


async def _happen(event: str, deployment: Deployment, node: KafkaNode, rng: random.Random) -> None:
    if event == "broker restart":
        await asyncio.to_thread(node.stop)
        await asyncio.sleep(5)
        await asyncio.to_thread(node.start)
    elif event == "kill -9":
        await deployment.until(lambda: at_work(deployment), "a worker to kill")
        await deployment.wait(rng.uniform(0, 2))
        rng.choice(at_work(deployment) or deployment.running).kill()
        deployment.worker()
    elif event == "join":
        deployment.worker()
    else:
        await asyncio.to_thread(rng.choice(deployment.running).terminate)


def at_work(deployment: Deployment) -> list[Worker]:
    """The workers that have joined the group."""
    return [worker for worker in deployment.running if "ready: group" in worker.log()]


def settled(deployment: Deployment, node: KafkaNode, moody: Moody) -> bool:
    """Whether every step has committed all of its input, and every alert is taken."""
    settings = deployment.settings
    for topic in READ:
        name = topic.name(settings)
        ends, committed = node.ends(name), node.committed(settings.group_id, name)
        if any(end != committed.get(partition, 0) for partition, end in ends.items()):
            return False
    alerts = [orjson.loads(record.value) for record in deployment.read(topics.ALERTS)]
    return {alert["notification_id"] for alert in alerts} <= set(moody.taken)
