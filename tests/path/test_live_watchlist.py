"""500 changes of the watchlist while 200 articles a second flow through two workers on Apache Kafka."""

import asyncio
import random
import threading
import time
from collections import defaultdict

import msgspec
import pytest

from agents import kafka, topics, watch_change, watch_store
from agents.sending import Outgoing
from schemas.watch import Watch
from schemas.watch_match import WatchMatch
from schemas.worker_state import WorkerState
from tests.path.conftest import article
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.timeout(600)
WATCHES, CHANGES, CHANGES_PER_SECOND, ARTICLES_PER_SECOND = 25, 500, 20, 200
MOST_SECONDS = 2.0  # until a change is in force on every worker, p99
STALE_SECONDS = 5.0  # after which no article may be matched by what a change has replaced
MOST_TURNS = 3  # of measuring it: a machine may have other work
WORDS = [f"كلمة{number}" for number in range(WATCHES)]


class Feed(threading.Thread):
    """Publishes articles, each with a watched word, at a steady rate until it is told to stop."""

    def __init__(self, settings):
        super().__init__()
        self.settings, self.enough, self.published = settings, threading.Event(), {}

    def run(self):
        rng, began, number = random.Random(5), time.monotonic(), 0
        topic = topics.ARTICLES.name(self.settings)
        with kafka.Publisher(self.settings) as publisher:
            while not self.enough.is_set():
                for _ in range(ARTICLES_PER_SECOND // 20):
                    key, value = article(number, rng, rng.choice(WORDS))
                    self.published[key.decode()] = time.time()
                    publisher.send(Outgoing(topic, key, value))
                    number += 1
                time.sleep(max(0.0, began + number / ARTICLES_PER_SECOND - time.monotonic()))


def change(settings, turn):
    """Changes watch after watch; returns (moment of the broker's acknowledgement, watch, revision, list's revision)."""
    made, began, topic = [], time.monotonic(), topics.WATCHES.name(settings)
    with kafka.Publisher(settings) as publisher:
        for number in range(CHANGES):
            word, revision = WORDS[number % WATCHES], (turn * CHANGES + number) // WATCHES + 2
            watch = Watch(f"w{number % WATCHES}", f"{word} OR بديل{revision}", revision=revision)
            publisher.send(Outgoing(topic, watch.id.encode(), msgspec.json.encode(watch)))
            publisher.flush()
            made.append((time.time(), watch.id, revision, publisher.reached[topic]))
            time.sleep(max(0.0, began + (number + 1) / CHANGES_PER_SECOND - time.monotonic()))
    return made


def p99_seconds(deployment, made):
    """Of each change and worker, from the change until the worker said that it has it."""
    found = sorted(delays(deployment, made))
    return found[len(found) * 99 // 100]


def delays(deployment, made):
    said = defaultdict(list)
    for record in deployment.read(topics.WORKERS):
        state = msgspec.json.decode(record.value, type=WorkerState)
        said[state.worker].append((record.timestamp / 1000, state.revision))
    assert len(said) == 2
    for at, _, _, reached in made:
        for states in said.values():
            yield max(0.0, next(moment for moment, revision in states if revision >= reached) - at)


def stale(deployment, made, published):
    """Matches by a revision that had been replaced for some time when the article was published."""
    history = defaultdict(list)
    for at, watch_id, revision, _ in made:
        history[watch_id].append((at, revision))
    for record in deployment.read(topics.MATCHES):
        match = msgspec.json.decode(record.value, type=WatchMatch)
        known = [
            revision for at, revision in history[match.watch.id] if at <= published[match.article.uri] - STALE_SECONDS
        ]
        if match.watch.revision < max(known, default=1):
            yield match.watch.id, match.watch.revision, max(known)


async def test_changes_are_in_force_within_two_seconds_and_nothing_is_lost(kafka_node, new_deployment, free_port):
    deployment = new_deployment(kafka_node.address)
    settings = deployment.settings
    deployment.receivers(f"http://127.0.0.1:{free_port}/")  # nobody listens: alerts are not what is measured
    deployment.watch(**{f"w{number}": word for number, word in enumerate(WORDS)})
    began = round(time.time() * 1000)
    deployment.worker()
    deployment.worker()
    await deployment.until(lambda: len(watch_store.workers(settings, began)) == 2, "two workers")
    feed = Feed(settings)
    feed.start()
    try:
        made, slow = [], []
        while not slow or (slow[-1] >= MOST_SECONDS and len(slow) < MOST_TURNS):
            changes = await asyncio.to_thread(change, settings, len(slow))
            made += changes
            states = await asyncio.to_thread(watch_change.wait, settings, made[-1][-1], PATIENCE_SECONDS, bool)
            slow.append(p99_seconds(deployment, changes))
    finally:
        feed.enough.set()
        feed.join()
    assert slow[-1] < MOST_SECONDS, f"p99 of each turn: {slow} s"
    assert {state.watches for state in states.values()} == {WATCHES}
    tagged = topics.TAGGED.name(settings)
    count = len(feed.published)
    await deployment.until(lambda: sum(kafka_node.ends(tagged).values()) >= count, "all tagged")

    assert {record.key.decode() for record in deployment.read(topics.TAGGED)} == feed.published.keys()
    assert list(stale(deployment, made, feed.published)) == []
    assert {worker.alive() for worker in deployment.workers} == {True}
