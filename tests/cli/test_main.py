"""The command as a whole: help, exit codes, and that it starts quickly."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from agents.cli.main import COMMANDS, INSTALL, LazyGroup, rasid, run
from rasid.errors import ConfigError, QueryError

ROOT = Path(__file__).parents[2]


def every_command() -> list[tuple[str, ...]]:
    """The words of each command that exists, and of each group."""
    found: list[tuple[str, ...]] = []

    def walk(words: tuple[str, ...], command: click.Command) -> None:
        found.append(words)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                walk((*words, name), command.get_command(context, name))

    walk((), rasid)
    return found


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_each_command_explains_itself(words, capsys):
    assert run([*words, "--help"]) == 0
    out = capsys.readouterr().out
    assert "Usage: rasid" in out


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_each_command_shows_an_example(words, capsys):
    run([*words, "--help"])
    assert f"rasid {' '.join(words)}" in capsys.readouterr().out.partition("Example")[2]


def test_what_is_listed_exists_and_what_exists_is_listed():
    modules = {entry.module for entry in COMMANDS.values()}
    listed = [COMMANDS[name].module for name in rasid.list_commands(click.Context(rasid))]
    assert all(importlib.util.find_spec(module) for module in listed)
    assert set(listed) <= modules


def test_help_imports_no_subcommand():
    code = (
        "import sys; from agents.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'kafka', 'faust', 'aiokafka', 'aiohttp', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["nonsense"], 2), (["topics", "nonsense"], 2), (["--bidi", "no", "doctor"], 2), (["-h"], 0)],
)
def test_exit_codes_of_wrong_use(arguments, code, capsys):
    assert run(arguments) == code
    capsys.readouterr()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ConfigError("x is not allowed: y"), 2, "rasid: x is not allowed: y"),
        (QueryError("expected a word", 4), 2, "rasid: column 5: expected a word"),
        (KeyboardInterrupt(), 130, "rasid: interrupted"),
        (
            ModuleNotFoundError("no", name="faust.types"),
            2,
            f"rasid: a package that Rasid needs is not installed: faust.types: {INSTALL}",
        ),
    ],
)
def test_errors_are_a_line_and_an_exit_code(monkeypatch, capsys, error, code, said):
    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setitem(rasid.commands, "failing", failing)
    monkeypatch.setattr(LazyGroup, "get_command", lambda group, _context, name: group.commands.get(name))
    assert run(["failing"]) == code
    assert capsys.readouterr().err.strip() == said


def test_a_module_of_ours_that_is_missing_is_a_fault_of_ours(monkeypatch):
    @click.command()
    def failing() -> None:
        raise ModuleNotFoundError("no", name="agents.absent")

    monkeypatch.setattr(LazyGroup, "get_command", lambda *_: failing)
    with pytest.raises(ModuleNotFoundError):
        run(["failing"])


def test_python_m_agents_cli_is_rasid_too():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RASID_")}
    done = subprocess.run(
        [sys.executable, "-m", "agents.cli", "topics", "check"], cwd=ROOT, env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("rasid: no broker is configured: set RASID_BOOTSTRAP_SERVERS")


@pytest.mark.parametrize("command", [
    "--help", "grep --help", "doctor", "doctor --json", "explain هدنة", "explain --json هدنة",
    "tag seeds/articles/1_dawn.jsonl", "tag --json seeds/articles/1_dawn.jsonl",
])  # fmt: skip
def test_a_reader_that_has_had_enough_is_no_error(command):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "agents.cli", *command.split()], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE,
        text=True, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_command_that_fails_still_fails_where_somebody_reads():
    done = subprocess.run(
        [sys.executable, "-m", "agents.cli", "grep", "شمبليطة", "seeds/articles/1_dawn.jsonl"], cwd=ROOT,
        stdout=subprocess.PIPE, check=False,
    )  # fmt: skip
    assert done.returncode == 1
