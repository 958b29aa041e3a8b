"""Posts to one receiver over HTTP: only to addresses that were checked, without redirects, within time and size.

What an answer means, and when to try again, is decided in rasid/deliver. A client each for every receiver, so that none
can use up another's connections or threads.
"""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from rasid.deliver.outcome import Failure
from rasid.deliver.target import Target, literal, refusal

TOTAL_SECONDS: Final = 10.0  # of an attempt: name, connection, request and the answer's head
CONNECT_SECONDS: Final = 5.0  # of that, for one address's TCP and TLS
BODY_SECONDS: Final = 1.0  # for the answer's body, which nobody needs: a connection that dawdles is closed instead
BODY_BYTES: Final = 1 << 16  # of an answer's body that are read
KEEPALIVE_SECONDS: Final = 30.0
RESOLVER_THREADS: Final = 2  # a name server that does not answer holds up its own receiver only
USER_AGENT: Final = "Rasid"


@dataclass(frozen=True)
class Answer:
    """What came of an attempt: a status or a failure, and of the answer what is of use."""

    result: int | Failure
    retry_after: str | None = None
    body: bytes = b""  # the first 64 KiB


class RefusedAddressError(OSError):
    """None of a name's addresses may be called."""


class CheckedResolver(AbstractResolver):
    """Resolves names in threads of its own and hands on only addresses that may be called.

    aiohttp connects to what it gets here and asks no further, so a name cannot change its address in between.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, "resolve")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The host's addresses; raises RefusedAddressError when it has some, and none may be called."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
        )
        allowed = [each for each in found if self._allow_private or refusal(str(each[4][0])) is None]
        if not allowed:
            raise RefusedAddressError("no address of the host may be called")
        return [_resolved(host, port, each) for each in allowed]

    async def close(self) -> None:
        """Lets the threads go, without waiting for name servers."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _resolved(host: str, port: int, found: Any) -> ResolveResult:
    family, _, proto, _, address = found
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address[0], port=port, family=family, proto=proto, flags=flags)


class Client:
    """Posts to one target over at most `connections` kept connections. Use as an asynchronous context."""

    def __init__(
        self,
        target: Target,
        *,
        allow_private: bool = False,
        connections: int = 8,
        total_seconds: float = TOTAL_SECONDS,
        authorization: str | None = None,
    ) -> None:
        self._headers = {"User-Agent": USER_AGENT, "Content-Type": "application/json", "Accept-Encoding": "identity"}
        if authorization:
            self._headers["Authorization"] = authorization
        self._url = URL(target.url, encoded=True)  # sent as it is written
        self._allow_private = allow_private
        self._connections = connections
        self._total_seconds = total_seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=CheckedResolver(allow_private=self._allow_private),
            use_dns_cache=False,  # each new connection asks anew, and is checked anew
            limit=self._connections,
            keepalive_timeout=KEEPALIVE_SECONDS,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._total_seconds, sock_connect=CONNECT_SECONDS, ceil_threshold=60),
            headers=self._headers,
            auto_decompress=False,  # a small body that unpacks to gigabytes
            trust_env=False,  # a proxy would connect where nothing was checked
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Sends `body` and reads the answer. Expected failures come as values; none of them names the address."""
        if self._session is None:
            raise RuntimeError("the client is not open: use it in `async with`")
        if not self._allow_private and self._refused_literal():
            return Answer(Failure.REFUSED_ADDRESS)
        try:
            return await self._post(self._session, body, headers)
        except (aiohttp.ClientError, OSError, UnicodeError) as error:
            return Answer(failure(error))

    def _refused_literal(self) -> bool:
        """Whether the URL spells out an address that may not be called: aiohttp asks no resolver about these."""
        host = (self._url.raw_host or "").rstrip(".")
        return (literal(host) is not None or ":" in host) and refusal(host) is not None

    async def _post(self, session: aiohttp.ClientSession, body: bytes, headers: Mapping[str, str]) -> Answer:
        async with session.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
            start = await _read(response)
            return Answer(response.status, response.headers.get("Retry-After"), start)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The start of the body. The head has been read and is what counts: a body that fails fails nothing."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while size < BODY_BYTES and (part := await response.content.read(BODY_BYTES - size)):
                parts.append(part)
                size += len(part)
    except (aiohttp.ClientError, OSError):
        response.close()
    if not response.content.at_eof():
        response.close()  # the rest is not waited for
    return b"".join(parts)


def failure(error: BaseException) -> Failure:
    """What kind of failure an exception of aiohttp or the system stands for: the first row that knows a cause of it."""
    causes = _chain(error)
    return next(found for kinds, found in _KINDS if any(isinstance(cause, kinds) for cause in causes))


_KINDS: Final[tuple[tuple[tuple[type[BaseException], ...], Failure], ...]] = (
    ((RefusedAddressError,), Failure.REFUSED_ADDRESS),
    ((TimeoutError,), Failure.TIMEOUT),
    ((socket.gaierror, UnicodeError, aiohttp.InvalidURL), Failure.NAME_NOT_FOUND),
    ((ssl.SSLError, ssl.CertificateError, aiohttp.ClientSSLError), Failure.TLS),
    ((aiohttp.ClientConnectorError,), Failure.NO_CONNECTION),
    ((aiohttp.ServerDisconnectedError, ConnectionError), Failure.DISCONNECTED),
    ((aiohttp.ClientResponseError, aiohttp.ClientPayloadError, aiohttp.http.HttpProcessingError), Failure.NOT_HTTP),
    ((BaseException,), Failure.DISCONNECTED),
)


def _chain(error: BaseException) -> list[BaseException]:
    """The exception, and the ones it came from."""
    chain: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in chain:
        chain.append(step)
        step = step.__cause__ or step.__context__
    return chain
