"""Work in a process of its own: it begins with what this one has, and its memory goes with it."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from rasid.errors import RasidError

Step = Callable[[str, int], None]
Made = TypeVar("Made")


class EndedError(RasidError):
    """The process ended before it was done."""


def apart(work: Callable[[Step], Made], step: Step) -> Made:
    """What `work` gives, which has to be picklable; what it says on the way is passed on to `step`.

    Raises EndedError where the process fails: its traceback is on standard error.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, theirs))
    process.start()
    theirs.close()
    try:
        while isinstance(said := ours.recv(), _Said):
            step(*said)
    except EOFError:
        process.join()
        raise EndedError(f"a process of the bench ended with {process.exitcode}: see its traceback above") from None
    process.join()
    made: Made = said
    return made


class _Said(tuple[str, int]):
    """What is being done, and how many steps of it are done."""

    __slots__ = ()


def _work(work: Callable[[Step], Any], to: Connection) -> None:
    to.send(work(lambda what, done: to.send(_Said((what, done)))))
