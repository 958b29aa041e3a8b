"""docs/receivers.md: each receivers file in it is read, each command runs, and its figures are the code's."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents import receivers
from agents.cli.main import rasid
from agents.lanes import UNPARKED
from agents.receivers_file import LOOK_SECONDS
from rasid.deliver import breaker, schedule, template, wording
from rasid.deliver.example import example
from tests.deliver.alerts import AT, alert
from tests.deliver.test_wording import plain

PAGE = (Path(__file__).parents[2] / "docs" / "receivers.md").read_text(encoding="utf-8")
FILES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^(rasid [^#\n]*)", PAGE, re.MULTILINE)


@pytest.mark.parametrize("text", FILES, ids=lambda text: re.findall(r'name = "(\w+)"', text)[0])
def test_each_receivers_file_is_read(text):
    (receiver,) = receivers.read(text, "docs/receivers.md").values()
    for given in (alert(), example("alert_1", AT)):
        title, text = receiver.wording.title(given), receiver.wording.text(given)
        assert not title[1]
        assert not text[1]


def test_they_stand_together_in_one_file():
    known = receivers.read("\n".join(FILES), "docs/receivers.md")
    assert [each.type for each in known.values()] == ["webhook", "alertmanager", "apprise", "webhook", "apprise"]
    assert known["desk"].schedule == schedule.Schedule()
    assert known["desk"].timeout_seconds == 10
    assert known["alertmanager"].target.url == "https://alerts.example.org/api/v2/alerts"


def test_the_pager_s_words():
    pager = receivers.read(FILES[-1], "f")["pager"].wording
    assert pager.title(alert())[0] == "WARNING ضمانات أمنية"
    assert pager.text(alert())[0].splitlines()[1:] == [
        "1. قال المتحدث إن الطرفين تمسكا بالضمانات الأمنية في الجولة المقبلة",
        "2. قال المتحدث إن الطرفين تمسكا الضمانات الأمنية في الجولة المقبلة",
        "https://news.example/a",
    ]


def test_the_arabic_text_is_what_a_service_gets():
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert plain(f"{wording.title(alert())}\n{wording.text(alert())}\n") == shown


def test_the_commands_are_there():
    assert len(COMMANDS) == 5
    for command in COMMANDS:
        words = command.split()[1:]
        asked = CliRunner().invoke(rasid, [*words[:2], "--help"])
        assert asked.exit_code == 0, asked.output
        for option in (word for word in words if word.startswith("--")):
            assert option in asked.output


def test_the_figures_are_the_code_s():
    assert schedule.DELAYS_SECONDS == (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
    assert "5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours, each give or take a fifth" in PAGE
    assert schedule.JITTER == 1 / 5
    waits = ", ".join(f"{wait:g}" for wait in breaker.WAITS_SECONDS[:-1])
    assert f"one trial after {waits} seconds, then\nevery five minutes" in PAGE
    assert (breaker.THRESHOLD, breaker.WAITS_SECONDS[-1]) == (5, 300)
    assert f"Beyond {UNPARKED} alerts" in PAGE
    assert LOOK_SECONDS == 2
    assert f"{template.MOST_STEPS:,} steps and {template.MOST_WRITTEN:,} characters" in PAGE
    assert 4.5 < schedule.Schedule().lifetime_seconds / 86400 < 5.5
