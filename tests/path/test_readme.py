"""README's commands, one after the other as a new user types them, in a home that is empty."""

import asyncio
import os
import re
import subprocess
from pathlib import Path

import pytest

from bench.kafka_node import free_port
from tests.kafka.conftest import Program
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.timeout(600)
TREE = Path(__file__).parents[2]
BLOCKS = [
    [line.partition(" #")[0].strip() for line in block.splitlines()]
    for block in re.findall(r"^```sh\n(.*?)^```", (TREE / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
]
NO = {"rasid dead-letters list"}  # answers no, 1, as long as there are none
ACTIVATE = "source .venv/bin/activate"


def typed(line, environment):
    """A line in a shell in which what README says once was said."""
    return subprocess.run(
        ["bash", "-c", f"{ACTIVATE} && {line}"], cwd=TREE, env=environment, capture_output=True, text=True,
        timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip


@pytest.fixture
def environment(tmp_path):
    """As a new user's, but for the port: others may have theirs on this machine."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(tmp_path / "home"), "PYTHONPATH": "", "RASID_WEB_PORT": str(free_port())}


def test_the_blocks_are_those_that_are_run_here():
    assert BLOCKS[:3] == [["make demo"], ["make test"], ["make install", ACTIVATE, "rasid up"]]
    assert BLOCKS[3][0] == ACTIVATE
    assert len(BLOCKS) == 5


async def test_each_line_does_what_it_says(environment, tmp_path):
    (tmp_path / "home").mkdir()
    up = Program(["bash", "-c", f"cd {TREE} && {ACTIVATE} && exec rasid up"], environment, tmp_path / "up.log")
    try:
        await asyncio.to_thread(up.wait_for, "in another terminal: export RASID_BOOTSTRAP_SERVERS=")
        environment["RASID_BOOTSTRAP_SERVERS"] = re.search(r"RASID_BOOTSTRAP_SERVERS=(\S+)", up.log())[1]
        lines = [line for line in BLOCKS[3] + BLOCKS[4] if line.startswith("rasid ")]
        for line in lines:
            done = await asyncio.to_thread(typed, line, environment)
            assert done.returncode == (line in NO), (line, done.stdout, done.stderr)
    finally:
        up.terminate()
    assert list((tmp_path / "home").iterdir()) == []
