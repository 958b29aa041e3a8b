"""What a measurement was taken on, and the lock that keeps two of them apart."""

import fcntl
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from bench import kafka_node

LOCK: Final = "BENCH_LOCK"  # an environment variable; no RASID_*, which would be a setting of the worker
LOCK_SECONDS: Final = 1200.0
PACKAGES: Final = ("faust-streaming", "aiokafka", "msgspec", "quixstreams", "confluent-kafka")


def described() -> dict[str, object]:
    """Processor, cores, memory in GB and system, as far as this machine tells."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
    }


def _first(path: str, name: str) -> str:
    """The value of the first line `name : value` of a file under /proc."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def versions() -> dict[str, str]:
    """What ran: Python, Apache Kafka and the packages, those that are installed."""
    found = {"python": platform.python_version(), "kafka": kafka_node.VERSION}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@contextmanager
def alone(note: Callable[[str], None]) -> Iterator[None]:
    """Holds the measurements' common lock for the block; raises TimeoutError when another holds it for too long."""
    path = Path(os.environ.get(LOCK) or Path(tempfile.gettempdir()) / "bench.lock")
    with path.open("a") as handle:
        deadline, told = time.monotonic() + LOCK_SECONDS, False
        while not _locked(handle.fileno()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{str(path)!r} was held by another measurement for {LOCK_SECONDS:.0f} s")
            if not told:
                note(f"waiting for another measurement, which holds {str(path)!r}")
                told = True
            time.sleep(0.5)
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
