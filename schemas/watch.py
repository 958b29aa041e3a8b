"""Watch: one thing somebody wants to be told of, on the compacted topic `watches`."""

from typing import Annotated, Literal

import msgspec

Severity = Literal["info", "warning", "critical"]
WatchId = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9._-]{0,127}$")]


class Watch(msgspec.Struct, frozen=True, omit_defaults=True):
    """`query` is in the watch language; `revision` is set by Rasid and grows with each change."""

    id: WatchId
    query: str
    name: str = ""
    translate: bool = True
    severity: Severity = "info"
    labels: dict[str, str] = {}
    receivers: list[str] = []
    enabled: bool = True
    revision: int = 0


class WatchRef(msgspec.Struct, frozen=True):
    """A watch as an alert names it."""

    id: str
    name: str
    query: str
    revision: int
    severity: Severity
    labels: dict[str, str]
