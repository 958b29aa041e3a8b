"""A receiver of webhooks on loopback that keeps what it gets, and answers as badly as a test asks.

    async with Collector(SECRET) as desk:
        desk.script = [Status(500), Slow(2.0)]  # the first answers; then 204 again
        ...
        await desk.wait(3)
        assert desk.ids == {"alert_1"}

Signatures are verified by the `standardwebhooks` library, as a reader would.
"""

import asyncio
import socket
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import orjson
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tests.patience import PATIENCE_SECONDS

SECRET = "whsec_cmFzaWQtdGVzdHMtcmVjZWl2ZXItc2VjcmV0LTAwMQ=="  # of this test receiver alone

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Returns when the condition holds; raises TimeoutError when it takes longer."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # it may be about another process
            await asyncio.sleep(0.005)


@dataclass(frozen=True)
class Received:
    """One request. `fault` says why its signature did not verify, empty where it did."""

    id: str
    at: float  # time.monotonic()
    body: bytes
    headers: dict[str, str]
    fault: str

    @property
    def data(self) -> dict[str, Any]:
        return orjson.loads(self.body)["data"]


class Collector:
    """Keeps requests in `received` and answers by `script`, then `default`. Its `url` has things to hide."""

    def __init__(self, *secrets: str, default: Answer | None = None, script: Iterable[Answer] = ()) -> None:
        self._hooks = [Webhook(secret) for secret in secrets or (SECRET,)]
        self.default = default or Status(204)
        self.script = list(script)
        self.received: list[Received] = []
        self.open = self.most_open = 0  # requests being answered
        self.peers: set[tuple[str, int]] = set()  # one each connection
        self.port = 0
        self.now: Callable[[], datetime] | None = None  # a clock of the test's own, by which timestamps are judged

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 24)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/path-to-hide?token=query-to-hide"

    @property
    def ids(self) -> set[str]:
        return {each.id for each in self.received}

    def by_id(self) -> dict[str, list[Received]]:
        found = defaultdict(list)
        for each in self.received:
            found[each.id].append(each)
        return dict(found)

    async def wait(self, count: int, seconds: float = PATIENCE_SECONDS) -> None:
        """Until so many different alerts have come."""
        await until(lambda: len(self.ids) >= count, seconds)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.peers.add(request.transport.get_extra_info("peername"))
        body = await request.read()
        self.received.append(self._checked(request, body))
        answer = self.script.pop(0) if self.script else self.default
        self.open += 1
        self.most_open = max(self.open, self.most_open)
        try:
            return await answer(request)
        finally:
            self.open -= 1

    def _checked(self, request: web.Request, body: bytes) -> Received:
        headers = {name.lower(): value for name, value in request.headers.items()}
        fault = ""
        for hook in self._hooks:  # each of them, as while a key rotates either must do
            try:
                if self.now is None:
                    hook.verify(body, headers)
                else:
                    _verify(hook, body, headers, self.now())
            except (WebhookVerificationError, ValueError) as error:
                fault = str(error)
        return Received(headers.get("webhook-id", ""), time.monotonic(), body, headers, fault)


def _verify(hook: Webhook, body: bytes, headers: dict[str, str], now: datetime) -> None:
    """What the library's `verify` does, with another clock than the machine's."""
    sent = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    if abs(now - sent) > timedelta(minutes=5):
        raise WebhookVerificationError(f"sent at {sent}, and now it is {now}")
    if hook.sign(headers["webhook-id"], sent, body.decode()) not in headers["webhook-signature"].split():
        raise WebhookVerificationError("no matching signature found")


@dataclass(frozen=True)
class Status:
    """Answers with a status, and at once."""

    code: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    async def __call__(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=self.code, headers=dict(self.headers), body=self.body)


def redirect(to: str) -> Status:
    return Status(307, (("Location", to),))


@dataclass(frozen=True)
class Slow:
    """Answers 204, later."""

    seconds: float

    async def __call__(self, _: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.seconds)
        return web.Response(status=204)


class Held:
    """Answers 204 once `let_go` is set."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()

    async def __call__(self, _: web.Request) -> web.StreamResponse:
        await self.let_go.wait()
        return web.Response(status=204)


@dataclass(frozen=True)
class Raw:
    """Writes bytes of its own for an answer, one at a time if asked to, and closes."""

    answer: bytes
    pause_seconds: float = 0.0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        parts = [bytes([byte]) for byte in self.answer] if self.pause_seconds else [self.answer]
        for part in parts:
            if request.transport is None:
                break
            request.transport.write(part)
            await asyncio.sleep(self.pause_seconds)
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=204)


@dataclass(frozen=True)
class Endless:
    """Answers 200 and never stops talking: as fast as it is read, or with pauses."""

    pause_seconds: float = 0.0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=200)
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65536)
                await asyncio.sleep(self.pause_seconds)
        return response


CLOSED = Raw(b"")
GARBAGE = Raw(b"\x00\xffthis is no HTTP\r\n\r\n")


@contextmanager
def refusing() -> Iterator[str]:
    """A URL whose connections are refused, for as long as this lasts."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound, so that nobody else listens there; not listening
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/hooks/path-to-hide?token=query-to-hide"


@contextmanager
def silent() -> Iterator[str]:
    """A URL that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/hooks/path-to-hide?token=query-to-hide"
