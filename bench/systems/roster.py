"""What can be measured: how each program is started, what it reads and writes, and what it commits in the end."""

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.kafka_node import free_port

ARTICLES: Final = "articles"
TAGGED, MATCHES, STORIES, ALERTS, DELIVERIES = "articles.tagged", "matches", "stories", "alerts", "deliveries"
WATCHES, DEAD_LETTERS = "watches", "dead-letters"
MADE: Final = (TAGGED, MATCHES, STORIES, ALERTS, DELIVERIES)  # of Rasid's topics, what a run fills
PASSED: Final = "passed"  # the bare pass-through's own output


@dataclass(frozen=True)
class System:
    """One program. `out` gets a record an article; `reads` are the topics it commits, in the order in which they end.

    The run is over with the last record on any of `ends`. `delivers`: its alerts come to the receiver.
    """

    name: str
    arguments: tuple[str, ...]
    out: str
    reads: tuple[str, ...] = (ARTICLES,)
    ends: tuple[str, ...] = ()
    delivers: bool = False
    more: tuple[str, ...] = field(default=())
    needs: str = "faust"

    @property
    def command(self) -> list[str]:
        """How it is started."""
        return [sys.executable, "-m", *self.arguments]

    @property
    def installed(self) -> bool:
        """Whether its library is."""
        return importlib.util.find_spec(self.needs) is not None

    def environment(self, address: str, group: str, scratch: Path) -> Mapping[str, str]:
        """What it is told."""
        if self.delivers:
            return worker_environment(address, group, scratch)
        return {"BENCH_BROKER": address, "BENCH_GROUP": group, "BENCH_IN": ARTICLES, "BENCH_OUT": self.out,
                "BENCH_SCRATCH": str(scratch), "BENCH_MORE": ",".join(self.more)}  # fmt: skip


def worker_environment(address: str, group: str, scratch: Path, prefix: str = "") -> Mapping[str, str]:
    """Settings of `rasid worker`; its receivers file lies in `scratch`."""
    return {"RASID_BOOTSTRAP_SERVERS": address, "RASID_GROUP": group, "RASID_TOPIC_PREFIX": prefix,
            "RASID_RECEIVERS": str(scratch / "receivers.toml"), "RASID_WEB_PORT": str(free_port())}  # fmt: skip


OURS: Final = System("ours", ("agents.cli", "worker"), TAGGED, (ARTICLES, MATCHES, ALERTS), MADE, delivers=True)
FAUST: Final = System("faust", ("bench.systems.faust_pass", "worker", "-l", "info", "--without-web"), PASSED)
QUIX_ENDS: Final = (TAGGED, MATCHES, STORIES, ALERTS)
QUIX: Final = System("quix", ("bench.systems.quix_analysis",), TAGGED, (ARTICLES, MATCHES), QUIX_ENDS,
                     more=QUIX_ENDS[1:], needs="quixstreams")  # fmt: skip
SYSTEMS: Final = (OURS, FAUST, QUIX)
