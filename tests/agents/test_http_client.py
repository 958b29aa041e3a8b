"""The HTTP client on real sockets: what comes of an attempt, and whom it will not call."""

import asyncio
import socket
import ssl
import time

import pytest

from agents.http_client import BODY_BYTES, Client
from rasid.deliver.outcome import Failure
from rasid.deliver.target import target
from tests.collector import CLOSED, GARBAGE, Collector, Endless, Raw, Slow, Status, redirect, refusing, silent


async def post(url, *, allow_private=True, total_seconds=10.0, body=b"{}"):
    where = target(url, allow_private=allow_private)
    async with Client(where, allow_private=allow_private, total_seconds=total_seconds) as client:
        return await client.post(body, {"webhook-id": "a"})


async def answer(scripted, **options):
    async with Collector(default=scripted) as desk:
        return await post(desk.url, **options)


@pytest.mark.parametrize("status", [200, 204, 299, 400, 404, 410, 429, 500, 503])
async def test_a_status_is_a_result(status):
    assert (await answer(Status(status))).result == status


async def test_what_is_sent_arrives():
    async with Collector() as desk:
        await post(desk.url, body="أمن".encode())
    assert desk.received[0].body == "أمن".encode()
    assert desk.received[0].headers["content-type"] == "application/json"
    assert desk.received[0].headers["webhook-id"] == "a"


async def test_retry_after_and_body_are_handed_on():
    got = await answer(Status(503, (("Retry-After", "7"),), b"busy"))
    assert (got.result, got.retry_after, got.body) == (503, "7", b"busy")


async def test_a_redirect_is_not_followed():
    async with Collector() as other:
        got = await answer(redirect(other.url))
        assert got.result == 307
        assert not other.received


@pytest.mark.parametrize(
    ("scripted", "failure"),
    [
        (Slow(30), Failure.TIMEOUT),
        (Raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100, pause_seconds=0.1), Failure.TIMEOUT),
        (CLOSED, Failure.DISCONNECTED),
        (GARBAGE, Failure.NOT_HTTP),
        (Raw(b"HTTP/1.1 999999 no\r\n\r\n"), Failure.NOT_HTTP),
        (Raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * (1 << 20) + b"\r\n\r\n"), Failure.NOT_HTTP),
    ],
)
async def test_answers_that_are_none(scripted, failure):
    assert (await answer(scripted, total_seconds=3.0)).result is failure


async def test_a_server_that_accepts_and_says_nothing_times_out():
    with silent() as url:
        began = time.monotonic()
        assert (await post(url, total_seconds=0.5)).result is Failure.TIMEOUT
        assert time.monotonic() - began < 20


async def test_a_refused_connection():
    with refusing() as url:
        assert (await post(url)).result is Failure.NO_CONNECTION


async def test_a_name_that_does_not_exist():
    assert (await post("http://nobody.invalid/", total_seconds=20)).result is Failure.NAME_NOT_FOUND
    assert (await post("http://" + "a" * 64 + ".invalid/")).result is Failure.NAME_NOT_FOUND


@pytest.mark.parametrize("pause_seconds", [0.0, 0.2])
async def test_an_endless_body_is_cut_off_and_its_status_counts(pause_seconds):
    began = time.monotonic()
    got = await answer(Endless(pause_seconds), total_seconds=60.0)
    assert got.result == 200
    assert len(got.body) <= BODY_BYTES
    assert time.monotonic() - began < 30


async def test_a_body_that_breaks_off_fails_nothing():
    got = await answer(Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))
    assert got.result == 200
    assert got.body == b"half"


async def test_a_compressed_bomb_stays_packed():
    got = await answer(Status(200, (("Content-Encoding", "gzip"),), b"\x1f\x8b" + b"\0" * 64))
    assert got.result == 200
    assert len(got.body) == 66


async def test_no_tls_where_none_is_spoken():
    async with Collector() as desk:
        assert (await post(desk.url.replace("http:", "https:"))).result is Failure.TLS


async def test_connections_are_kept_and_bounded():
    async with Collector(default=Slow(0.05)) as desk:
        async with Client(target(desk.url), allow_private=True, connections=3) as client:
            for _ in range(2):
                await asyncio.gather(*[client.post(b"{}", {}) for _ in range(9)])
        assert desk.most_open == 3
        assert len(desk.peers) == 3


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]"])
async def test_loopback_is_not_called_unless_allowed(host):
    async with Collector() as desk:
        url = f"http://{host}:{desk.port}/"
        assert (await post(url, allow_private=False)).result is Failure.REFUSED_ADDRESS
        assert not desk.peers


async def test_loopback_is_called_when_allowed():
    async with Collector() as desk:
        assert (await post(f"http://localhost:{desk.port}/")).result == 204


async def test_the_address_that_was_checked_is_the_one_called(monkeypatch):
    """A name server that answers differently the second time: the system's resolver is what is replaced here."""
    answers = []

    def changing(host, port, *_args, **_options):
        answers.append(host)
        address = "192.0.2.1" if len(answers) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    async with Collector() as desk:
        monkeypatch.setattr(socket, "getaddrinfo", changing)
        url = f"http://changing.example:{desk.port}/"
        assert (await post(url, allow_private=False, total_seconds=1)).result is Failure.REFUSED_ADDRESS
        assert answers == ["changing.example"]
        assert (await post(url, allow_private=False, total_seconds=1)).result is Failure.REFUSED_ADDRESS
        assert len(answers) == 2
        assert not desk.peers


async def test_of_several_addresses_only_the_public_ones_are_called(monkeypatch):
    from agents.http_client import CheckedResolver

    def mixed(_host, port, *_args, **_options):
        addresses = ["10.0.0.1", "93.184.216.34", "127.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)
    resolver = CheckedResolver(allow_private=False)
    try:
        assert [each["host"] for each in await resolver.resolve("mixed.example", 443)] == ["93.184.216.34"]
    finally:
        await resolver.close()


async def test_an_untrusted_certificate_is_a_tls_failure(untrusted):
    async with asyncio.timeout(10):
        assert (await post(untrusted)).result is Failure.TLS


@pytest.fixture
async def untrusted(tmp_path):
    """A TLS server whose certificate nobody signed but itself."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    try:
        made = await asyncio.create_subprocess_exec(
            *command, "-keyout", key, "-out", cert, stderr=asyncio.subprocess.DEVNULL
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    assert await made.wait() == 0
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}/"
