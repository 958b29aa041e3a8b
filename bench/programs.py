"""Programs under measurement: one process each, watched, ended by their own process id; and the CPU they use."""

import os
import signal
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

ROOT: Final = Path(__file__).resolve().parents[1]  # the tree that is measured is the one this file is in
TICKS: Final = os.sysconf("SC_CLK_TCK")
STOP_SECONDS: Final = 30.0


class Program:
    """A process for the block, with its output in the file `log`."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._command, self._log = list(command), log
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **environment}

    def __enter__(self) -> Self:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(self._command, cwd=self._log.parent, env=self._environment,
                                             stdout=output, stderr=output, start_new_session=True)  # fmt: skip
        self.began = time.time()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(10)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def check(self) -> None:
        """Raises RuntimeError with the log's end when it has ended."""
        code = self._process.poll()
        if code is not None:
            raise RuntimeError(f"{self._command[2]} ended with {code}; {self.last_words()}")

    def last_words(self) -> str:
        """The end of its log."""
        return f"its log ends with:\n{self._log.read_text(errors='replace')[-2000:]}"


@dataclass(frozen=True)
class Cpu:
    """CPU seconds so far of named processes with their children, and of the whole machine as `all`.

    A hypervisor's share is in `all`.
    """

    at: float
    spent: Mapping[str, float]

    @classmethod
    def now(cls, **pids: int) -> Self:
        """As Linux counts them."""
        others = {pid for pid in pids.values() if pid != os.getpid()}
        spent = {name: _process_seconds(pid, others - {pid}) for name, pid in pids.items()}
        user, nice, system, _idle, _wait, irq, soft, steal, *_ = map(int, Path("/proc/stat").read_text().split()[1:11])
        return cls(time.monotonic(), {**spent, "all": (user + nice + system + irq + soft + steal) / TICKS})

    def since(self, other: Self) -> dict[str, float]:
        """Cores used on average between two samples; `other` is what was none of the named processes."""
        seconds = max(self.at - other.at, 1e-3)
        cores = {name: (value - other.spent[name]) / seconds for name, value in self.spent.items()}
        everything = cores.pop("all")
        return {name: round(value, 2) for name, value in {**cores, "other": everything - sum(cores.values())}.items()}

    def micros(self, other: Self, name: str, count: int) -> float:
        """CPU microseconds that a process spent for each of `count` articles between two samples."""
        return round((self.spent[name] - other.spent[name]) / count * 1e6, 1)


def _process_seconds(pid: int, without: Collection[int]) -> float:
    """Of a process and all that it has started, but for those `without`; one that has ended counts nothing."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = [each for task in Path(f"/proc/{pid}/task").iterdir() for each in _children(task)]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    started = sum([_process_seconds(each, without) for each in children if each not in without])
    return (int(fields[11]) + int(fields[12])) / TICKS + started


def _children(task: Path) -> list[int]:
    return [int(each) for each in (task / "children").read_text().split()]
