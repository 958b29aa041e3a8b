"""The measurement itself, on a small backlog: every system comes through whole, and delays are told."""

import json
import subprocess
import sys

import pytest

from bench import kafka_node
from bench.programs import ROOT


@pytest.mark.kafka
def test_pipeline_is_measured_on_a_small_backlog(tmp_path):
    if lacking := kafka_node.missing():
        pytest.skip(lacking)
    command = [sys.executable, "-m", "agents.cli", "bench", "pipeline", "--json", "--count", "1000", "--repeat", "1",
               "--rate", "50", "--seconds", "4", "--only", "ours", "--only", "faust", "--only", "latency"]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["articles_per_second"] > 0
    assert found["ratio"] == pytest.approx(
        found["articles_per_second"] / found["systems"]["faust"]["articles_per_second"], abs=0.001
    )
    assert 0 < found["p50_ms"] <= found["p99_ms"]
    assert found["latency"]["missing"] == 0
    (ours,) = found["systems"]["ours"]["runs"]
    assert ours["matches"] == ours["alerts"] == 50
    assert ours["duplicates"] == 0
