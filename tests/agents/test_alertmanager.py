"""Alertmanager's v2 API, against the real Alertmanager of the distribution on loopback."""

import asyncio
import shutil
from datetime import UTC, datetime, timedelta

import aiohttp
import msgspec
import pytest

from agents import receivers
from bench.kafka_node import free_port
from schemas.watch import WatchRef
from tests.agents.desk import desk, event
from tests.collector import Collector, until
from tests.deliver.alerts import alert
from tests.patience import PATIENCE_SECONDS

CONFIG = """
route: {{receiver: told, group_by: [watch, story], group_wait: 10ms, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: told, webhook_configs: [{{url: "{url}", send_resolved: true}}]}}]
"""


@pytest.fixture
async def alertmanager(tmp_path):
    """Its URL, and the webhook that it tells."""
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        pytest.skip("needs prometheus-alertmanager: apt-get install prometheus-alertmanager")
    async with Collector() as told:
        (tmp_path / "alertmanager.yml").write_text(CONFIG.format(url=told.url))
        where = f"127.0.0.1:{free_port()}"
        process = await asyncio.create_subprocess_exec(
            program, f"--config.file={tmp_path}/alertmanager.yml", f"--storage.path={tmp_path}/data",
            f"--web.listen-address={where}", "--cluster.listen-address=",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            await ready(f"http://{where}/-/ready")
            yield f"http://{where}", told
        finally:
            process.kill()
            await process.wait()


async def ready(url):
    async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)


def by_alertmanager(url, more=""):
    text = f'[[receiver]]\nname = "default"\ntype = "alertmanager"\nurl = "{url}"\nallow_private = true\n{more}'
    return receivers.read(text, "f")["default"]


async def held(url):
    async with aiohttp.ClientSession() as session, session.get(f"{url}/api/v2/alerts") as answer:
        return await answer.json()


@pytest.mark.prometheus
async def test_the_real_one_takes_alerts_updates_and_resolutions(alertmanager):
    url, told = alertmanager
    now = datetime.now(UTC)
    labels = {"desk": "دبلوماسية", "a-b.c": "x", "9": "y", "empty": ""}
    watch = WatchRef("guarantees", "ضمانات أمنية", "ضمانات أمنية", 3, "critical", labels)
    first = alert(1, watch=watch, fired_at=now)
    changed = {"notification_id": "alert_000001_2", "watch": watch, "fired_at": now}
    async with desk(by_alertmanager(url)) as open_desk:
        open_desk.take(event(first))
        await open_desk.stream.told(1)
        (found,) = await held(url)
        assert found["labels"] == {
            "alertname": "ضمانات أمنية", "watch": "guarantees", "story": "story_1", "severity": "critical",
            "desk": "دبلوماسية", "a_b_c": "x", "_9": "y",
        }  # fmt: skip
        assert found["generatorURL"] == "https://news.example/a"
        assert "جولة محادثات" in found["annotations"]["summary"]
        assert "بالضمانات الأمنية" in found["annotations"]["evidence"]
        assert abs(datetime.fromisoformat(found["endsAt"]) - now - timedelta(hours=1)) < timedelta(minutes=1)
        await until(lambda: len(told.received) == 1)
        open_desk.take(event(alert(1, type="alert.updated", **changed), offset=1))
        await open_desk.stream.told(2)
        assert len(await held(url)) == 1  # the same alert, not another
        open_desk.take(
            event(alert(1, type="alert.resolved", **changed | {"notification_id": "alert_000001_3"}), offset=2)
        )
        await open_desk.stream.told(3)
        await until(lambda: len(told.received) == 2)
    assert [msgspec.json.decode(each.body)["status"] for each in told.received] == ["firing", "resolved"]
    assert [each.outcome for each in open_desk.stream.results] == ["delivered"] * 3


@pytest.mark.prometheus
async def test_the_real_one_takes_an_alert_that_is_hours_late_and_odd(alertmanager):
    url, told = alertmanager
    late = alert(2, fired_at=datetime.now(UTC) - timedelta(hours=10))
    article = msgspec.structs.replace(late.article, url="not a url at all", title="")
    odd = alert(3, article=article, evidence=[], watch=msgspec.structs.replace(late.watch, name="", labels={}))
    async with desk(by_alertmanager(url + "/", 'title = "{{ watch.id }}"')) as open_desk:
        open_desk.take(event(late, odd))
        await open_desk.stream.told(2)
        found = {each["labels"]["story"]: each for each in await held(url)}
        await until(lambda: len(told.received) == 2)
    assert [each.outcome for each in open_desk.stream.results] == ["delivered", "delivered"]
    assert set(found) == {"story_2", "story_3"}
    assert {each["annotations"]["summary"] for each in found.values()} == {"guarantees"}
    assert found["story_3"]["labels"]["alertname"] == "guarantees"


async def test_a_bearer_is_sent_and_never_shown():
    async with Collector() as server:
        receiver = by_alertmanager(f"http://127.0.0.1:{server.port}", 'authorization = "Bearer token-to-hide"')
        async with desk(receiver) as open_desk:
            open_desk.take(event(alert(1)))
            await open_desk.stream.told(1)
        assert server.received[0].headers["authorization"] == "Bearer token-to-hide"
    assert "to-hide" not in repr(receiver)
