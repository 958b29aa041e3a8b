"""An article on Kafka becomes a signed alert: on the embedded broker and on Apache Kafka, through a worker process."""

import json
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from agents import topics
from schemas.tagged_article import TaggedArticle
from tests.collector import Collector
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.timeout(600)
SEEDS = sorted((Path(__file__).parents[2] / "seeds/articles").glob("*.jsonl"))
BROKERS = ["embedded", "apache"]


@pytest.fixture(params=BROKERS)
def deployment(request, new_deployment):
    if request.param == "embedded":
        return new_deployment(request.getfixturevalue("embedded_broker"), embedded=True)
    return new_deployment(request.getfixturevalue("kafka_node").address)


def seeds():
    return {
        json.loads(line)["uri"]: json.loads(line) for file in SEEDS for line in file.read_text("utf-8").splitlines()
    }


def pair(event):
    return event["uri"].encode(), json.dumps(event, ensure_ascii=False).encode()


async def test_an_article_becomes_a_signed_alert_with_true_evidence(deployment):
    articles = seeds()
    async with Collector() as desk:
        deployment.receivers(desk.url)
        deployment.watch(talks="trilateral talks", guarantees="ضمانات أمنية", broken="(سلام")
        deployment.worker()
        deployment.publish(map(pair, articles.values()))
        await deployment.until(lambda: deployment.count(topics.TAGGED) >= len(articles), "all tagged")
        await deployment.until(lambda: len(desk.ids) >= 5, "alerts")
        await deployment.until(
            lambda: deployment.count(topics.DELIVERIES) == deployment.count(topics.ALERTS), "deliveries"
        )

        assert [each.fault for each in desk.received if each.fault] == []
        for received in desk.received:
            alert = received.data
            source = articles[alert["article"]["uri"]]
            assert received.id == alert["notification_id"]
            assert alert["evidence"]
            for hit in alert["evidence"]:
                assert source[hit["field"]][hit["start"] : hit["end"]] == hit["text"]
        assert {each.data["watch"]["id"] for each in desk.received} == {"talks", "guarantees"}
        for record in deployment.read(topics.TAGGED):
            tagged = msgspec.json.decode(record.value, type=TaggedArticle)
            spans = [span for entity in tagged.entities for span in entity.mentions]
            spans += [span for topic in tagged.topics for span in topic.evidence]
            assert all(getattr(tagged, span.field)[span.start : span.end] == span.text for span in spans)

        # a watch that is added while the worker runs is in force without a restart
        deployment.watch(live="norm:هاتيك")
        await deployment.until(
            lambda: "(سلام" in deployment.workers[0].log() or "broken" in deployment.workers[0].log(),
            "a loud refusal",
        )
        began = time.monotonic()
        while "live" not in {each.data["watch"]["id"] for each in desk.received}:
            assert time.monotonic() - began < PATIENCE_SECONDS, "the new watch is not in force"
            number = time.monotonic_ns()
            deployment.publish([pair({"uri": f"urn:live:{number}", "title": f"هاتيك {number}"})])
            await deployment.until(
                lambda n=number: any(str(n) in (r.key or b"").decode() for r in deployment.read(topics.TAGGED)),
                "tagged",
            )


BAD = {
    "null_value": None,
    "not_json": b'{"uri": "urn:b", "title": "t',
    "not_utf8": b'{"uri": "urn:b", "title": "\xff"}',
    "wrong_type": b'["urn:b"]',
    "missing_field": b'{"title": "t"}',
    "bad_value": b'{"uri": "urn:b", "title": "t", "published": "0000-99-99"}',
    "empty_text": '{"uri": "urn:b", "title": "\u200f", "body": "\u064b\u0650\u202e"}'.encode(),
    "too_large": b'{"uri": "urn:b", "body": "' + b"x" * 5_000_000 + b'"}',
    "too_deep": b'{"uri": "urn:b", "title": "t", "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
}
READ = [
    {"uri": "urn:ok:future", "title": "غدا", "published": "2999-01-01T00:00:00Z"},
    {"uri": "urn:ok:word", "body": "ن" * 500_000},
    {"uri": "urn:ok:brackets", "body": "[" * 10_000},
]


async def test_bad_records_are_dead_letters_with_reasons_and_replay_puts_them_back(deployment):
    from agents import dead_letters

    async with Collector() as desk:
        deployment.receivers(desk.url)
        deployment.watch(talks="محادثات ثلاثية")
        worker = deployment.worker()
        deployment.publish([(name.encode(), value) for name, value in BAD.items()])
        deployment.publish([(b"another-key", b'{"uri": "urn:b", "title": "t"}')])
        deployment.publish(map(pair, READ))
        await deployment.until(lambda: deployment.count(topics.DEAD_LETTERS) >= len(BAD) + 1, "dead letters")
        await deployment.until(lambda: deployment.count(topics.TAGGED) >= len(READ), "the others")
        found = {
            dict(record.headers)["rasid-reason"].decode(): record for record in deployment.read(topics.DEAD_LETTERS)
        }
        # each reason once, and the original key and bytes
        assert set(found) == {*BAD, "key_mismatch"}
        assert all(found[reason].value == (value or found[reason].value) for reason, value in BAD.items())
        assert all(found[reason].key == reason.encode() for reason in BAD)
        headers = dict(found["not_json"].headers)
        assert headers["rasid-topic"].decode() == topics.ARTICLES.name(deployment.settings)
        assert datetime.fromisoformat(headers["rasid-time"].decode()) <= datetime.now(UTC)
        assert worker.alive()

        mended = deployment.folder / "mended.json"
        mended.write_bytes(pair({"uri": "not_json", "title": "محادثات ثلاثية"})[1])
        letter = found["not_json"]
        command = ["dead-letters", "replay", f"{letter.partition}:{letter.offset}", "--file", str(mended)]
        assert _rasid(deployment, *command).returncode == 0
        await deployment.until(lambda: len(desk.ids) == 1, "the mended article's alert")
        assert dead_letters


def _rasid(deployment, *command):
    import os
    import subprocess
    import sys

    chosen = deployment.settings.model_dump(exclude_unset=True, exclude_none=True)
    environment = {**os.environ, **{f"RASID_{name.upper()}": str(value) for name, value in chosen.items()}}
    return subprocess.run(
        [sys.executable, "-m", "agents.cli", *command], env=environment, check=False, timeout=PATIENCE_SECONDS
    )


async def test_without_a_broker_the_worker_lives_but_is_not_ready(new_deployment, embedded_broker, free_port):
    deployment = new_deployment(embedded_broker, embedded=True)
    deployment.receivers("http://127.0.0.1:1/")
    deployment.settings = deployment.settings.model_copy(update={"bootstrap_servers": f"127.0.0.1:{free_port}"})
    worker = deployment.worker()
    await deployment.until(lambda: "no broker can be reached" in worker.log(), "a clear line")
    port = worker.log().split("http://127.0.0.1:")[1].split()[0]
    assert _status(port, "live") == 200
    assert _status(port, "ready") == 503
    assert worker.terminate() == 0


def _status(port, path):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=5).status
    except urllib.error.HTTPError as error:
        return error.code
