"""Times on the command line: `7d`, `2h`, `30m`, `45s` ago, or from now on, or RFC 3339."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Moment(click.ParamType):
    """An aware datetime; ages are ago, or from now on where `future`."""

    name = "time"

    def __init__(self, *, future: bool = False) -> None:
        self._sign = 1 if future else -1

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Reads an age or a time; a time without offset is UTC."""
        if isinstance(value, datetime):
            return value
        age = re.fullmatch(r"(\d{1,6})([smhdw])", value)
        if age:
            return datetime.now(UTC) + self._sign * timedelta(**{UNITS[age[2]]: int(age[1])})
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"{value!r} is neither an age such as 7d, 2h, 30m nor a time such as 2026-11-23T10:00:00Z", param, ctx
            )
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def milliseconds(moment: datetime | None) -> int | None:
    """A time as Kafka counts it."""
    return None if moment is None else round(moment.timestamp() * 1000)
