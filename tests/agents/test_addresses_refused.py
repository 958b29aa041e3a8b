"""Every spelling of an address that must not be called: refused, with a reason, and no connection is made."""

import asyncio
import contextlib
import socket
from pathlib import Path

import pytest

from agents.http_client import Client
from rasid.deliver.outcome import Failure
from rasid.deliver.target import target
from rasid.errors import ConfigError

TABLE = Path(__file__).parents[1] / "cases" / "addresses_refused.txt"
SPELLINGS = [line for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]


class Listener:
    """Listens on every address of this machine, and counts who comes."""

    def __init__(self):
        self.connections, self.port = 0, 0

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._met, "0.0.0.0", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        with contextlib.suppress(OSError):  # without IPv6
            self._other = await asyncio.start_server(self._met, "::", self.port, family=socket.AF_INET6)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        if hasattr(self, "_other"):
            self._other.close()

    def _met(self, _, writer):
        self.connections += 1
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()


@pytest.fixture
async def listener():
    async with Listener() as listening:
        yield listening


async def reason(url):
    """Why a URL is refused: when it is read, or when it is called."""
    try:
        found = target(url)
    except ConfigError as error:
        return str(error)
    async with Client(found, total_seconds=2) as client:
        return (await client.post(b"{}", {})).result


async def test_the_listener_would_be_reached(listener):
    found = target(f"http://127.0.0.1:{listener.port}/", allow_private=True)
    async with Client(found, allow_private=True) as client:
        assert (await client.post(b"{}", {})).result == 204
    assert listener.connections == 1


def test_there_are_enough_of_them():
    assert len(set(SPELLINGS)) >= 80


async def test_each_spelling_is_refused_and_none_is_called(listener):
    reached = {}
    for spelling in SPELLINGS:
        for scheme in ("http", "https"):
            url = f"{scheme}://{spelling}:{listener.port}/hook?token=to-hide"
            why = await reason(url)
            refused = why in {Failure.REFUSED_ADDRESS, Failure.NAME_NOT_FOUND} or (
                isinstance(why, str) and why.startswith("url ")
            )
            if not refused or listener.connections or "to-hide" in str(why):
                reached[url] = why
    assert reached == {}
    assert listener.connections == 0


@pytest.mark.parametrize("port", [1, 21, 22, 23, 25, 53, 110, 143, 445, 514, 853, 1023])
def test_ports_below_a_list_are_refused(port):
    with pytest.raises(ConfigError, match=f"port {port}: allowed are 80, 443"):
        target(f"https://example.org:{port}/")


@pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", "dict", "ldap", "unix", "data", "javascript", "ws", "jar"])
def test_other_schemes_are_refused(scheme):
    with pytest.raises(ConfigError, match=f"scheme '{scheme}'"):
        target(f"{scheme}://example.org/")
