"""Durations as Prometheus writes them: `30s`, `5m`, `1h30m`, `4h`, `1d`."""

import re
from datetime import timedelta
from typing import Final

from rasid.errors import ConfigError

_UNITS: Final = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_DURATION: Final = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?")
_LONGEST: Final = timedelta(days=366)


def duration(text: object) -> timedelta:
    """Reads a duration of at most a year; raises ConfigError for what is none."""
    found = _DURATION.fullmatch(text) if isinstance(text, str) and text else None
    if text == "0":
        return timedelta()
    if not found or not any(found.groups()):
        raise ConfigError(f"{text!r} is no duration: write 30s, 5m, 1h30m or 2d")
    seconds = sum(int(count) * unit for count, unit in zip(found.groups(), _UNITS.values(), strict=True) if count)
    if seconds > _LONGEST.total_seconds():
        raise ConfigError(f"{text!r} is longer than a year")
    return timedelta(seconds=seconds)


def written(length: timedelta) -> str:
    """The same as text."""
    left, parts = round(length.total_seconds() * 1000), []
    for unit, seconds in _UNITS.items():
        count, left = divmod(left, round(seconds * 1000))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
