"""`rasid publish`: what it takes is what a worker reads."""

import json
import uuid

import pytest

from agents import topics
from agents.cli.main import run
from agents.settings import load

UNREADABLE = [
    {"uri": "urn:x:1", "title": "\u200f\u0640"},  # a direction mark and a tatweel: nothing to see
    {"uri": "urn:x:2", "title": "خبر", "published": "2026-01-20T10:00:00"},
    {"uri": "urn:x:3", "title": "خبر", "body": "ا" * 2_000_000},
]


@pytest.fixture
def deployment(embedded_broker, monkeypatch):
    monkeypatch.setenv("RASID_BOOTSTRAP_SERVERS", embedded_broker)
    monkeypatch.setenv("RASID_TOPIC_PREFIX", f"p{uuid.uuid4().hex[:8]}.")
    topics.ensure(load())


@pytest.mark.parametrize("article", UNREADABLE, ids=["unseen", "no offset", "too large"])
def test_what_a_worker_would_put_aside_is_skipped_with_its_place(deployment, tmp_path, capsys, article):
    file = tmp_path / "articles.jsonl"
    file.write_text(json.dumps({"uri": "urn:x:0", "title": "خبر"}) + "\n" + json.dumps(article) + "\n", "utf-8")
    assert run(["publish", "--json", str(file)]) == 2
    out, said = capsys.readouterr()
    counts = json.loads(out)
    assert (counts["published"], counts["skipped"]) == (1, 1)
    assert f"{file}:2: skipped" in said
