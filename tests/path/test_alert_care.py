"""Alert care through a worker process on the embedded broker: silences and routes live, corrections, and the commands."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from agents import topics
from agents.cli.main import run as run_rasid
from tests.collector import SECRET, Collector
from tests.path.conftest import text

pytestmark = pytest.mark.timeout(600)
ROUTES = """
[route]
receiver = "desk"
[[route.routes]]
matchers = ['watch="grouped"']
group_by = ["watch"]
group_wait = "2s"
"""


@pytest.fixture
def deployment(new_deployment, embedded_broker):
    return new_deployment(embedded_broker, embedded=True)


def receivers(deployment, url, routes=ROUTES):
    receiver = f'[[receiver]]\nname = "desk"\nallow_private = true\nurl = "{url}"\nsecrets = ["{SECRET}"]\n'
    (deployment.folder / "receivers.toml").write_text(receiver + routes)


def article(uri, said, rng_seed):
    import random

    body = f"{text(random.Random(rng_seed))} {said} {text(random.Random(rng_seed + 1))}"
    event = {"uri": uri, "title": f"خبر {rng_seed}", "body": body, "source": f"صحيفة {rng_seed}", "language": "ar"}
    return uri.encode(), json.dumps(event, ensure_ascii=False).encode()


@pytest.fixture
def rasid(deployment, monkeypatch, capfd):
    """Runs a command in a thread of its own, as receivers answer meanwhile; returns its exit code and what it printed."""
    for name, value in deployment.settings.model_dump(exclude_unset=True, exclude_none=True).items():
        monkeypatch.setenv(f"RASID_{name.upper()}", str(value))

    async def run(*command):
        capfd.readouterr()
        code = await asyncio.to_thread(run_rasid, command)
        return code, capfd.readouterr().out

    return run


def lines(done):
    return [json.loads(line) for line in done[1].splitlines()]


def told(desk, watch):
    return [
        (json.loads(each.body)["type"], each.data["reason"])
        for each in desk.received
        if each.data["watch"]["id"] == watch
    ]


async def test_what_is_silenced_corrected_retracted_and_grouped_is_told_as_it_should_be(deployment, rasid):
    async with Collector() as desk:
        receivers(deployment, desk.url)
        deployment.watch(talks="محادثات ثلاثية", quiet="ضمانات أمنية", grouped="norm:هاتيك")
        (silence,) = lines(
            await rasid("silence", "add", "--watch", "quiet", "--for", "1h", "--comment", "سبب", "--json")
        )
        worker = deployment.worker()
        deployment.publish([
            article("urn:1", "محادثات ثلاثية", 1),
            article("urn:2", "الضمانات الأمنية", 2),
            *(article(f"urn:g{n}", "هاتيك", 10 * n) for n in range(3, 6)),
        ])  # fmt: skip
        await deployment.until(lambda: told(desk, "talks") == [("alert.fired", "fired")], "the first alert")
        await deployment.until(lambda: told(desk, "grouped") == [("alert.fired", "grouped")], "the group, in one")
        (grouped,) = [each.data for each in desk.received if each.data["watch"]["id"] == "grouped"]
        assert len(grouped["group"]["alerts"]) == 3
        assert told(desk, "quiet") == []

        # a correction, then a retraction
        deployment.publish([article("urn:1", "محادثات ثلاثية جديدة", 7)])
        await deployment.until(lambda: ("alert.updated", "corrected") in told(desk, "talks"), "the update")
        deployment.publish([article("urn:1", "محادثات ثنائية", 8)])
        await deployment.until(lambda: ("alert.resolved", "retracted") in told(desk, "talks"), "the retraction")
        assert len({each.id for each in desk.received}) == len(desk.received) == 4

        # what is decided is written down, and the commands say it
        (held,) = lines(await rasid("alerts", "list", "--held", "--watch", "quiet", "--json"))
        assert (held["reason"], held["by"], held["told"]) == ("silenced", silence["id"], False)
        explained = lines(await rasid("alerts", "explain", held["id"], "--json"))
        assert [(each["kind"], each["reason"]) for each in explained] == [("decision", "silenced")]
        (first,) = {each.data["id"] for each in desk.received if each.data["watch"]["id"] == "talks"}
        explained = lines(await rasid("alerts", "explain", "urn:1", "--json"))
        assert [each["reason"] for each in explained if each["kind"] == "decision"] == [
            "fired",
            "corrected",
            "retracted",
        ]
        await deployment.until(lambda: deployment.count(topics.DELIVERIES) >= 4, "deliveries")
        shown = await rasid("alerts", "show", first)
        assert "retracted" in shown[1]
        assert (await rasid("alerts", "show", "alert_none"))[0] == 1

        # an expired silence is over at once; a broken file changes nothing
        assert (await rasid("silence", "expire", silence["id"]))[0] == 0
        receivers(deployment, desk.url, '[route]\nreceiver = "nobody"\n')
        await deployment.until(lambda: "no receiver is named 'nobody'" in worker.log(), "the mistake is named")
        await asyncio.sleep(0.5)
        deployment.publish([article("urn:9", "الضمانات الأمنية", 9)])
        await deployment.until(lambda: told(desk, "quiet") == [("alert.fired", "fired")], "after the silence")
        assert worker.terminate() == 0

        # a restart forgets nothing: a copy stays a copy
        deployment.folder.joinpath("receivers.toml").unlink()
        receivers(deployment, desk.url)
        deployment.worker()
        deployment.publish([(b"urn:10", article("urn:9", "الضمانات الأمنية", 9)[1].replace(b"urn:9", b"urn:10"))])
        await deployment.until(lambda: _reasons(deployment, "urn:10") == ["copy"], "the copy's decision")


def _reasons(deployment, uri):
    found = [json.loads(record.value) for record in deployment.read(topics.DECISIONS)]
    return [each["reason"] for each in found if each["article_uri"] == uri]


def test_tail_follows_and_ends_after_so_many(deployment):
    import msgspec

    from agents import kafka
    from agents.sending import Outgoing
    from rasid.alert.desk import Desk, Rules
    from tests.alert.matches import NOW, match

    deployment.receivers("http://127.0.0.1:1/")
    chosen = deployment.settings.model_dump(exclude_unset=True, exclude_none=True)
    environment = {**os.environ, **{f"RASID_{name.upper()}": str(value) for name, value in chosen.items()}}
    command = [sys.executable, "-m", "agents.cli", "alerts", "tail", "--count", "1", "--json", "--watch", "talks"]
    (alert,) = Desk(Rules()).take(match(), NOW).alerts
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as tail:
        while tail.poll() is None:  # it sees what comes after it has begun
            with kafka.Publisher(deployment.settings) as publisher:
                name = topics.ALERTS.name(deployment.settings)
                publisher.send(Outgoing(name, b"talks", msgspec.json.encode(alert)))
            try:
                tail.wait(1)
            except subprocess.TimeoutExpired:
                continue
        found = json.loads(tail.stdout.read())
    assert (found["id"], found["told"], tail.returncode) == (alert.id, True, 0)
