"""A change of the watchlist by a command: written, told of somebody else's at the same time, waited for if asked."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from agents import watch_store
from agents.settings import Settings
from agents.watch_store import Held
from agents.watchlist import HEARTBEAT_SECONDS
from rasid.errors import RasidError
from schemas.watch import Watch
from schemas.worker_state import WorkerState

ALIVE_SECONDS: Final = 3 * HEARTBEAT_SECONDS  # a worker that has been silent for longer is not waited for
LOOK_SECONDS: Final = 0.2  # between looks at what workers say


class ConflictError(RasidError):
    """Somebody else changed a watch that was to be changed."""


def expect(held: dict[str, Held], watch_ids: Iterable[str], revision: int | None) -> None:
    """Raises ConflictError unless each watch is at `revision`, 0 for one that is not there; None asks for nothing."""
    for watch_id in watch_ids if revision is not None else ():
        found = held[watch_id].watch.revision if watch_id in held else 0
        if found != revision:
            raise ConflictError(
                f"watch {watch_id!r} is at revision {found}, not {revision}: somebody else changed it, and nothing was "
                f"written; see `rasid watch show {watch_id}` and try again with --if-revision {found}"
            )


def write(
    settings: Settings, held: dict[str, Held], watches: Sequence[Watch], removed: Sequence[str] = (), *, alone: bool
) -> int:
    """Writes a change made from `held`; returns the watchlist's revision with it.

    With `alone`, raises ConflictError where somebody else's change came between: the later one is in force.
    """
    reached = watch_store.write(settings, watches, removed)
    if alone:
        _told(watch_store.records(settings), held, [watch.id for watch in watches], reached)
    return reached


def _told(records: Iterable[tuple[str, int]], held: dict[str, Held], watch_ids: list[str], reached: int) -> None:
    """Raises where a watch has a record between the one that was read and ours, or after ours."""
    since = {watch_id: held[watch_id].offset if watch_id in held else -1 for watch_id in watch_ids}
    ours = range(reached - len(watch_ids), reached)
    for watch_id, offset in records:
        if offset > since.get(watch_id, offset) and offset not in ours:
            who = "later, so theirs is" if offset >= reached else "just before, so yours is"
            raise ConflictError(f"somebody else changed watch {watch_id!r} {who} in force: look at both")


def wait(
    settings: Settings, revision: int, timeout_seconds: float, see: Callable[[dict[str, WorkerState]], None]
) -> dict[str, WorkerState]:
    """Waits until every worker that speaks has this revision or a later one, and returns what they say.

    `see` is shown each look. Raises RasidError when the time is over, naming those that lack it.
    """
    began = time.time()
    while True:
        states = watch_store.workers(settings, round((began - ALIVE_SECONDS) * 1000))
        see(states)
        late = sorted(state.worker for state in states.values() if state.revision < revision)
        if states and not late:
            return states
        if time.time() - began > timeout_seconds:
            who = f"{len(late)} of {len(states)} lack it: {', '.join(late)}" if states else "no worker is running"
            raise RasidError(f"revision {revision} is not in force everywhere after {timeout_seconds:.0f} s: {who}")
        time.sleep(LOOK_SECONDS)
