"""The processes that analyse a worker's articles (analyst_process.py), and how work is given out to them.

Each has a book of all watches: a change goes to every one, and what is asked after it is answered by it. One that
ends, or whose answer is none, takes the worker with it, whose work comes again.
"""

import asyncio
import logging
import os
import socket
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar

from agents.analyst_messages import (
    ANSWER,
    LENGTH_BYTES,
    Articles,
    Change,
    Changes,
    Made,
    Question,
    Read,
    Ready,
    Record,
    Refused,
    Settled,
    Standing,
    framed,
)
from agents.settings import Settings

log = logging.getLogger(__name__)
PROGRAM: Final = "agents.analyst_process"
LEAST: Final = 2
MOST: Final = 4  # processes where none are asked for: each holds all watches, and a worker's loop keeps up with four
LOST: Final = "an analysis process has ended: see the log before this"
LEAST_SHARE: Final = 4  # articles that are worth a process of their own
LAST_SECONDS: Final = 5.0  # for them to end in, once one is lost

Kind = TypeVar("Kind", Read, Ready, Standing)


class LostError(RuntimeError):
    """An analysis process has ended."""


def number(settings: Settings) -> int:
    """How many processes a worker has."""
    return settings.analysis_processes or by_default(len(os.sched_getaffinity(0)))


def by_default(processors: int) -> int:
    """How many, unless a setting says, where there are so many processors: the loop and the broker want some too."""
    return min(processors, max(LEAST, min(MOST, processors // 2)))


class Analyst:
    """One process. Answers come in the order of the questions."""

    def __init__(self, lost: asyncio.Event) -> None:
        self.articles = 0  # asked about and not yet answered
        self.pid = 0
        self._lost = lost
        self._open: deque[tuple[type, asyncio.Future[Any]]] = deque()  # what is expected, in order

    async def start(self, own: socket.socket) -> None:
        """Returns when it is ready, or lost."""
        reader, self._writer = await asyncio.open_unix_connection(sock=own)
        ready = self._expect(Ready)
        self._listening = asyncio.create_task(self._listen(reader))
        self.pid = (await ready).pid

    async def ask(self, question: Question, kind: type[Kind]) -> Kind:
        """The answer, which is of this kind. Raises LostError where the process ends before, or answers otherwise."""
        if self._lost.is_set():
            raise LostError(LOST)
        expected = self._expect(kind)
        self._writer.write(framed(question))
        await self._writer.drain()
        return await expected

    async def read(self, records: Sequence[Record]) -> Read:
        """What becomes of articles."""
        self.articles += len(records)
        try:
            return await self.ask(Articles(list(records)), Read)
        finally:
            self.articles -= len(records)

    def close(self) -> None:
        """Lets it end."""
        self._listening.cancel()
        self._writer.close()

    def hang_up(self) -> None:
        """Has it end: nothing more is said or heard, and whoever waits for an answer is told."""
        self._writer.transport.abort()

    def _expect(self, kind: type[Kind]) -> "asyncio.Future[Kind]":
        answer: asyncio.Future[Kind] = asyncio.get_running_loop().create_future()
        self._open.append((kind, answer))
        return answer

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._take(await _frame(reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            log.debug("analysis process %d has ended", self.pid)  # `run` says with which code
        except Exception:  # whatever it means by that, what it says next cannot be trusted either
            log.exception("analysis process %d answers what is no answer: the worker ends", self.pid)
        finally:
            self._lost.set()
            for _, answer in self._open:
                if not answer.done():
                    answer.set_exception(LostError(LOST))

    def _take(self, body: bytes) -> None:
        """Gives an answer to whoever asked. Raises an error where it is none, or not of the kind that is expected."""
        given = ANSWER.decode(body)
        kind, answer = self._open[0]
        if not isinstance(given, kind):
            raise TypeError(f"expected {kind.__name__}, not {type(given).__name__}")
        self._open.popleft()
        if not answer.done():  # whoever asked may be gone
            answer.set_result(given)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    return await reader.readexactly(int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big"))


class Analysts:
    """All of a worker's. `ready` is set once they are there. `program`: the module that is run."""

    def __init__(self, count: int, program: str = PROGRAM) -> None:
        self.ready = asyncio.Event()
        self._program = program
        self._lost = asyncio.Event()
        self._all = [Analyst(self._lost) for _ in range(count)]

    async def run(self) -> None:
        """Starts them, and raises LostError as soon as one is lost. They end with this process, not with this task.

        What is in flight when a worker is told to stop is analysed to its end.
        """
        with suppress(LostError):  # the first word of one may be none
            await self._start()
            self.ready.set()
        await self._lost.wait()
        raise LostError(f"{LOST} (exit code {await self._ended()})")

    async def _ended(self) -> int:
        """The exit code, once all have ended; they are made to where one was lost that still runs."""
        for each in self._all:
            each.hang_up()
        try:
            return await asyncio.wait_for(self._process.wait(), LAST_SECONDS)
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()

    async def _start(self) -> None:
        pairs = [socket.socketpair() for _ in self._all]
        theirs = [their.fileno() for _, their in pairs]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._program,
            *map(str, theirs),
            pass_fds=theirs,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,  # its log goes to standard error, as ours does
        )
        for _, their in pairs:
            their.close()
        await asyncio.gather(*[each.start(own) for each, (own, _) in zip(self._all, pairs, strict=True)])

    def waiting(self) -> str | None:
        """A readiness check: what is wrong, or None."""
        return None if self.ready.is_set() else "the lexicon is being loaded"

    @property
    def pids(self) -> list[int]:
        """Their process ids."""
        return [each.pid for each in self._all]

    async def read(self, records: Sequence[Record]) -> tuple[list[Made | Refused], list[Standing]]:
        """What articles become, in their order, and how books stand where watches gave up on some of them."""
        await self.ready.wait()
        shares = _shares(records, len(self._all))
        idlest = sorted(self._all, key=lambda each: each.articles)
        answers = await asyncio.gather(*[each.read(share) for each, share in zip(idlest, shares, strict=False)])
        return [made for each in answers for made in each.made], [each.standing for each in answers if each.standing]

    async def change(self, records: Sequence[Change], *, bulk: bool = False) -> Standing:
        """Applies records of `watches` everywhere; returns when they are in force."""
        return await self._told(Changes(list(records), bulk))

    async def settle(self) -> Standing:
        """Says that the books are as they will be for long."""
        return await self._told(Settled())

    async def _told(self, question: Question) -> Standing:
        await self.ready.wait()
        answers = await asyncio.gather(*[each.ask(question, Standing) for each in self._all])
        return answers[0]

    async def close(self) -> None:
        """Lets them end."""
        for each in self._all:
            each.close()
        await self._process.wait()


def _shares(records: Sequence[Record], most: int) -> list[Sequence[Record]]:
    """At most so many parts, in order, of about as many records each."""
    count = max(1, min(most, len(records) // LEAST_SHARE))
    size = -(-len(records) // count)
    return [records[start : start + size] for start in range(0, len(records), size)]
