"""Which receivers an alert goes to."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

DEFAULT: Final = "default"  # the receiver of alerts whose watch names none


class Route(NamedTuple):
    """Receivers to tell, and names that no receiver has; each once, in the order in which the watch has them."""

    to: list[str]
    unknown: list[str]


def route(wanted: Sequence[str], known: Collection[str]) -> Route:
    """Sorts the names an alert asks for; one that asks for none goes to `default`."""
    names = list(dict.fromkeys(wanted)) or [DEFAULT]
    return Route([name for name in names if name in known], [name for name in names if name not in known])
