"""Tells receivers by Apprise: chat, mail, phones. Each notifier has a process of its own (notifier_process.py).

Apprise brings its own clients, a hundred of them; in another process none can hold up or end this one, an attempt can
be ended, and no connection is made to an address that may not be called.
"""

import asyncio
import importlib.util
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from agents.http_client import Answer
from agents.senders import Phrasing
from rasid.deliver.outcome import Failure
from rasid.errors import ConfigError
from schemas.alert import Alert

MEND: Final = "pip install apprise"
START_SECONDS: Final = 30.0  # for the process to import Apprise, on a busy machine
KINDS: Final[Mapping[str, str]] = {"info": "info", "warning": "warning", "critical": "failure"}  # Apprise's words
SENT: Final = 200  # what stands for a status: Apprise tells only whether a service took it


@dataclass(frozen=True)
class Service:
    """An Apprise URL. All of it but its scheme may be a secret, and neither repr nor `origin` shows more."""

    url: str
    scheme: str
    host: str = ""

    @property
    def origin(self) -> str:
        """What may be shown."""
        return f"{self.scheme}://"

    def __repr__(self) -> str:
        return f"Service({self.origin!r})"


def service(url: str) -> Service:
    """Reads an Apprise URL; raises ConfigError where Apprise is not installed or does not know it."""
    if importlib.util.find_spec("apprise") is None:
        raise ConfigError(f"type 'apprise' needs the package of this name: {MEND}")
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would tell of the URL
    scheme = url.partition("://")[0].lower()
    if "://" not in url or apprise.Apprise.instantiate(url, suppress_exceptions=True) is None:
        raise ConfigError(
            f"url is none that Apprise reads ({scheme[:20]!r}): its services are on https://github.com/caronc/apprise/wiki"
        )
    return Service(url, scheme)


class Notifier:
    """Sends by one Apprise URL, one alert at a time. The process is started when it is first needed."""

    def __init__(self, service: Service, phrasing: Phrasing, *, allow_private: bool, seconds: float) -> None:
        self._service, self._phrasing = service, phrasing
        self._allow_private, self._seconds = allow_private, seconds
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def send(self, alert: Alert, now: datetime) -> Answer:  # noqa: ARG002  # services put their own time to it
        """One attempt, ended where it takes longer than allowed."""
        title, text = self._phrasing.of(alert)
        resolved = alert.type == "alert.resolved"
        message = {"title": title, "text": text, "kind": "success" if resolved else KINDS[alert.watch.severity]}
        async with self._turn:
            return await self._told(message)

    async def _told(self, message: dict[str, Any]) -> Answer:
        """A process that failed us is ended; the next attempt starts another."""
        whole = False
        try:
            process = await self._started()
            async with asyncio.timeout(self._seconds):
                answer = await _exchange(process, message)
            whole = True
        except TimeoutError:
            return Answer(Failure.TIMEOUT)
        except (OSError, asyncio.IncompleteReadError, msgspec.DecodeError):
            return Answer(Failure.DISCONNECTED)
        finally:
            if not whole:
                await self._end()
        if answer.get("sent"):
            return Answer(SENT)
        return Answer(Failure.REFUSED_ADDRESS if answer.get("refused") else Failure.NOT_TAKEN)

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            pipe, none = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
            program = (sys.executable, "-m", "agents.notifier_process")
            self._process = await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe, stderr=none)
            # Not in the arguments of the program, which others on the machine can see.
            about = {
                "url": self._service.url,
                "allow_private": self._allow_private,
            }
            async with asyncio.timeout(START_SECONDS):
                await _exchange(self._process, about)
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()


async def _exchange(process: asyncio.subprocess.Process, message: dict[str, Any]) -> dict[str, Any]:
    """One line of JSON there, one back."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(msgspec.json.encode(message) + b"\n")
    await process.stdin.drain()
    answer: dict[str, Any] = msgspec.json.decode(await process.stdout.readuntil(b"\n"), type=dict[str, Any])
    return answer
