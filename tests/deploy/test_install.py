"""`make install` and what it leans on, and the wheel that the image is made of."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest

MADE_FROM = ["Makefile", "pyproject.toml", "requirements.txt", "requirements-bootstrap.txt", "deploy/install.sh"]


def run(*command, cwd, **environment):
    environment = {**os.environ, **environment}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def installed(tmp_path, tree):
    """What make looks at, in a folder of its own, with a .venv that was just made."""
    for name in MADE_FROM:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(tree / name, tmp_path / name)
        os.utime(tmp_path / name, (1, 1))
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/.installed").touch()
    return tmp_path


def test_make_alone_lists_every_target(tree):
    targets = re.search(r"^\.PHONY: (.*)$", (tree / "Makefile").read_text(), re.MULTILINE)[1].split()
    listed = run("make", "--no-print-directory", cwd=tree).stdout
    assert re.findall(r"^  make (\w+)", listed, re.MULTILINE) == targets


def test_a_second_install_does_nothing(installed):
    assert run("make", "--question", "install", cwd=installed).returncode == 0


@pytest.mark.parametrize("name", MADE_FROM[1:])
def test_install_runs_again_when_what_it_is_made_from_changes(installed, name):
    os.utime(installed / name)
    os.utime(installed / ".venv/.installed", (2, 2))
    assert run("make", "--question", "install", cwd=installed).returncode == 1


def test_without_a_fitting_python_install_says_which_to_get(installed):
    refused = run("/bin/sh", "deploy/install.sh", ".venv", cwd=installed, PATH=str(installed), PYTHON="")
    assert refused.returncode == 2
    assert "no Python 3.11 or 3.12" in refused.stderr
    assert "make install PYTHON=" in refused.stderr


def test_everything_pinned_can_be_had_without_naming_an_index(tree):
    for name in ("requirements.txt", "requirements-bootstrap.txt", "deploy/requirements-image.txt"):
        text = (tree / name).read_text()
        assert "://" not in text
        assert not re.search(r"^-", text, re.MULTILINE)
        assert all("--hash=sha256:" in each for each in re.split(r"\n(?=\S)", text.strip()))


@pytest.mark.parametrize(
    ("pins", "extras"),
    [("requirements.txt", ["embedded", "morphology", "dev"]), ("deploy/requirements-image.txt", ["morphology"])],
)
def test_everything_asked_for_is_pinned(tree, pins, extras):
    project = tomllib.loads((tree / "pyproject.toml").read_text())["project"]
    asked = project["dependencies"] + [each for extra in extras for each in project["optional-dependencies"][extra]]
    names = {re.match(r"[\w-]+", each)[0].replace("_", "-") for each in asked}
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (tree / pins).read_text(), re.MULTILINE))
    assert names - pinned == set(), "run: make requirements"


def test_the_wheel_has_every_module_and_seed(tree, tmp_path):
    """Built of a copy, as building leaves files in the tree."""
    pytest.importorskip("setuptools", minversion="70.1", reason="make install brought pip's way, without setuptools")
    packages = ("schemas", "rasid", "agents", "seeds", "bench")
    unwanted = shutil.ignore_patterns("__pycache__")
    for package in packages:
        shutil.copytree(tree / package, tmp_path / package, ignore=unwanted)
    shutil.copy(tree / "pyproject.toml", tmp_path)
    (tmp_path / "README.md").touch()
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index", "."]
    built = run(*build, "--wheel-dir", "wheels", cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    [wheel] = (tmp_path / "wheels").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    ours = {
        str(file.relative_to(tmp_path)) for name in packages for file in (tmp_path / name).rglob("*") if file.is_file()
    }
    assert ours - held == set()
