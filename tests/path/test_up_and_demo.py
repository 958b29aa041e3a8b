"""`rasid up` and `rasid demo` as processes of their own: all of the service on one machine, with nothing set up before."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from agents import kafka, topics, watch_change, watch_store
from agents.sending import Outgoing
from agents.settings import Settings
from bench.kafka_node import free_port
from schemas.watch import Watch
from tests.collector import SECRET, Collector, until
from tests.kafka.conftest import Program
from tests.path.conftest import article
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.timeout(600)
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("RASID_")}


def children(pid: int) -> dict[int, str]:
    """The processes that a process has started, with their command lines."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_text().replace("\0", " ").strip()
        except (OSError, ValueError):
            continue
        if parent == pid and command:
            found[int(entry.name)] = command
    return found


@pytest.fixture
def up(tmp_path):
    """`up(**settings)`: `rasid up` with an embedded broker, ended after the test."""
    programs = []

    def start(**settings):
        named = {f"RASID_{name.upper()}": str(value) for name, value in settings.items()}
        programs.append(Program([sys.executable, "-m", "agents.cli", "up"], named, tmp_path / "up.log"))
        programs[-1].wait_for("in another terminal: export RASID_BOOTSTRAP_SERVERS=")
        return programs[-1]

    yield start
    for program in programs:
        if program.alive():
            program.terminate()


def publish(settings, number):
    """An article of a story of its own."""
    with kafka.Publisher(settings) as publisher:
        key, value = article(number, random.Random(number), "بدأت المحادثات «الثلاثية» صباحا")
        publisher.send(Outgoing(topics.ARTICLES.name(settings), key, value))


async def test_up_starts_a_worker_that_was_killed_again_and_ends_with_it(up, tmp_path):
    file = tmp_path / "receivers.toml"
    async with Collector() as desk:
        file.write_text(
            f'[[receiver]]\nname = "default"\nurl = "{desk.url}"\nallow_private = true\nsecrets = ["{SECRET}"]\n'
        )
        program = await asyncio.to_thread(up, receivers=file, web_port=free_port())
        address = re.findall(r"RASID_BOOTSTRAP_SERVERS=(\S+)", program.log())[0]
        settings = Settings(bootstrap_servers=address)
        await asyncio.to_thread(program.wait_for, "ready: group")
        watch_store.write(settings, [Watch("talks", "محادثات ثلاثية", revision=1)])
        await asyncio.to_thread(watch_change.wait, settings, 1, PATIENCE_SECONDS, bool)
        publish(settings, 1)
        await desk.wait(1)

        (worker,) = [pid for pid, command in children(program.process.pid).items() if command.endswith("worker")]
        os.kill(worker, signal.SIGKILL)
        publish(settings, 2)
        await desk.wait(2)
        assert "the worker ended with -9 and is started again in 1 s" in program.log()
        started = children(program.process.pid)
        assert worker not in started
        assert await asyncio.to_thread(program.terminate) == 0
    assert not any(each.fault for each in desk.received)
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


def test_up_ends_where_starting_the_worker_again_would_mend_nothing(tmp_path):
    wrong = tmp_path / "receivers.toml"
    wrong.write_text('[[receiver]]\nname = "desk"\n')
    done = subprocess.run(
        [sys.executable, "-m", "agents.cli", "up"], env={**CLEAN, "RASID_RECEIVERS": str(wrong), "RASID_WEB_PORT": "0"},
        capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "receiver 1 'desk'" in done.stderr


def test_demo_shows_verified_alerts_and_ends_by_itself_where_nobody_looks():
    done = subprocess.run(
        [sys.executable, "-m", "agents.cli", "demo"], env=CLEAN, capture_output=True, text=True, check=False,
        timeout=2 * PATIENCE_SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "in memory only" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert re.search(r"المحادثات|محادثات", done.stdout)
