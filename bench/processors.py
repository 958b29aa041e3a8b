"""How the whole way grows with processors, measured on a machine that has few: each gets a share of one.

`python -m bench.processors --analysts 3 --share 0.3` gives the worker's loop, each analysis process and half of the
broker no more than 0.3 of a processor (the scheduler's quota by control groups, version 1, so as root): six slow
processors in place of two. The bare pass-through, one process, has the same share for itself. Only the ratio of the two
says something.
"""

import argparse
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from bench.pipeline import Options, measure

ROOT: Final = Path("/sys/fs/cgroup/cpu")
PERIOD_US: Final = 20_000
BROKER_PROCESSORS: Final = 2
LOOK_SECONDS: Final = 0.1
SINGLE: Final = ("agents.cli worker", "faust_pass")  # programs of one process
ANALYST: Final = "analyst_process"


class Shares:
    """Puts processes into groups as they appear, until the program ends."""

    def __init__(self, share: float, analysts: int) -> None:
        self._broker = _group("broker", share * BROKER_PROCESSORS)
        self._single = _group("single", share)
        self._analysts = [_group(f"analyst{number}", share) for number in range(analysts)]
        self._placed: set[int] = set()

    def watch(self) -> None:
        """Looks again and again."""
        while True:
            self._look(_processes())
            time.sleep(LOOK_SECONDS)

    def _look(self, running: dict[int, tuple[str, int]]) -> None:
        for pid, (command, _) in running.items():
            if "kafka.Kafka" in command:
                self._put(pid, self._broker)
            elif any(each in command for each in SINGLE):
                self._put(pid, self._single)
        analysts = {pid: parent for pid, (command, parent) in running.items() if ANALYST in command}
        forked = sorted(pid for pid, parent in analysts.items() if parent in analysts)
        for pid in analysts.keys() - set(forked):  # it loads the lexicon, which is not what is measured
            self._put(pid, ROOT)
        for pid, group in zip(forked, self._analysts, strict=False):
            self._put(pid, group)

    def _put(self, pid: int, group: Path) -> None:
        if pid in self._placed and group != ROOT:  # what is to load was the worker's until it began
            return
        with suppress(ProcessLookupError):
            (group / "cgroup.procs").write_text(str(pid))
            self._placed.add(pid)


def _group(name: str, processors: float) -> Path:
    group = ROOT / f"rasid-{name}"
    group.mkdir(exist_ok=True)
    (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
    (group / "cpu.cfs_quota_us").write_text(str(int(PERIOD_US * processors)))
    return group


def _processes() -> dict[int, tuple[str, int]]:
    """Command line and parent of all that run, by process id."""
    found = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                command = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                found[int(each.name)] = command, int((each / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # it has ended meanwhile
                continue
    return found


def main() -> None:
    """Measures, and prints each run and the ratios."""
    parser = argparse.ArgumentParser(prog="python -m bench.processors", description=__doc__.partition("\n")[0])
    parser.add_argument("--analysts", type=int, default=3, help="analysis processes (3)")
    parser.add_argument("--share", type=float, default=0.3, help="of a processor, for each (0.3)")
    parser.add_argument("--count", type=int, default=8000, help="articles (8000)")
    parser.add_argument("--repeat", type=int, default=2, help="rounds (2)")
    asked = parser.parse_args()
    if not os.access(ROOT / "cgroup.procs", os.W_OK):
        sys.exit(f"bench.processors needs to write below {str(ROOT)!r}: control groups of version 1, and root")
    os.environ["RASID_ANALYSIS_PROCESSES"] = str(asked.analysts)
    threading.Thread(target=Shares(asked.share, asked.analysts).watch, daemon=True).start()
    options = Options(count=asked.count, repeat=asked.repeat, only=("ours", "faust"))
    runs = measure(options, print).runs
    for ours, bare in zip(runs["ours"], runs["faust"], strict=True):
        print(f"ratio {ours.articles_per_second / bare.articles_per_second:.2f}")


if __name__ == "__main__":
    main()
