"""Receivers by Apprise, with its own client for JSON against a server on loopback."""

import asyncio
import json
import socket
from datetime import UTC, datetime

import pytest

from agents import receivers
from agents.notifier_process import Guard
from rasid.deliver.outcome import Failure
from tests.collector import CLOSED, Collector, Status, redirect
from tests.deliver.alerts import alert

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def by_apprise(port, *, allow_private=True, seconds=30, more=""):
    """A try may take so long; Apprise itself gives up on a server that is silent for as long."""
    text = f"""[[receiver]]
name = "chat"
type = "apprise"
url = "json://user:pass-to-hide@127.0.0.1:{port}/path-to-hide?cto=20&rto=20"
allow_private = {str(allow_private).lower()}
timeout_seconds = {seconds}
{more}"""
    return receivers.read(text, "f")["chat"]


async def sent(receiver, *alerts):
    async with receiver.sender() as sender:
        return [(await sender.send(each, NOW)).result for each in alerts]


async def test_title_text_and_kind_arrive_and_what_it_does_not_take_is_tried_again_later():
    answers = [Status(200), Status(500), CLOSED, redirect("http://127.0.0.1/")]
    async with Collector(script=answers) as server:
        results = await sent(by_apprise(server.port), *map(alert, range(5)))
    assert results == [200, *[Failure.NOT_TAKEN] * 3, 200]
    said = json.loads(server.received[0].body)
    assert said["type"] == "warning"
    assert "جولة محادثات" in said["title"]
    assert "«بالضمانات الأمنية»" in said["message"]
    assert "https://news.example/a" in said["message"]


async def test_one_that_does_not_end_is_ended_and_started_anew_with_its_templates():
    words = 'title = "{{ watch.id }}"\ntext = "{{ article.title }} {{ story.sources | join(\', \') }}"'
    async with Collector(script=[Dribble()]) as server:
        receiver = by_apprise(server.port, seconds=3, more=words)
        assert await sent(receiver, alert(1), alert(2)) == [Failure.TIMEOUT, 200]
        said = json.loads(server.received[-1].body)
    assert said["title"] == "guarantees"
    assert said["message"] == "جولة محادثات وكالة المثال, صحيفة المثال"


class Dribble:
    """A byte now and then, for ever: each within the time that the client gives a read."""

    async def __call__(self, request):
        while request.transport is not None and not request.transport.is_closing():
            request.transport.write(b"H")
            await asyncio.sleep(0.3)


async def test_a_private_address_is_refused_where_it_is_connected_to():
    async with Collector() as server:
        assert await sent(by_apprise(server.port, allow_private=False), alert(1)) == [Failure.REFUSED_ADDRESS]
        assert not server.peers


def test_the_guard_sees_the_address_and_not_the_name():
    guard = Guard()
    with socket.socket() as made, socket.socket(socket.AF_INET6) as six, socket.socket(socket.AF_UNIX) as local:
        guard("socket.connect", (made, ("93.184.216.34", 443)))
        assert not guard.tripped
        for found, address in [
            (made, ("127.0.0.1", 80)), (made, ("10.0.0.1", 443)), (made, ("169.254.169.254", 80)), (six, ("::1", 80)),
            (six, ("::ffff:127.0.0.1", 80)), (local, "/run/secret.sock"), (made, ("localhost", 80)),
        ]:  # fmt: skip
            guard.tripped = False
            with pytest.raises(PermissionError):
                guard("socket.connect", (found, address))
            assert guard.tripped


@pytest.mark.parametrize(
    "url",
    [
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
        "tgram://123456789:abcdefg_hijklmnop/12315544/",
        "mailto://user:pass@example.org?to=desk@example.org",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
        "workflows://example.org:443/643b1bd4e3a94d3b8d6b4d6d0f4f2d3b/signature",
    ],
)
def test_services_are_read_and_shown_by_scheme_alone(url):
    found = receivers.read(f'[[receiver]]\nname = "a"\ntype = "apprise"\nurl = "{url}"\n', "f")["a"]
    assert found.target.origin == url.partition("://")[0] + "://"
    assert url.partition("://")[2][:12] not in repr(found)
