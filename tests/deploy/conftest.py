"""What the tests of deploy/ look at: the tree, its files read, Prometheus's programs."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

TREE = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tree():
    return TREE


@pytest.fixture(scope="session")
def compose():
    return yaml.safe_load((TREE / "docker-compose.yml").read_text())


@pytest.fixture(scope="session")
def panels():
    dashboard = json.loads((TREE / "deploy/grafana/dashboards/rasid.json").read_text())
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


@pytest.fixture(scope="session")
def rules():
    groups = yaml.safe_load((TREE / "deploy/prometheus/rules/rasid.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="session")
def promtool():
    """Runs promtool with these arguments and returns what it did."""
    program = found("promtool")
    return lambda *arguments: subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


def found(program):
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"needs {program}: apt-get install prometheus")
    return path
