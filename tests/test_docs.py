"""What the documents name is there: settings, files, commands with their options, and names of Python."""

import importlib
import importlib.util
import re
import shlex
from pathlib import Path

import click
import pytest

from agents.cli.main import rasid
from agents.settings import PREFIX, Settings

TREE = Path(__file__).resolve().parents[1]
PAGES = sorted([*TREE.glob("*.md"), *(TREE / "docs").glob("*.md")])
FOLDERS = ("agents", "bench", "deploy", "docs", "rasid", "schemas", "seeds", "tests", ".ci")
# Read by programs beside the service, each by the file that reads it.
OTHERS = {"RASID_CONFIG": "agents/settings.py", "RASID_RECEIVERS_FILE": "docker-compose.yml",
          "RASID_KAFKA_CACHE": "bench/kafka_node.py",
          "RASID_LUCENE_CACHE": "bench/peers/lucene_monitor.py"}  # fmt: skip
BLOCK = r"^```\w*\n(.*?)^```|((?:^ {4}\S.*\n)+)"


def found(pattern):
    """Everything in the documents that the pattern's group is of, each once, with the page that has it."""
    places = {}
    for page in PAGES:
        for each in re.findall(pattern, page.read_text("utf-8"), re.MULTILINE):
            places.setdefault(each.strip(), page.name)
    return sorted(places.items())


def code():
    """Spans and blocks of code, a line each."""
    yield from found(r"`([^`\n]+)`")
    for page in PAGES:
        for block in re.findall(BLOCK, page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            yield from ((line.strip(), page.name) for line in "".join(block).splitlines())


def is_there(name, page):
    return any(list(base.glob(name.rstrip("/"))) for base in (TREE, page.parent))


@pytest.mark.parametrize(("name", "page"), found(rf"\b({PREFIX}[A-Z_]+\b(?!\*))"))
def test_a_setting_that_is_named_exists(name, page):
    if name in OTHERS:
        assert name in (TREE / OTHERS[name]).read_text("utf-8")
    elif name.endswith("_"):  # RASID_SASL_*
        assert any((PREFIX + field.upper()).startswith(name) for field in Settings.model_fields), page
    else:
        assert name.removeprefix(PREFIX).lower() in Settings.model_fields, page


def test_a_setting_has_its_line():
    named = {name for name, _ in found(rf"\b({PREFIX}[A-Z_]+)\b")}
    assert {PREFIX + field.upper() for field in Settings.model_fields} <= named


def test_what_rasid_stands_on_has_one_line_each():
    lines = re.findall(r"^\| (`[^|]+`) \|", (TREE / "docs" / "dependencies.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(lines) == sorted(set(lines))


PATHS = rf"((?:{'|'.join(map(re.escape, FOLDERS))})/[\w./*{{}},-]*[\w/*}}])"


@pytest.mark.parametrize(("name", "page"), found(rf"(?<![\w/.-]){PATHS}"))
def test_a_file_that_is_named_exists(name, page):
    assert is_there(name, TREE / "docs" / page), page


@pytest.mark.parametrize(("target", "page"), found(r"\]\((?!https?:)([^)#\s]+)"))
def test_a_link_leads_somewhere(target, page):
    base = TREE if (TREE / page).is_file() else TREE / "docs"
    assert (base / target).exists(), page


def commands():
    for line, page in code():
        for typed in re.findall(r"(?:^|[|;&$] ?|\w+=\S+ )(rasid [a-z-].*)", line):
            yield re.split(r" (?:#|&&|\||>)( |$)|  +", typed)[0], page


@pytest.mark.parametrize(("line", "page"), sorted(set(commands())))
def test_a_command_that_is_named_exists_with_its_options(line, page):
    command, rest = rasid, shlex.split(line.replace("…", "").replace("..", ""))[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        for each in name.split("|"):
            assert command.get_command(click.Context(command), each) is not None, (page, each)
        command = command.get_command(click.Context(command), name.split("|")[0])
    if isinstance(command, click.Group) and "…" in line:
        return  # of several commands
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    asked = {each.partition("=")[0] for each in rest if re.match(r"--?[a-z]", each)}
    assert asked <= options | {"--help"}, page


EVENTS = r"(?!rasid\.alert\.(?:fired|updated|resolved))"  # types of CloudEvents
PACKAGES = "(?:rasid|agents|schemas|bench|tests)"


@pytest.mark.parametrize(("name", "page"), found(rf"python -m ({PACKAGES}[\w.]+)"))
def test_a_program_that_is_named_exists(name, page):
    assert importlib.util.find_spec(name), page


@pytest.mark.parametrize(("name", "page"), found(r"(?<![\w/*-])([a-z_]+\.py)\b"))
def test_a_module_that_is_named_exists(name, page):
    assert any(next((TREE / folder).rglob(name), None) for folder in FOLDERS), page


@pytest.mark.parametrize(("target", "page"), found(r"`(?:\w+=\S+ )*make ([a-z]+)"))
def test_a_target_of_make_exists(target, page):
    assert re.search(rf"^{target}:", (TREE / "Makefile").read_text("utf-8"), re.MULTILINE), page


@pytest.mark.parametrize(("name", "page"), found(rf"`({EVENTS}{PACKAGES}(?:\.[A-Za-z_]\w*)+)`"))
def test_a_name_of_python_exists(name, page):
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found_ = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found_ = getattr(found_, part)
        return
    pytest.fail(f"{page}: no {name}")
