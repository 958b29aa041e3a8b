"""`rasid grep`: every kind of file that the other commands take, and what it says of a line that is no article."""

import gzip
import io
import json
import sys
from types import SimpleNamespace

import pytest

from agents.cli.main import run

ROWS = [{"uri": "urn:x:1", "body": "انهارت الهدنة"}, {"uri": "urn:x:2", "body": "لا شيء"}]
LINES = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode() + b"\r\n  \n"


@pytest.mark.parametrize(("name", "content"), [
    ("past.jsonl", LINES), ("past.jsonl.gz", gzip.compress(LINES)), ("one.txt", "عنوان\nانهارت الهدنة".encode()),
])  # fmt: skip
def test_it_reads_what_publish_and_tag_read(tmp_path, capsys, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    assert run(["grep", "--json", "هدنة", str(file)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["evidence"][0]["text"] == "الهدنة"


def test_it_reads_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(LINES)))
    assert run(["grep", "هدنة", "-"]) == 0
    assert "-:1" in capsys.readouterr().out


@pytest.mark.parametrize(("line", "says"), [(b"{}", "missing_field"), (b'{"uri": 7}', "wrong_type")])
def test_a_line_that_is_no_article_is_told_with_its_place(tmp_path, capsys, line, says):
    file = tmp_path / "past.jsonl"
    file.write_bytes(LINES + line)
    assert run(["grep", "هدنة", str(file)]) == 2
    assert f"{file}:5: {says}" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_wrong_use(capsys):
    assert run(["grep", "هدنة", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err
