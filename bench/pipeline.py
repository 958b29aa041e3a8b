"""The whole path measured on Apache Kafka, beside a bare Faust pass-through and Quix Streams, in one run.

Throughput is taken from the broker's own times on a backlog that lies ready; delay from produce() to the webhook, at a
steady rate. What the figures amount to is report.py's.
"""

import asyncio
import functools
import gc
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from bench import articles, machine, records
from bench.articles import Article
from bench.kafka_node import KafkaNode
from bench.latency import Delays, delays, live
from bench.programs import ROOT, Cpu, Program
from bench.receiver import Receiver
from bench.systems import roster
from bench.systems.roster import ALERTS, ARTICLES, FAUST, MADE, MATCHES, SYSTEMS, WATCHES, System

START_SECONDS: Final = 90.0  # for a program to import, join its group and write its first record
RUN_SECONDS: Final = 300.0
LOOK_SECONDS: Final = 0.1
PARTITIONS: Final = 4
LATENCY: Final = "latency"

Note = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What to measure: `count` articles, one in `alert_every` alerting, `repeat` times; then `rate` for `seconds`, with
    one in `live_alert_every`.
    """

    count: int = 30_000
    repeat: int = 3
    rate: float = 200.0
    seconds: float = 20.0
    alert_every: int = 20
    live_alert_every: int = 5
    only: Sequence[str] = ()
    articles: Path | None = None

    def wants(self, name: str) -> bool:
        """Whether a system, or the latency, is to be measured."""
        return not self.only or name in self.only


class Run(msgspec.Struct, frozen=True):
    """One system on one backlog. `micros` is its CPU time an article, `cores` who used the machine meanwhile."""

    articles_per_second: float
    tagged_per_second: float
    seconds: float
    start_seconds: float
    micros: float
    duplicates: int
    matches: int
    alerts: int
    cores: dict[str, float]


class Measured(msgspec.Struct, frozen=True):
    """Every run by system, in rounds; and the delays."""

    runs: dict[str, list[Run]]
    delays: Delays | None
    bytes_per_article: float
    skipped: list[str]


def measure(options: Options, note: Note) -> Measured:
    """Starts everything, measures, and ends what it started. Raises RuntimeError or TimeoutError where a system lost
    an article, ended, or did not finish.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # or what was started here would be left behind
    with machine.alone(note), tempfile.TemporaryDirectory(prefix="rasid-bench-") as folder:
        note("reading the seeds and starting Apache Kafka")
        node_options = {"log.message.timestamp.type": "LogAppendTime"}
        with KafkaNode(heap="1g", options=node_options) as node, Receiver() as receiver:
            return Bench(node, receiver, Path(folder), options, note).measure()


class Bench:
    """One node, one receiver, one backlog, and the systems that are run on them in turn."""

    def __init__(self, node: KafkaNode, receiver: Receiver, folder: Path, options: Options, note: Note) -> None:
        self._node, self._receiver, self._folder, self._options, self._note = node, receiver, folder, options, note
        self._numbers = itertools.count()
        self._reader = articles.analysis()
        gc.collect()
        gc.freeze()  # or the publisher would stand still while the collector walks the lexicon: 50 ms

    def measure(self) -> Measured:
        """All of it: systems take turns, so that a slow minute does not fall on one of them."""
        wanted = [system for system in SYSTEMS if self._options.wants(system.name)]
        chosen = [system for system in wanted if system.installed]
        runs: dict[str, list[Run]] = {system.name: [] for system in chosen}
        size = self._rounds(chosen, runs) if chosen else 0.0
        found = self._latency() if self._options.wants(LATENCY) else None
        return Measured(runs, found, size, [system.name for system in wanted if not system.installed])

    def _rounds(self, chosen: Sequence[System], runs: dict[str, list[Run]]) -> float:
        backlog = list(itertools.islice(self._articles(self._options.alert_every), self._options.count))
        self._prepare("", backlog)
        self._note("warming the broker up")
        self._throughput(FAUST, backlog)
        for number, system in itertools.product(range(self._options.repeat), chosen):
            run = self._throughput(system, backlog)
            runs[system.name].append(run)
            self._note(f"{system.name} {number + 1}/{self._options.repeat}: {run.articles_per_second:,.0f} articles/s, "
                       f"{run.micros:.0f} µs of CPU each, cores {run.cores}")  # fmt: skip
        return articles.size_bytes(backlog)

    def _articles(self, alert_every: int) -> Iterator[Article]:
        if self._options.articles:
            return articles.from_file(self._options.articles, self._reader)
        return articles.Press(self._reader, articles.SEED + alert_every).articles(alert_every)

    def _prepare(self, prefix: str, backlog: Sequence[Article]) -> None:
        """Topics as a worker makes them, the watches, and the backlog."""
        self._create(prefix)
        watches = [(watch.id.encode(), msgspec.json.encode(watch)) for watch in articles.watches()]
        asyncio.run(records.load(self._node.address, prefix + WATCHES, watches))
        if backlog:
            self._note(f"publishing {len(backlog):,} articles")
            pairs = ((each.key, each.value) for each in backlog)
            asyncio.run(records.load(self._node.address, prefix + ARTICLES, pairs))

    def _create(self, prefix: str = "") -> None:
        """`rasid topics create`."""
        self._receiver.write_table(self._folder / "receivers.toml")
        told = roster.worker_environment(self._node.address, "bench", self._folder, prefix)
        command = [sys.executable, "-m", "agents.cli", "topics", "create"]
        subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT), **told}, cwd=self._folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)  # fmt: skip

    @contextmanager
    def _empty_topics(self, system: System) -> Iterator[None]:
        """What a system writes, made for the run and removed after it."""
        if system.ends:
            self._create()
        else:
            self._node.create(system.out, partitions=PARTITIONS)
        self._receiver.forget()
        try:
            yield
        finally:
            self._node.delete(*(MADE if system.ends else (system.out,)))

    def _throughput(self, system: System, backlog: Sequence[Article]) -> Run:
        group = f"{system.name}-{next(self._numbers)}"
        told = system.environment(self._node.address, group, self._folder)
        with self._empty_topics(system):
            with Program(system.command, told, self._folder / f"{group}.log") as program:
                self._until(program, START_SECONDS, f"{system.name} to begin", lambda: self._size(system.out) > 0)
                began = self._cpu(program)
                self._finish(program, system, group, len(backlog))
                ended = self._cpu(program)
            return self._judged(system, backlog, program.began, (began, ended))

    def _cpu(self, program: Program) -> Cpu:
        return Cpu.now(system=program.pid, broker=self._node.pid, receiver=self._receiver.pid, harness=os.getpid())

    def _finish(self, program: Program, system: System, group: str, count: int) -> None:
        """Waits until all is written and each topic it reads is committed to its end."""
        self._until(program, RUN_SECONDS, f"{system.name} to finish", lambda: self._size(system.out) >= count)
        for topic in system.reads:
            done = functools.partial(self._done, group, topic)
            self._until(program, RUN_SECONDS, f"{system.name} to commit {topic!r}", done)

    def _done(self, group: str, topic: str) -> bool:
        return sum(self._node.committed(group, topic).values()) >= self._size(topic)

    def _size(self, topic: str) -> int:
        return sum(self._node.ends(topic).values())

    @staticmethod
    def _until(program: Program, seconds: float, what: str, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            program.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds:.0f} s for {what}; {program.last_words()}")
            time.sleep(LOOK_SECONDS)

    def _judged(self, system: System, backlog: Sequence[Article], started: float, cpu: tuple[Cpu, Cpu]) -> Run:
        """The figures of a run, once it is sure that nothing is missing."""
        stamps = {topic: self._read_back(topic) for topic in {system.out, *system.ends}}
        out = stamps[system.out]
        missing = {each.key for each in backlog} - out.keys
        if missing:
            raise RuntimeError(f"{system.name} lost {len(missing)} of {len(backlog)} articles")
        alerts = self._alerts(system, backlog, stamps) if system.ends else 0
        last = max(max(each.times, default=0) for each in stamps.values())
        began, ended = cpu
        return Run(
            round(records.rate(out.times, last), 1), round(records.rate(out.times, max(out.times)), 1),
            round((last - min(out.times)) / 1000, 2), round(min(out.times) / 1000 - started, 2),
            ended.micros(began, "system", len(backlog)), out.duplicates,
            len(stamps[MATCHES].times) if system.ends else 0, alerts, ended.since(began))  # fmt: skip

    def _read_back(self, topic: str) -> records.Stamps:
        return asyncio.run(records.read_back(self._node.address, topic, self._node.ends(topic)))

    def _alerts(self, system: System, backlog: Sequence[Article], stamps: dict[str, records.Stamps]) -> int:
        """How many alerts there were. Raises RuntimeError where matches are missing, or alerts that were to arrive."""
        wanted, found = sum(each.matches for each in backlog), len(stamps[MATCHES].times)
        if found < wanted:
            raise RuntimeError(f"{system.name} made {found} of {wanted} matches")
        alerts = len(stamps[ALERTS].times)
        arrived = len({each.alert_id for each in self._receiver.arrivals()}) if system.delivers else alerts
        if arrived < alerts:
            raise RuntimeError(f"{system.name} delivered {arrived} of {alerts} alerts")
        return alerts

    def _latency(self) -> Delays:
        """Delays of the whole path, on topics of their own."""
        prefix, options = "live.", self._options
        self._prepare(prefix, [])
        told = roster.worker_environment(self._node.address, "live", self._folder, prefix)
        self._note(f"{options.rate:g} articles/s for {options.seconds:g} s")
        self._receiver.forget()
        stream: Any = self._articles(options.live_alert_every)
        with Program(roster.OURS.command, told, self._folder / "live.log") as program:
            sent, late = asyncio.run(live(self._node.address, prefix + ARTICLES, stream, self._receiver, program,
                                          options.rate, options.seconds))  # fmt: skip
        return delays(sent, {each.uri: each.at_ns for each in self._receiver.arrivals()}, late)
