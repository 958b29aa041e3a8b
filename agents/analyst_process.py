"""The processes in which a worker's articles are analysed: each answers what comes on its socket.

The loop of the worker, which reads from the broker, sends and delivers, so never waits for an analysis, and several
processors analyse at once. What they need is loaded once, by a process that then forks one for each socket and waits
for them: they share that memory. They end when the worker does.
"""

import functools
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from importlib.resources import files
from typing import BinaryIO, Final

import msgspec

from agents import camel_data, logs, recogniser
from agents.analyst_messages import (
    LENGTH_BYTES,
    QUESTION,
    Answer,
    Articles,
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
from agents.settings import Settings, load
from agents.watch_records import WatchRecords
from rasid.analysis import Analysis, arrival
from rasid.intake import Rejected
from rasid.tag import neural, sequence
from rasid.watch.watchbook import in_bulk
from schemas.dead_letter import Reason
from schemas.watch_match import WatchMatch

log = logging.getLogger(__name__)
ENCODER: Final = msgspec.json.Encoder()
WARMING: Final = 5  # articles: others are read by both processes at once
SIGNALLED: Final = 128  # added to a signal's number, the exit code that shells give


class Analyst:
    """Answers questions, one after the other."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._watches = WatchRecords(analysis.book)
        self._gave_up = 0

    def answer(self, question: Question) -> Answer:
        """The answer that analyst_messages.py names for each question."""
        match question:
            case Articles(records):
                return Read([self._made(record) for record in records], self._news())
            case Changes(records, bulk):
                with in_bulk() if bulk else nullcontext():
                    return self._watches.standing(self._watches.take(records))
            case Settled():
                gc.freeze()  # what stays, so that the collector does not walk it while articles wait
                return self._watches.standing({})

    def _news(self) -> Standing | None:
        """How the book stands, where watches have given up on articles since it was last said."""
        before, self._gave_up = self._gave_up, len(self._watches.book.costly)
        return self._watches.standing({}) if before != self._gave_up else None

    def _made(self, record: Record) -> Made | Refused:
        try:
            return self._answered(record)
        except Exception as error:  # our own fault, and of this record alone: the others go on
            log.exception("an article could not be analysed")  # the worker says which
            return Refused(Reason.INTERNAL.value, f"{type(error).__name__}: {error}")

    def _answered(self, record: Record) -> Made | Refused:
        found = self._analysis.read(record.value, record.key, arrival(record.timestamp_ms))
        if isinstance(found, Rejected):
            return Refused(found.reason.value, found.detail)
        gone = self._analysis.gone(found, record.stood) if record.stood else []
        tagged = found.tagged
        return Made(tagged.uri, ENCODER.encode(tagged), _encoded(found.matches), _encoded(gone))


def _encoded(matches: list[WatchMatch]) -> list[tuple[str, bytes]]:
    return [(match.watch.id, ENCODER.encode(match)) for match in matches]


def loaded(settings: Settings) -> Analysis:
    """All that is the same in each process, where the collector will not look."""
    camel_data.lend()
    gc.disable()  # the lexicon is a million objects that never go: the collector need not walk them again and again
    tagger = sequence.own() if settings.names_by == sequence.TAGGER else None
    made = Analysis(sequence=tagger, sequence_for_all=settings.ner == "all")
    _warm(made)
    gc.freeze()
    gc.enable()
    return made


def _warm(analysis: Analysis) -> None:
    """Reads a few articles, so that loops are compiled, and the commonest words worked out, once for all processes."""
    articles = (files("seeds") / "articles" / "1_dawn.jsonl").read_bytes().splitlines()
    for line in articles[:WARMING]:
        analysis.read(line, None, datetime.now(UTC))


def serve(own: socket.socket, analysis: Analysis, settings: Settings) -> None:
    """Answers until the worker ends. Raises ConfigError where the recogniser is not there."""
    if settings.names_by == neural.TAGGER:
        analysis.sequence = recogniser.opened()  # it has threads, which no fork takes along
    analyst = Analyst(analysis)
    with suppress(ConnectionError), own.makefile("rb") as asked:  # a killed worker leaves questions half asked
        own.sendall(framed(Ready(os.getpid())))
        for question in questions(asked):
            own.sendall(framed(analyst.answer(question)))


def questions(stream: BinaryIO) -> Iterator[Question]:
    """What comes, until the worker has ended."""
    while len(size := stream.read(LENGTH_BYTES)) == LENGTH_BYTES:
        body = stream.read(int.from_bytes(size, "big"))
        yield QUESTION.decode(body)


def forked(own: socket.socket, others: Iterable[socket.socket], work: Callable[[socket.socket], None]) -> int:
    """The id of a new process that does `work` with its own socket and ends."""
    pid = os.fork()
    if pid:
        own.close()
        return pid
    code = 1
    try:
        for other in others:
            other.close()  # or it would not be seen when the worker closes it
        work(own)
        code = 0
    except Exception:
        log.exception("an analysis process ends")
    finally:
        os._exit(code)


def waited(pids: set[int]) -> int:
    """0 when all have ended well; the first other exit code, where one has not, and the others are ended too."""
    while pids:
        pid, status = os.wait()
        pids.discard(pid)
        code = os.waitstatus_to_exitcode(status)
        if code:
            for each in pids:
                os.kill(each, signal.SIGKILL)
                os.waitpid(each, 0)
            return code
    return 0


def main() -> None:
    """Serves the sockets whose file descriptors are the arguments. Signals are the worker's, which sees to its work."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    settings = load()
    logs.configure(settings)
    analysis = loaded(settings)
    sockets = [socket.socket(fileno=int(each)) for each in sys.argv[1:]]
    work = functools.partial(serve, analysis=analysis, settings=settings)
    pids = {forked(own, sockets[number + 1 :], work) for number, own in enumerate(sockets)}
    code = waited(pids)
    sys.exit(code if code >= 0 else SIGNALLED - code)


if __name__ == "__main__":
    main()
