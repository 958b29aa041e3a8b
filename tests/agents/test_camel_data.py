"""What camel-tools has on disk: looked for without a trace, in homes that are empty, read-only or none."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from agents import camel_data
from tests.lexicon.calima_database import CATALOGUE, install

ROOT = Path(__file__).parents[2]
IMPORT = """
from agents import camel_data
with camel_data.without_trace():
    import camel_tools.data
print(len(camel_tools.data.CATALOGUE.packages))
"""


def run(*arguments, **environment):
    changed = {**os.environ, "PYTHONPATH": str(ROOT), **{name: str(value) for name, value in environment.items()}}
    return subprocess.run([sys.executable, *arguments], env=changed, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("home", ["empty", "unwritable"])
def test_doctor_only_looks_whatever_the_home(tmp_path, home):
    place = tmp_path if home == "empty" else Path("/dev/null/none")
    done = run("-m", "agents.cli", "doctor", HOME=place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("home", ["empty", "unwritable"])
def test_camel_tools_is_imported_without_a_trace(tmp_path, home):
    data, place = tmp_path / "data", tmp_path / "home" if home == "empty" else Path("/dev/null/none")
    install(data)
    done = run("-c", IMPORT, HOME=place, CAMELTOOLS_DATA=data)
    assert (done.returncode, done.stdout.strip()) == (0, str(len(CATALOGUE["packages"]))), done.stderr
    assert not (tmp_path / "home").exists()


def test_the_environment_is_as_before_afterwards(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CAMELTOOLS_DATA", raising=False)
    before = dict(os.environ)
    with camel_data.without_trace():
        assert os.environ["CAMELTOOLS_DATA"] == str(tmp_path / ".camel_tools")
        assert not Path.home().is_relative_to(tmp_path)
        home = Path.home()
    assert dict(os.environ) == before
    assert not home.exists()


def test_a_user_without_a_home_has_nothing_installed(monkeypatch):
    def unknown(uid):
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)  # as in a container that is run as any number
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("CAMELTOOLS_DATA", raising=False)
    assert not camel_data.has_morphology()


@pytest.mark.parametrize("missing", [camel_data.CATALOGUE, camel_data.MORPHOLOGY])
def test_without_a_catalogue_or_the_database_it_is_not_installed(tmp_path, monkeypatch, missing):
    monkeypatch.setenv("CAMELTOOLS_DATA", str(tmp_path))
    install(tmp_path)
    assert camel_data.has_morphology()
    (tmp_path / missing).unlink()
    assert not camel_data.has_morphology()
