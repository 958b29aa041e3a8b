"""The watchlist as commands see it: the compacted topic `watches` read once, and changes written to it.

A change takes the revision after the one that is there. What a watch means is checked before it is written.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import tomli_w

from agents import kafka, topics
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.errors import ConfigError
from rasid.watch.parser import parse
from schemas.watch import Watch

DECODER: Final = msgspec.json.Decoder(Watch)


@dataclass(frozen=True, slots=True)
class Change:
    """What an import would do to one watch: `added`, `changed`, `same` or `removed`."""

    what: str
    watch: Watch


def read(settings: Settings) -> dict[str, Watch]:
    """The watches on the topic by id, as they are now. Unreadable records are passed over; workers report them."""
    found: dict[str, Watch] = {}
    for record in kafka.stored(settings, topics.WATCHES.name(settings)):
        watch_id = (record.key or b"").decode("utf-8", "replace")
        found.pop(watch_id, None)
        if record.value is not None:
            _take(found, watch_id, record.value)
    return dict(sorted(found.items()))


def _take(found: dict[str, Watch], watch_id: str, value: bytes) -> None:
    try:
        watch = DECODER.decode(value)
    except msgspec.DecodeError:
        return
    if watch.id == watch_id:
        found[watch_id] = watch


def write(settings: Settings, watches: Iterable[Watch], removed: Iterable[str] = ()) -> None:
    """Puts watches on the topic as they are, and takes others off."""
    topic = topics.WATCHES.name(settings)
    with kafka.Publisher(settings) as publisher:
        for watch in watches:
            publisher.send(Outgoing(topic, watch.id.encode(), msgspec.json.encode(watch)))
        for watch_id in removed:
            publisher.send(Outgoing(topic, watch_id.encode(), None))


def checked(watch: Watch) -> Watch:
    """`watch`, when its query can be read; raises QueryError otherwise."""
    parse(watch.query)
    return watch


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
    found = [_watch(path, number, table) for number, table in enumerate(_tables(path, tables), 1)]
    _all_different(path, found)
    return found


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


def _all_different(path: Path, found: list[Watch]) -> None:
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
    return tomli_w.dumps({"watch": tables})
