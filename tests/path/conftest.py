"""A deployment of its own for each test: topics with a prefix, a receiver on loopback, workers as processes."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import Callable

import pytest

from agents import kafka, topics, watch_store
from agents.sending import Outgoing
from agents.settings import Settings
from bench.kafka_node import free_port
from schemas.watch import Watch
from tests.collector import SECRET
from tests.kafka.conftest import Worker
from tests.patience import PATIENCE_SECONDS

POISON = [b"{", b"null", b"[]", b'{"uri": 1}', b"\xff\xfe", b'{"title": "t"}', b'{"uri": "urn:p", "title": NaN}']
FILLER = ("الوفد المدينة الحكومة اليوم الجلسة القرار الوزير المشروع الشركة المنطقة التقرير المسؤول البيان الاجتماع السوق "
          "العاصمة البرنامج الميزانية المجلس الطريق المدرسة المستشفى الجامعة الميناء المطار الحدود القرية الشتاء").split()  # fmt: skip


MOST_SURPRISES = 5  # of one test's workers: more than that is no accident
SURPRISE, WRONG_USE = 1, 2  # exit codes: starting again mends only the first


class Deployment:
    """Settings, publishing and reading for one prefix on one broker; and the keeper of its workers."""

    def __init__(self, settings: Settings, folder) -> None:
        self.settings, self.folder = settings, folder
        self.workers: list[Worker] = []
        self._replaced: set[Worker] = set()
        topics.ensure(settings)

    def watch(self, **queries: str) -> None:
        watch_store.write(self.settings, [Watch(name, query, revision=1) for name, query in queries.items()])

    def receivers(self, url: str, **options: object) -> None:
        chosen = {
            "name": "default",
            "type": "webhook",
            "allow_private": True,
            "url": url,
            "secrets": [SECRET],
            **options,
        }
        lines = (f"{name} = {json.dumps(value)}" for name, value in chosen.items())
        (self.folder / "receivers.toml").write_text("\n".join(["[[receiver]]", *lines, ""]))

    def worker(self) -> Worker:
        chosen = self.settings.model_dump(exclude_unset=True, exclude_none=True)
        path = self.folder / "receivers.toml"
        worker = Worker(
            self.folder / f"worker{len(self.workers)}.log", **{**chosen, "web_port": free_port(), "receivers": path}
        )
        self.workers.append(worker)
        return worker

    @property
    def running(self) -> list[Worker]:
        """The workers that have not ended."""
        return [worker for worker in self.workers if worker.alive()]

    def keep(self) -> None:
        """Starts another worker for each that ended by surprise, as whoever keeps crash-only workers does."""
        for worker in set(self.workers) - self._replaced:
            code = worker.process.poll()
            assert code != WRONG_USE, worker.log()
            if code == SURPRISE:
                self._replaced.add(worker)
                assert len(self._replaced) <= MOST_SURPRISES, f"workers end again and again: {worker.log()[-3000:]}"
                self.worker()

    @property
    def surprises(self) -> int:
        """How many workers ended by surprise and were replaced."""
        return len(self._replaced)

    async def wait(self, seconds: float) -> None:
        """Lets time pass, and keeps the workers running meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.keep()
            await asyncio.sleep(0.1)

    def publish(self, pairs) -> None:
        topic = topics.ARTICLES.name(self.settings)
        with kafka.Publisher(self.settings) as publisher:
            for key, value in pairs:
                publisher.send(Outgoing(topic, key, value))

    def read(self, topic: topics.Topic) -> list:
        return list(kafka.stored(self.settings, topic.name(self.settings)))

    def count(self, topic: topics.Topic) -> int:
        return len(self.read(topic))

    async def until(self, what: Callable[[], bool], title: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Returns when it holds, and keeps the workers running meanwhile. Brokers and workers take their time to start."""
        deadline = time.monotonic() + seconds
        while not await asyncio.to_thread(what):
            self.keep()
            logs = "\n".join(worker.log()[-1500:] for worker in self.workers[-1:])
            assert time.monotonic() < deadline, f"{title} not within {seconds} s; the last worker's log ends:\n{logs}"
            await asyncio.sleep(0.2)

    def end(self) -> None:
        for worker in self.running:
            worker.kill()


@pytest.fixture
def new_deployment(tmp_path):
    """`new_deployment(address, embedded=False)`."""
    made: list[Deployment] = []

    def make(address: str, *, embedded: bool = False) -> Deployment:
        settings = Settings(
            topic_prefix=f"t{uuid.uuid4().hex[:8]}.", bootstrap_servers=address, rebalance_timeout_seconds=4.0
        )
        folder = tmp_path / f"deployment{len(made)}"
        folder.mkdir()
        made.append(Deployment(settings.with_embedded_broker(address) if embedded else settings, folder))
        return made[-1]

    yield make
    for deployment in made:
        deployment.end()


def text(rng: random.Random, words: int = 60) -> str:
    return " ".join(rng.choices(FILLER, k=words))


def article(number: int, rng: random.Random, said: str = "") -> tuple[bytes, bytes]:
    """An article with a text of its own, so that it is a story of its own."""
    uri = f"urn:article:path:{number}"
    body = f"{text(rng)} {said} {text(rng)}"
    event = {"uri": uri, "title": f"خبر {number}", "body": body, "source": "وكالة", "language": "ar"}
    return uri.encode(), json.dumps(event, ensure_ascii=False).encode()


def crowd(count: int, poison_every: int, alert_every: int):
    """(pairs, uris of good articles, uris that alert, number of poison records)."""
    rng, pairs, good, alerting, poison = random.Random(7), [], set(), set(), 0
    for number in range(count):
        if number % poison_every == poison_every - 1:
            pairs.append((f"poison{number}".encode(), rng.choice(POISON)))
            poison += 1
            continue
        said = "بدأت المحادثات «الثلاثية» صباحا" if number % alert_every == 0 else ""
        key, value = article(number, rng, said)
        pairs.append((key, value))
        good.add(key)
        if said:
            alerting.add(key.decode())
    return pairs, good, alerting, poison
