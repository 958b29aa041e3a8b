"""Programs of our own, run as processes against Apache Kafka and ended after the test; and the relay's test case."""

import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from agents.sending import Crc32Partitioner
from bench.kafka_node import free_port
from tests.patience import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
RELAY = Path(__file__).with_name("relay.py")


class Program:
    """A process with its log in a file; ended by its own process id."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.log_file = log
        settings = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=log.parent, env=settings, stdout=output, stderr=output, start_new_session=True
            )

    def log(self) -> str:
        """What it has written so far."""
        return self.log_file.read_text(errors="replace")

    def alive(self) -> bool:
        return self.process.poll() is None

    def wait_for(self, words: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Returns when its log has `words`; fails with the log's end when it does not, or the process ends first."""
        deadline = time.monotonic() + seconds
        while words not in self.log():
            if not self.alive() or time.monotonic() > deadline:
                raise AssertionError(f"no {words!r} in the log, which ends with:\n{self.log()[-3000:]}")
            time.sleep(0.05)

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(seconds)

    def terminate(self, seconds: float = PATIENCE_SECONDS) -> int:
        """SIGTERM; returns the exit code, -9 where it had to be killed."""
        self.process.terminate()
        try:
            return self.wait(seconds)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """SIGKILL."""
        self.process.send_signal(signal.SIGKILL)
        return self.wait(10)


class Worker(Program):
    """`rasid worker`, with its settings as RASID_* in the environment."""

    def __init__(self, log: Path, **settings: object) -> None:
        environment = {f"RASID_{name.upper()}": str(value) for name, value in settings.items()}
        super().__init__([sys.executable, "-m", "agents.cli", "worker"], environment, log)


@pytest.fixture
def start_program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """`start_program(command, name=value…)`: a Program with these environment variables, killed after the test."""
    programs: list[Program] = []

    def start(command: list[str], **environment: object) -> Program:
        log = tmp_path / f"program{len(programs)}.log"
        programs.append(Program(command, {name: str(value) for name, value in environment.items()}, log))
        return programs[-1]

    yield start
    _end(programs)


@pytest.fixture
def start_worker(tmp_path: Path, kafka_node) -> Iterator[Callable[..., Worker]]:
    """`start_worker(group="g", topic_prefix="p.", …)`: a Worker on the Kafka node, killed after the test."""
    workers: list[Worker] = []

    def start(**settings: object) -> Worker:
        defaults = {"bootstrap_servers": kafka_node.address, "web_port": free_port()}
        workers.append(Worker(tmp_path / f"worker{len(workers)}.log", **{**defaults, **settings}))
        return workers[-1]

    yield start
    _end(workers)


def _end(programs: list[Program]) -> None:
    for program in programs:
        if program.alive():
            program.kill()


class Case:
    """One input topic, one output topic, one group, and the relays of it."""

    def __init__(self, node, start_program: Callable, name: str, partitions: int = 4, **configs: str) -> None:
        self.node, self.start_program, self.partitions, self.name = node, start_program, partitions, name
        self.source, self.out, self.dead = f"{name}.in", f"{name}.out", f"{name}.dead"
        node.create(self.source, partitions=partitions, **configs)
        node.create(self.out, self.dead, partitions=partitions)
        self.sent: set[bytes] = set()

    def relay(self, **environment: object):
        settings = {"broker": self.node.address, "group": self.name, "in": self.source, "out": self.out}
        settings |= {"dead": self.dead, **environment}
        named = {name if name.isupper() else f"RELAY_{name.upper()}": value for name, value in settings.items()}
        return self.start_program([sys.executable, str(RELAY), "worker", "-l", "info", "--without-web"], **named)

    def producer(self, **options: object) -> KafkaProducer:
        return KafkaProducer(bootstrap_servers=self.node.address, acks="all", partitioner=Crc32Partitioner(), **options)

    def publish(self, keys: Iterable[str], value: bytes = b"x" * 300, per_second: float = 0) -> None:
        """Sends one message a key; `per_second` 0 is as fast as can be."""
        with self.producer(linger_ms=5) as producer:
            self.send_with(producer, keys, value, per_second)
            producer.flush()

    def send_with(self, producer, keys: Iterable[str], value: bytes = b"x" * 300, per_second: float = 0) -> None:
        began = time.monotonic()
        for number, key in enumerate(keys):
            producer.send(self.source, value, key.encode())
            self.sent.add(key.encode())
            if per_second:
                time.sleep(max(0.0, began + number / per_second - time.monotonic()))

    def load(self, count: int) -> None:
        self.publish(f"{self.name}/{number}" for number in range(count))

    @contextmanager
    def publishing(self, per_second: float) -> Iterator[None]:
        """Publishes at this rate, from a thread, until the block ends."""
        enough = threading.Event()
        keys = itertools.takewhile(lambda _: not enough.is_set(), map(str, itertools.count()))
        thread = threading.Thread(target=self.publish, args=(keys,), kwargs={"per_second": per_second})
        thread.start()
        try:
            yield
        finally:
            enough.set()
            thread.join()

    def size(self, topic: str) -> int:
        return sum(self.node.ends(topic).values())

    def committed(self) -> int:
        return sum(self.node.committed(self.name, self.source).values())

    def until(self, what: Callable[[], bool], title: str, seconds: float = PATIENCE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            if time.monotonic() > deadline:
                raise AssertionError(f"{title} not within {seconds} s")
            time.sleep(0.05)

    def came_out(self, count: int) -> None:
        self.until(lambda: self.size(self.out) >= count, f"{count} messages out")

    def finished(self, short_of: int = 0) -> None:
        end = self.size(self.source) - short_of
        self.until(lambda: self.committed() >= end, "the end of the input")

    def read(self, topic: str) -> list:
        """All messages of a topic."""
        reader = KafkaConsumer(bootstrap_servers=self.node.address, enable_auto_commit=False)
        tps = [TopicPartition(topic, number) for number in range(self.partitions)]
        reader.assign(tps)
        reader.seek_to_beginning(*tps)
        ends, found = self.node.ends(topic), []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(reader.position(tp) < ends[tp.partition] for tp in tps) and time.monotonic() < deadline:
            found += [message for part in reader.poll(200).values() for message in part]
        reader.close()
        return found

    def by_partition(self, topic: str) -> dict[int, list]:
        found = defaultdict(list)
        for message in self.read(topic):
            found[message.partition].append(message)
        return dict(found)

    def counted(self) -> tuple[set[bytes], int]:
        """Keys that did not come out, and how many messages came more than once."""
        keys = Counter(message.key for message in self.read(self.out))
        return self.sent - keys.keys(), keys.total() - len(keys)


@pytest.fixture
def new_case(kafka_node, start_program, request):
    def make(**options: object) -> Case:
        return Case(kafka_node, start_program, re.sub(r"\W+", "-", request.node.name).strip("-"), **options)

    return make
