"""/metrics, /live and /ready over real HTTP."""

import asyncio

import aiohttp
import pytest

from agents import metrics
from agents.health import Checks, Server
from rasid.errors import ConfigError


@pytest.fixture
async def site():
    """A server on a free port, with its checks."""
    readiness, liveness = Checks(), Checks()
    server = Server("127.0.0.1", 0, readiness=readiness, liveness=liveness)
    await server.start()
    yield server, readiness, liveness
    await server.stop()


async def get(server: Server, path: str):
    async with aiohttp.ClientSession() as session, session.get(server.url + path) as answer:
        return answer.status, answer.content_type, await answer.text()


async def test_without_complaints_it_is_live_and_ready(site):
    server, *_ = site
    assert (await get(server, "/live"))[0] == 200
    assert await get(server, "/ready") == (200, "application/json", '{"ready":true,"failing":{}}')


async def test_what_is_not_ready_is_named_and_does_not_touch_liveness(site):
    server, readiness, _ = site
    readiness.add("watchlist", lambda: "is being read")
    readiness.add("broker", lambda: None)
    assert await get(server, "/ready") == (
        503, "application/json", '{"ready":false,"failing":{"watchlist":"is being read"}}',
    )  # fmt: skip
    assert (await get(server, "/live"))[0] == 200


async def test_liveness_fails_by_its_own_checks(site):
    server, _, liveness = site
    liveness.add("watchdog", lambda: "the event loop stands still")
    assert (await get(server, "/live"))[0] == 503


async def test_metrics_are_in_prometheus_form(site):
    server, *_ = site
    metrics.LAG.labels("articles", "0").set(3)
    status, kind, text = await get(server, "/metrics")
    metrics.LAG.remove("articles", "0")
    assert (status, kind) == (200, "text/plain")
    assert 'rasid_lag_records{partition="0",topic="articles"} 3.0' in text
    assert "rasid_build_info{" in text


async def test_a_port_in_use_is_told_with_what_to_do(site):
    server, *_ = site
    second = Server("127.0.0.1", server.port, readiness=Checks(), liveness=Checks())
    with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{server.port}: .*: choose another RASID_WEB_PORT"):
        await second.start()
    await asyncio.sleep(0)
