"""The watchlist as commands see it: the compacted topic `watches` read once, and changes written to it.

A change takes the revision after the one that is there. What a watch means is checked before it is written.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import tomli_w

from agents import kafka, topics
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.errors import ConfigError, QueryError
from rasid.watch.links import searches
from rasid.watch.parser import parse
from rasid.watch.watchbook import Watchbook, in_bulk
from schemas.watch import Watch
from schemas.worker_state import WorkerState

DECODER: Final = msgspec.json.Decoder(Watch)


@dataclass(frozen=True, slots=True)
class Change:
    """What an import would do to one watch: `added`, `changed`, `same` or `removed`."""

    what: str
    watch: Watch


@dataclass(frozen=True, slots=True)
class Held:
    """A watch as the topic has it, and the offset of its record."""

    watch: Watch
    offset: int


def read(settings: Settings) -> dict[str, Watch]:
    """The watches on the topic by id, as they are now. Unreadable records are passed over; workers report them."""
    return {watch_id: each.watch for watch_id, each in held(settings).items()}


def held(settings: Settings) -> dict[str, Held]:
    """The same, with the offsets."""
    found: dict[str, Held] = {}
    for record in kafka.stored(settings, topics.WATCHES.name(settings)):
        watch_id = (record.key or b"").decode("utf-8", "replace")
        found.pop(watch_id, None)
        watch = _readable(record.value, watch_id)
        if watch is not None:
            found[watch_id] = Held(watch, record.offset)
    return dict(sorted(found.items()))


def _readable(value: bytes | None, watch_id: str) -> Watch | None:
    try:
        watch = None if value is None else DECODER.decode(value)
    except msgspec.DecodeError:
        return None
    return watch if watch is not None and watch.id == watch_id else None


def write(settings: Settings, watches: Iterable[Watch], removed: Iterable[str] = ()) -> int:
    """Puts watches on the topic as they are, and takes others off. Returns the watchlist's revision with the last."""
    topic = topics.WATCHES.name(settings)
    with kafka.Publisher(settings) as publisher:
        for watch in watches:
            publisher.send(Outgoing(topic, watch.id.encode(), msgspec.json.encode(watch)))
        for watch_id in removed:
            publisher.send(Outgoing(topic, watch_id.encode(), None))
        publisher.flush()
        return publisher.reached.get(topic, 0)


def records(settings: Settings) -> Iterator[tuple[str, int]]:
    """The id and offset of every record on the topic, removals among them."""
    for record in kafka.stored(settings, topics.WATCHES.name(settings)):
        yield (record.key or b"").decode("utf-8", "replace"), record.offset


def workers(settings: Settings, since_ms: int) -> dict[str, WorkerState]:
    """The last word of each worker that has spoken since then."""
    found: dict[str, WorkerState] = {}
    for record in kafka.stored(settings, topics.WORKERS.name(settings), since_ms):
        with suppress(msgspec.DecodeError):
            state = msgspec.json.decode(record.value or b"", type=WorkerState)
            found[state.worker] = state
    return found


def checked(watches: Iterable[Watch], present: Mapping[str, Watch], step: Callable[[], None] = lambda: None) -> None:
    """Raises QueryError with the watch's id, unless each of `watches` would be in force beside those that are there.

    A watch that another refers to by `search:` may be among them or there already. `step` is called for each.
    """
    wanted = list(watches)
    book = Watchbook()
    with in_bulk():
        for watch in [*_referred(wanted, present), *wanted]:
            book.add(msgspec.structs.replace(watch, enabled=True))
            step()
    for watch in wanted:
        if watch.id in book.faulty:
            fault = book.faulty[watch.id]
            raise QueryError(f"in watch {watch.id!r}, {fault.message}", fault.column or 0, watch.query)


def _referred(wanted: list[Watch], present: Mapping[str, Watch]) -> Iterator[Watch]:
    """The watches of `present` that queries lead to by `search:`."""
    seen, waiting = {watch.id for watch in wanted}, list(wanted)
    while waiting:
        watch = waiting.pop()
        for each in sorted(_searches(watch.query) - seen):
            seen.add(each)
            if each in present:
                waiting.append(present[each])
                yield present[each]


def _searches(query: str) -> frozenset[str]:
    """The watches that a query refers to; none where it cannot be read, which the book will tell."""
    with suppress(QueryError):
        return searches(parse(query)) if "search:" in query else frozenset()
    return frozenset()


def revised(watch: Watch, present: Mapping[str, Watch]) -> Watch:
    """`watch` with the revision after the present one."""
    before = present.get(watch.id)
    return msgspec.structs.replace(watch, revision=before.revision + 1 if before else 1)


def changes(wanted: Iterable[Watch], present: Mapping[str, Watch], *, prune: bool) -> Iterator[Change]:
    """What it takes to come from `present` to `wanted`; what is only present stays, unless `prune`."""
    ids = set()
    for watch in wanted:
        ids.add(watch.id)
        before = present.get(watch.id)
        if before is None:
            yield Change("added", revised(watch, present))
        elif msgspec.structs.replace(before, revision=watch.revision) == watch:
            yield Change("same", before)
        else:
            yield Change("changed", revised(watch, present))
    if prune:
        yield from (Change("removed", watch) for watch in present.values() if watch.id not in ids)


def load(path: Path) -> list[Watch]:
    """The watches of a TOML file of `[[watch]]` tables. Raises ConfigError with the place of what is wrong."""
    try:
        tables: Any = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {str(path)!r}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{str(path)!r} is no TOML file: {error}") from error
    found = parsed(path, _tables(path, tables))
    all_different(path, found)
    return found


def parsed(path: Path, tables: list[Mapping[str, Any]]) -> list[Watch]:
    """The watches of `[[watch]]` tables. Raises ConfigError with the place of what is wrong."""
    return [_watch(path, number, table) for number, table in enumerate(tables, 1)]


def _tables(path: Path, content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    tables = content.get("watch")
    if not isinstance(tables, list) or set(content) != {"watch"}:
        raise ConfigError(f"{str(path)!r} must hold [[watch]] tables and nothing else")
    return tables


def _watch(path: Path, number: int, table: Mapping[str, Any]) -> Watch:
    place = f"{str(path)!r}, watch {number} ({table.get('id', 'without id')})"
    unknown = set(table) - set(Watch.__struct_fields__)
    if unknown:
        known = ", ".join(Watch.__struct_fields__)
        raise ConfigError(f"{place}: unknown key {min(unknown)!r}; keys are {known}")
    try:
        return msgspec.convert(table, Watch)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{place}: {error}") from error


def all_different(path: Path, found: list[Watch]) -> None:
    """Raises ConfigError where two watches have one id."""
    seen: set[str] = set()
    for watch in found:
        if watch.id in seen:
            raise ConfigError(f"{str(path)!r} has the id {watch.id!r} twice: ids are unique")
        seen.add(watch.id)


def dump(watches: Iterable[Watch]) -> str:
    """A TOML file that `load` reads back; revisions stay with the cluster."""
    tables = [
        {key: value for key, value in msgspec.to_builtins(watch).items() if key != "revision"} for watch in watches
    ]
    return "\n".join(map(_table, tables))


def _table(fields: dict[str, Any]) -> str:
    """One `[[watch]]` with its subtables, as the documentation shows it: the writer alone would put it on one line."""
    values = {key: value for key, value in fields.items() if not isinstance(value, dict)}
    subtables = (f"[watch.{key}]\n{tomli_w.dumps(value)}" for key, value in fields.items() if isinstance(value, dict))
    return "".join(("[[watch]]\n", tomli_w.dumps(values), *subtables))
