"""Every example of docs/alerts.md works, and its tables name every reason."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import msgspec
import pytest

from agents.cli.main import rasid
from rasid.alert.routes import read
from rasid.alert.words import MEANING
from schemas.alert import Reason
from schemas.watch import Watch

TEXT = (Path(__file__).parents[2] / "docs/alerts.md").read_text("utf-8")
TOML = [tomllib.loads(part) for part in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)]
COMMANDS = re.findall(r"^rasid (.+?)(?:\s+#.*)?$", TEXT, re.MULTILINE)


def test_the_routes_are_read():
    (document,) = [each for each in TOML if "route" in each]
    care = read(document, [each["name"] for each in document["receiver"]])
    assert len(list(care.route.every())) == 3
    assert (len(care.rules), list(care.times)) == (1, ["night"])


def test_the_watch_is_one():
    (document,) = [each for each in TOML if "watch" in each]
    (watch,) = msgspec.convert(document["watch"], list[Watch])
    assert watch.spike.floor == 5


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_understood(command):
    """Parsed as far as its arguments and options go; what it then does is tested elsewhere."""
    words, group = shlex.split(command), rasid
    context = click.Context(rasid)
    while isinstance(group, click.Group):
        group = group.get_command(context, words.pop(0))
    assert group.make_context("rasid", words, resilient_parsing=False) is not None


def test_there_are_commands():
    assert len(COMMANDS) >= 9


def test_every_reason_has_a_meaning_and_a_row():
    assert set(MEANING) == set(Reason)
    named = {name for row in re.findall(r"^\| (`.*?) \|", TEXT, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert {str(reason) for reason in Reason} <= named
