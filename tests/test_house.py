"""The house keeps its own rules: where things stand, what they are called, what is said about them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[1]
LAYOUT = {
    *("schemas", "rasid", "agents", "seeds", "tests", "bench", "deploy", "docs", ".ci"),
    *("pyproject.toml", "docker-compose.yml", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    *("requirements.txt", "requirements-bootstrap.txt", ".gitignore", ".gitattributes", ".pre-commit-config.yaml"),
}
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "types", "manager"}
# Spelt apart, so that this file passes its own test.
REGISTRY_HOSTS = re.compile(
    "|".join(["py" + r"pi\.org", "python" + r"hosted\.", "repo1" + r"\.maven", "npmjs" + r"\.org"])
)
LEFT_OPEN = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"]))
LONGEST = 400


def kept():
    """Every file that is, or is about to be, under version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=TREE, capture_output=True, check=True).stdout.decode().split("\0")
    return [Path(name) for name in names if name and (TREE / name).is_file()]


@pytest.fixture(scope="module")
def files():
    return kept()


@pytest.fixture(scope="module")
def modules(files):
    return [file for file in files if file.suffix == ".py"]


def read(file):
    return (TREE / file).read_text(encoding="utf-8", errors="replace")


def test_nothing_stands_at_the_top_that_the_layout_does_not_have(files):
    assert {file.parts[0] for file in files} <= LAYOUT


def test_nothing_that_is_made_is_kept(files):
    made = {"__pycache__", ".venv", "build", "dist"}
    assert [file for file in files if made & set(file.parts[:1]) or file.suffix in {".pyc", ".lock"}] == []


def test_no_module_has_a_name_that_says_nothing(modules):
    assert [module for module in modules if SAYS_NOTHING & {module.stem, *module.parent.parts}] == []


def test_every_module_says_its_job(modules):
    silent = [module for module in modules if read(module).strip() and not ast.get_docstring(ast.parse(read(module)))]
    assert silent == []


def test_no_module_holds_two_rooms(modules):
    assert [module for module in modules if read(module).count("\n") > LONGEST] == []


def test_nothing_is_left_open(modules):
    assert [module for module in modules if LEFT_OPEN.search(read(module))] == []


def test_no_file_names_a_registry_s_host(files):
    assert [file for file in files if REGISTRY_HOSTS.search(read(file))] == []


def test_every_folder_of_seeds_says_where_it_comes_from():
    folders = [folder for folder in (TREE / "seeds").iterdir() if folder.is_dir() and folder.name != "__pycache__"]
    assert folders
    assert [f.name for f in folders if not {"PROVENANCE.md", "README.md"} & {each.name for each in f.iterdir()}] == []


def test_the_licence_is_apache_2():
    assert read("LICENSE").split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert 'license = { text = "Apache-2.0" }' in read("pyproject.toml")


def test_every_dependency_has_its_line():
    asked = re.findall(r'^ +"([A-Za-z0-9_-]+)[>=<]', read("pyproject.toml"), re.MULTILINE)
    asked += re.findall(r'[\[ ]"([A-Za-z0-9_-]+)>=', read("pyproject.toml"))
    explained = read("docs/dependencies.md")
    assert len(asked) > 20
    assert sorted({name for name in asked if f"`{name}`" not in explained}) == []


def test_the_layers_hold():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    linted = subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=120, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr


NO_CONNECTIONS = """
import sys

def refuse(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        sys.exit(f"{event} {args}")

sys.addaudithook(refuse)
"""


def ran(code):
    command = [sys.executable, "-c", NO_CONNECTIONS + code]
    return subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=120, check=False)


def test_importing_the_core_opens_no_connection():
    """camel_tools fetches a catalogue when some of its modules are imported; a worker must never wait for that."""
    imported = ran("import rasid.text, rasid.lexicon, rasid.tag, rasid.watch, rasid.alert, rasid.deliver")
    assert imported.returncode == 0, imported.stderr


def test_a_connection_at_import_would_be_noticed():
    connected = ran("import socket; socket.create_connection(('127.0.0.1', 9))")
    assert "socket.getaddrinfo" in connected.stderr
