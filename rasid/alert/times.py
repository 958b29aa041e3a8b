"""Time intervals, as Alertmanager's `time_intervals`: times of day, weekdays, days of month, months, years, a place.

https://prometheus.io/docs/alerting/latest/configuration/#time_interval
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rasid.errors import ConfigError

Range = tuple[int, int]  # both ends included

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_KEYS: Final = ("times", "weekdays", "days_of_month", "months", "years", "location")
_TIME: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_DAY_MINUTES: Final = 24 * 60
_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class TimeInterval:
    """Holds when each of its parts does; a part with nothing in it always does.

    `times` are minutes of the day, the end not included; `days_of_month` may be negative, counted from its end.
    """

    times: tuple[Range, ...] = ()
    weekdays: tuple[Range, ...] = ()
    days_of_month: tuple[Range, ...] = ()
    months: tuple[Range, ...] = ()
    years: tuple[Range, ...] = ()
    zone: tzinfo = _UTC

    def holds(self, now: datetime) -> bool:
        """Whether `now` is in it."""
        here = now.astimezone(self.zone)
        minute = here.hour * 60 + here.minute
        return (
            _in([(start, end - 1) for start, end in self.times], minute)
            and _in(self.weekdays, here.weekday())
            and self._in_month(here)
            and _in(self.months, here.month)
            and _in(self.years, here.year)
        )

    def _in_month(self, here: datetime) -> bool:
        last = monthrange(here.year, here.month)[1]
        ranges = [(_of_month(start, last), _of_month(end, last)) for start, end in self.days_of_month]
        return _in(ranges, here.day)


def _of_month(day: int, last: int) -> int:
    return day if day > 0 else last + 1 + day


def _in(ranges: Sequence[Range], value: int) -> bool:
    return not ranges or any(start <= value <= end for start, end in ranges)


def interval(table: Mapping[str, Any]) -> TimeInterval:
    """Reads one interval; raises ConfigError for what it may not say."""
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"unknown key {key!r}: known are {', '.join(_KEYS)}")
    return TimeInterval(
        times=tuple(map(_times, _list(table, "times"))),
        weekdays=tuple(part for each in _ranges(table, "weekdays", _named(DAYS, 0)) for part in _round(each)),
        days_of_month=_ranges(table, "days_of_month", _day),
        months=_ranges(table, "months", _named(MONTHS, 1)),
        years=_ranges(table, "years", _number),
        zone=_zone(table.get("location", "UTC")),
    )


def _list(table: Mapping[str, Any], key: str) -> Sequence[Any]:
    found: Any = table.get(key, [])
    if not isinstance(found, list):
        raise ConfigError(f"{key} is {found!r}: write a list")
    return found


def _times(table: Any) -> Range:
    if not isinstance(table, dict) or set(table) != {"start_time", "end_time"}:
        raise ConfigError(f'times holds {table!r}: write {{ start_time = "22:00", end_time = "24:00" }}')
    start, end = (_minutes(table[key]) for key in ("start_time", "end_time"))
    if start >= end:
        raise ConfigError(
            f"{table['start_time']} is not before {table['end_time']}: write two times for one over midnight"
        )
    return start, end


def _minutes(text: Any) -> int:
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else _DAY_MINUTES + 1
    if minutes > _DAY_MINUTES:
        raise ConfigError(f"{text!r} is no time of day: write 00:00 to 24:00")
    return minutes


def _ranges(table: Mapping[str, Any], key: str, read: Callable[[str], int]) -> tuple[Range, ...]:
    """Each is one value, or two with a colon between."""
    found = []
    for text in _list(table, key):
        first, _, last = str(text).partition(":")
        try:
            start, end = read(first), read(last or first)
        except ValueError as error:
            raise ConfigError(f"{key} has {text!r}: {error}") from error
        if key != "weekdays" and start > end and (start > 0) == (end > 0):
            raise ConfigError(f"{key} has {text!r}: its end is before its start")
        found.append((start, end))
    return tuple(found)


def _round(days: Range) -> tuple[Range, ...]:
    """A week goes round: sunday:thursday, friday:monday."""
    start, end = days
    return (days,) if start <= end else ((start, len(DAYS) - 1), (0, end))


def _named(names: Sequence[str], first: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isdecimal() and first and first <= int(text) < first + len(names):
            return int(text)
        if text.lower() not in names:
            raise ValueError(f"write {names[0]} to {names[-1]}")
        return names.index(text.lower()) + first

    return read


def _day(text: str) -> int:
    number = _number(text)
    if not 1 <= abs(number) <= 31:  # noqa: PLR2004  # days of a month
        raise ValueError("write 1 to 31, or -1 to -31 from the month's end")
    return number


def _number(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,4}", text):
        raise ValueError(f"{text!r} is no number")
    return int(text)


def _zone(name: Any) -> tzinfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"location {name!r} is no time zone: write one such as Asia/Riyadh") from error
