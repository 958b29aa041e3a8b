"""The demo's newsroom: publishes the seed articles and receives their alerts, checking each signature.

A real HTTP receiver on loopback; nothing here takes a shortcut into the service.
"""

import asyncio
import base64
import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

import aiohttp
import msgspec
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families
from rich.text import Text
from standardwebhooks import Webhook, WebhookVerificationError

from agents import kafka, topics
from agents.cli import terminal
from agents.sending import Outgoing
from agents.settings import Settings

POLL_SECONDS: Final = 0.1
MAX_BODY: Final = 1 << 20


class Desk:
    """Receives alerts; `began` (monotonic seconds) is when the demo was started."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._seen: set[str] = set()
        self._counts: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        site = web.Application(client_max_size=MAX_BODY)
        site.router.add_post("/alerts", self._receive)
        self._runner = web.AppRunner(site, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def receivers_toml(self) -> str:
        """A receivers file with this desk as `default`."""
        return (
            '[[receiver]]\nname = "default"\ntype = "webhook"\nallow_private = true\n'
            f'url = "http://127.0.0.1:{self._port}/alerts"\nsecrets = ["{self._secret}"]\n'
        )

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.text()
        try:
            Webhook(self._secret).verify(body, dict(request.headers))
        except WebhookVerificationError as error:
            terminal.complain(f"an alert with a wrong signature: {error}")
            return web.Response(status=401)
        if request.headers["webhook-id"] not in self._seen:
            self._seen.add(request.headers["webhook-id"])
            self._print(json.loads(body)["data"])
        return web.Response(status=204)

    def _print(self, alert: dict[str, Any]) -> None:
        if len(self._seen) == 1:
            terminal.say(f"first alert {time.monotonic() - self._began:.1f} s after the start")
        style = {"critical": "bold red", "warning": "yellow"}.get(alert["watch"]["severity"], "green")
        terminal.show(
            Text.assemble((f"● {alert['watch']['id']}", style), (f"  {alert['article']['source'] or ''}", "dim"))
        )
        terminal.show_line(f"  {alert['article']['title']}", "bold")
        for hit in alert["evidence"][:2]:
            context = f"{hit['before'][-40:]}[{hit['text']}]{hit['after'][:40]}"
            terminal.show_line(f"  {context}")
            terminal.show(Text(f"    {hit['field']} {hit['start']}-{hit['end']}: {hit['rule']}", style="dim"))

    async def until_ready(self, port: int, worker: "asyncio.Task[int]", seconds: float) -> bool:
        """Waits for the worker's /ready; False when it ended or took longer."""
        deadline = time.monotonic() + seconds
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < deadline and not worker.done():
                try:
                    async with session.get(f"http://127.0.0.1:{port}/ready") as answer:
                        if answer.status == 200:  # noqa: PLR2004 -- OK
                            return True
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(POLL_SECONDS)
        return False

    async def until_delivered(self, port: int, articles: int, seconds: float) -> bool:
        """Waits until every article is read, decided upon, and every alert is here; False when that took longer."""
        deadline = time.monotonic() + seconds
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < deadline:
                async with session.get(f"http://127.0.0.1:{port}/metrics", headers={"Accept": "text/plain"}) as answer:
                    self._counts = dict(_totals(await answer.text()))
                if self._settled(articles):
                    return True
                await asyncio.sleep(POLL_SECONDS)
        return False

    def _settled(self, articles: int) -> bool:
        fired = self._counts.get("fired", 0)
        read = self._counts.get("rasid_articles_total", 0) + self._counts.get("rasid_dead_letters_total", 0)
        decided = self._counts.get("rasid_alerts_total", 0) >= self._counts.get("rasid_matches_total", 0)
        return read >= articles and decided and len(self._seen) >= fired

    def sum_up(self, articles: int) -> None:
        """What came of it, in one line."""
        matches, copies = self._counts.get("rasid_matches_total", 0), self._counts.get("copy", 0)
        terminal.say(
            f"{articles} articles, {matches:.0f} matches, {len(self._seen)} alerts received, signatures verified; "
            f"{copies:.0f} further copies of a story woke nobody"
        )


def _totals(text: str) -> Iterator[tuple[str, float]]:
    """Counters by name, and decisions by their label."""
    for family in text_string_to_metric_families(text):
        total = sum(sample.value for sample in family.samples if sample.name.endswith("_total"))
        yield f"{family.name}_total", total
        if family.name == "rasid_alerts":
            yield from (
                (each.labels["decision"], each.value) for each in family.samples if each.name.endswith("_total")
            )


def articles(folder: Path) -> list[tuple[bytes, bytes]]:
    """(key, value) of every seed article, by time of publication."""
    lines = [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_bytes().splitlines() if line.strip()]
    found = [(msgspec.json.decode(line), line) for line in lines]
    found.sort(key=lambda each: str(each[0].get("published", "")))
    return [(each["uri"].encode(), line) for each, line in found]


def publish(settings: Settings, found: list[tuple[bytes, bytes]], per_second: float | None) -> None:
    """Puts articles on Kafka, at a pace or at once, with a progress bar."""
    topic = topics.ARTICLES.name(settings)
    with kafka.Publisher(settings) as publisher, terminal.progress("publishing", len(found)) as bar:
        for key, value in found:
            publisher.send(Outgoing(topic, key, value))
            bar.step()
            if per_second:
                publisher.flush()
                time.sleep(1 / per_second)
