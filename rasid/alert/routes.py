"""Routes: which receivers an alert goes to, and how it waits on the way. Read from the tables of the receivers file.

Words and meaning are Alertmanager's (https://prometheus.io/docs/alerting/latest/configuration/#route), but for one: a
route without `group_by` groups nothing, so that the first report wakes somebody at once.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from rasid.alert.durations import duration
from rasid.alert.inhibit import Rule, read_rule
from rasid.alert.matchers import all_meet, parse
from rasid.alert.times import TimeInterval, interval
from rasid.errors import ConfigError
from schemas.silence import Matcher

DEFAULT: Final = "default"  # the receiver where no route says another
EACH: Final = "..."  # in group_by: every alert alone, as Alertmanager has it
_KEYS: Final = (
    "receiver", "matchers", "continue", "group_by", "group_wait", "group_interval", "repeat_interval",
    "mute_time_intervals", "active_time_intervals", "routes",
)  # fmt: skip
TABLES: Final = ("route", "inhibit_rule", "time_interval", "care")
MOST_PER_HOUR: Final = 1000  # that may be set: an hour is kept in one record


@dataclass(frozen=True, slots=True)
class Route:
    """One node of the tree. `path` says where it stands in the file; `group_by` None groups nothing.

    `receiver` is empty where the file has no routes: then watches name theirs, or go to `default` if there is one.
    """

    path: str = "route"
    receiver: str = ""
    matchers: tuple[Matcher, ...] = ()
    goes_on: bool = False  # `continue`
    group_by: tuple[str, ...] | None = None
    group_wait: timedelta = timedelta(seconds=30)
    group_interval: timedelta = timedelta(minutes=5)
    repeat_interval: timedelta = timedelta(hours=4)
    mute_times: tuple[str, ...] = ()
    active_times: tuple[str, ...] = ()
    routes: tuple["Route", ...] = ()

    def matching(self, labels: Mapping[str, str]) -> Iterator["Route"]:
        """The routes an alert takes: of each level the first that matches, and the next while that one goes on."""
        taken = False
        for route in self.routes:
            if all_meet(route.matchers, labels):
                taken = True
                yield from route.matching(labels)
                if not route.goes_on:
                    break
        if not taken:
            yield self

    def every(self) -> Iterator["Route"]:
        """This route and all below it."""
        yield self
        for route in self.routes:
            yield from route.every()


@dataclass(frozen=True, slots=True)
class Care:
    """What the receivers file says about alerts: the tree of routes, inhibition, and the named time intervals.

    `max_per_hour` is for watches that say none of their own: 0 is no limit, None leaves it to whom they tell. `people`
    are the receivers that pass alerts on to people, who want to be told less than programs do.
    """

    route: Route = field(default_factory=Route)
    rules: tuple[Rule, ...] = ()
    times: Mapping[str, tuple[TimeInterval, ...]] = field(default_factory=dict)
    max_per_hour: int | None = None
    people: frozenset[str] = frozenset()

    def muted_by(self, route: Route, now: datetime) -> str | None:
        """The name of the interval that mutes a route at `now`, or of those outside of which it is."""
        for name in route.mute_times:
            if any(each.holds(now) for each in self.times[name]):
                return name
        if route.active_times and not any(each.holds(now) for name in route.active_times for each in self.times[name]):
            return "outside " + ", ".join(route.active_times)
        return None


def read(document: Mapping[str, Any], receivers: Collection[str]) -> Care:
    """What a file's tables say; `receivers` are the names it defines. Raises ConfigError with a mistake's place."""
    times = dict(_times(number, table) for number, table in enumerate(_tables(document, "time_interval"), 1))
    root: Any = document.get("route", {})
    if not isinstance(root, Mapping):
        raise ConfigError("[[route]] is a list: the tree has one root, written [route], and [[route.routes]] below it")
    if root.get("matchers") or root.get("continue"):
        raise ConfigError("route: the root takes every alert: it has neither matchers nor continue")
    route = _route(root, Route(receiver=DEFAULT if "route" in document else ""), "route")
    for each in route.every():
        _check(each, receivers, times, written="route" in document)
    rules = [
        _placed(f"inhibit_rule {number}", read_rule, table)
        for number, table in enumerate(_tables(document, "inhibit_rule"), 1)
    ]
    return Care(route, tuple(rules), times, _max_per_hour(document), frozenset(_people(document)))


def _max_per_hour(document: Mapping[str, Any]) -> int | None:
    table: Any = document.get("care", {})
    if not isinstance(table, Mapping) or set(table) - {"max_per_hour"}:
        raise ConfigError("care: write [care] and below it max_per_hour = 20, which is all that it may say")
    number: Any = table.get("max_per_hour")
    if number is not None and (type(number) is not int or not 0 <= number <= MOST_PER_HOUR):
        raise ConfigError(f"care: max_per_hour is {number!r}: write 1 to {MOST_PER_HOUR}, or 0 for no limit")
    return number


def _people(document: Mapping[str, Any]) -> Iterator[str]:
    """Receivers of type apprise: chats, mail, telephones. What else is wrong with them is said where they are read."""
    tables: Any = document.get("receiver", [])
    for table in tables if isinstance(tables, list) else ():
        if isinstance(table, Mapping) and table.get("type") == "apprise" and isinstance(table.get("name"), str):
            yield table["name"]


def _tables(document: Mapping[str, Any], name: str) -> list[Any]:
    found: Any = document.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
        raise ConfigError(f"{name} is written as [[{name}]], with two brackets")
    return found


def _times(number: int, table: Mapping[str, Any]) -> tuple[str, tuple[TimeInterval, ...]]:
    place, name = f"time_interval {number}", table.get("name")
    if not isinstance(name, str) or not name:
        raise ConfigError(f"{place} has no name")
    parts: Any = table.get("time_intervals")
    if set(table) - {"name", "time_intervals"} or not isinstance(parts, list) or not parts:
        raise ConfigError(f"{place} ({name}): write name and time_intervals = [{{ weekdays = ['friday'] }}]")
    return name, tuple(_placed(f"{place} ({name})", interval, part) for part in parts)


def _placed(place: str, reader: Any, table: Mapping[str, Any]) -> Any:
    try:
        return reader(table)
    except ConfigError as error:
        raise ConfigError(f"{place}: {error}") from error


def _route(table: Mapping[str, Any], parent: Route, path: str) -> Route:
    """What a table does not say it has from its parent, but for matchers, `continue` and time intervals."""
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"{path}: unknown key {key!r}: known are {', '.join(_KEYS)}")
    try:
        own = Route(
            path=path,
            receiver=_text(table, "receiver", parent.receiver),
            matchers=tuple(map(parse, _strings(table, "matchers"))),
            goes_on=_flag(table, "continue"),
            group_by=_group_by(table, parent),
            group_wait=_length(table, "group_wait", parent.group_wait),
            group_interval=_length(table, "group_interval", parent.group_interval),
            repeat_interval=_length(table, "repeat_interval", parent.repeat_interval),
            mute_times=tuple(_strings(table, "mute_time_intervals")),
            active_times=tuple(_strings(table, "active_time_intervals")),
        )
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    below = enumerate(_tables(table, "routes"))
    routes = tuple(_route(each, own, f"{path}.routes[{number}]") for number, each in below)
    return Route(**{name: getattr(own, name) for name in own.__slots__ if name != "routes"}, routes=routes)


def _text(table: Mapping[str, Any], key: str, default: str) -> str:
    value: Any = table.get(key, default)
    if not isinstance(value, str) or (key in table and not value):
        raise ConfigError(f"{key} is {value!r}: write a name")
    return value


def _strings(table: Mapping[str, Any], key: str) -> list[str]:
    value: Any = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ConfigError(f"{key} is {value!r}: write a list of strings")
    return value


def _flag(table: Mapping[str, Any], key: str) -> bool:
    value: Any = table.get(key, False)
    if not isinstance(value, bool):
        raise ConfigError(f"{key} is {value!r}: write true or false")
    return value


def _length(table: Mapping[str, Any], key: str, default: timedelta) -> timedelta:
    try:
        return duration(table[key]) if key in table else default
    except ConfigError as error:
        raise ConfigError(f"{key}: {error}") from error


def _group_by(table: Mapping[str, Any], parent: Route) -> tuple[str, ...] | None:
    if "group_by" not in table:
        return parent.group_by
    names = _strings(table, "group_by")
    return None if EACH in names else tuple(dict.fromkeys(names))


def _check(route: Route, receivers: Collection[str], times: Collection[str], *, written: bool) -> None:
    """Names that nothing has are mistakes; `default` may be missing while no route is written."""
    if written and route.receiver not in receivers:
        known = ", ".join(sorted(receivers)) or "none"
        raise ConfigError(f"{route.path}: no receiver is named {route.receiver!r}: this file has {known}")
    for name in (*route.mute_times, *route.active_times):
        if name not in times:
            raise ConfigError(
                f"{route.path}: no [[time_interval]] is named {name!r}: there are {', '.join(times) or 'none'}"
            )
