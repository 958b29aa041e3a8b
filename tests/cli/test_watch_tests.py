"""Unit tests of watches, as `rasid test FILE.toml` runs them."""

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from agents.cli.main import run as run_rasid

NEWSROOM = Path(__file__).parents[1] / "cases/newsroom_watches.toml"
WATCHES = """
[[watch]]
id = "talks"
query = "محادثات ثلاثية"
[[watch]]
id = "both"
query = "search:talks AND lang:ar"
enabled = false
"""


@pytest.fixture
def rasid_test(tmp_path, capsys):
    def run(text):
        file = tmp_path / "tests.toml"
        file.write_text(text, "utf-8")
        code = run_rasid(["test", str(file), "--json"])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return run


def test_the_newsroom_s_watches_do_as_their_tests_say():
    assert run_rasid(["test", str(NEWSROOM)]) == 0


def test_a_failing_test_is_named_with_what_was_found(rasid_test):
    code, lines, _ = rasid_test(
        WATCHES
        + """
[[test]]
name = "other words"
watch = "talks"
text = "بدأت المحادثات الثلاثية"
fires = true
evidence = ["المحادثات"]
[[test]]
watch = "both"
text = "بدأت المحادثات الثلاثية"
fires = true
evidence = ["المحادثات الثلاثية"]
[[test]]
query = "هدنة"
text = "انهارت الهدنة"
fires = false
"""
    )
    assert code == 1
    assert [line.get("id") for line in lines[:-1]] == ["other words", lines[1]["id"]]
    assert "the evidence is ['المحادثات الثلاثية'], not ['المحادثات']" in lines[0]["why"]
    assert lines[1]["id"].endswith("test 3")
    assert (lines[-1]["cases"], lines[-1]["right"]) == (3, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[test]]\nwatch = "nobody"\ntext = "نص"\nfires = true', "there is no watch 'nobody'"),
        ('[[test]]\ntext = "نص"\nfires = true', "either a watch or a query"),
        ('[[test]]\nquery = "هدنة"\ntext = "نص"', "missing required field `fires`"),
        ('[[test]]\nquery = "هدنة"\ntxet = "نص"\nfires = true', "unknown field `txet`"),
        ("tests = 1", "must hold [[test]] tables"),
        ('[[test]]\nquery = "هدنة"\ntext = ""\nfires = true', "empty_text"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(rasid_test, text, says):
    code, _, said = rasid_test(text)
    assert code == 2
    assert says in said


ROWS = """{"id": "a", "query": "هدنة", "text": "انهارت الهدنة", "match": true}

{"query": "هدنة", "text": "عاد الهدوء", "match": true}
"""


def test_rows_come_zipped_or_from_standard_input_as_other_commands_take_them(tmp_path, capsys, monkeypatch):
    plain, zipped = tmp_path / "cases.jsonl", tmp_path / "cases.jsonl.gz"
    plain.write_text(ROWS, "utf-8")
    zipped.write_bytes(gzip.compress(ROWS.encode()))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ROWS.encode())))
    for file in (str(plain), str(zipped), "-"):
        assert run_rasid(["test", file, "--json"]) == 1
        wrong, total = map(json.loads, capsys.readouterr().out.splitlines())
        assert (wrong["id"], total["cases"], total["right"]) == (f"{file}:3", 2, 1)


@pytest.mark.parametrize("name", ["absent.jsonl", "broken.gz"])
def test_a_file_of_rows_that_cannot_be_read_is_wrong_input(tmp_path, capsys, name):
    (tmp_path / "broken.gz").write_bytes(b"no gzip")
    assert run_rasid(["test", str(tmp_path / name)]) == 2
    assert name in capsys.readouterr().err
