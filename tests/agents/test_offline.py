"""Nothing that Rasid imports touches the network: camel_tools would fetch a catalogue on some imports."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Loopback is no network, but an import needs no connection at all.
FORBID = """
import socket, sys
def forbidden(*_, **__):
    raise AssertionError("an import opened a connection")
socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = forbidden
import importlib
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def imported(home: Path, *modules: str) -> subprocess.CompletedProcess[str]:
    """A process that imports the modules in an empty home folder, without connections."""
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", FORBID, *modules], env=environment, capture_output=True, text=True, check=False
    )


def ours() -> list[str]:
    """Every module of ours, as the working tree has them."""
    files = [file for package in ("schemas", "rasid", "agents") for file in (ROOT / package).rglob("*.py")]
    names = [file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in files]
    return sorted(name.removesuffix(".__init__") for name in names if not name.endswith("__main__"))


def test_every_module_of_ours_imports_without_a_connection(tmp_path):
    done = imported(tmp_path, *ours())
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / ".camel_tools").exists()


def test_the_parts_of_camel_tools_we_build_on_import_without_a_connection(tmp_path):
    done = imported(tmp_path, "camel_tools.utils.normalize", "camel_tools.utils.dediac", "camel_tools.utils.charmap")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["camel_tools.data"])
def test_the_guard_sees_a_download(tmp_path, module):
    done = imported(tmp_path, module)
    assert done.returncode != 0
    assert "an import opened a connection" in done.stderr


def test_doctor_only_looks_at_folders(tmp_path):
    code = FORBID + (
        "from agents.cli import doctor\n"
        "print([doctor._camel_morphology().state, doctor._camel_entities().state])\n"
        "assert 'camel_tools.data' not in sys.modules\n"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "['off', 'off']"), done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("catalogue", [True, False])
def test_a_worker_told_to_use_a_recogniser_that_is_not_there_fetches_nothing(tmp_path, catalogue):
    if catalogue:
        (tmp_path / "catalogue.json").write_text("{}")
    code = FORBID + (
        "from agents import recogniser\n"
        "from rasid.errors import ConfigError\n"
        "try:\n    recogniser.opened()\n"
        "except ConfigError as error:\n    print(error)\n"
        "assert not {'camel_tools.data', 'camel_tools.ner', 'torch'} & set(sys.modules)\n"
    )
    environment = {**os.environ, "CAMELTOOLS_DATA": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "camel_data -i ner-arabert" in done.stdout
