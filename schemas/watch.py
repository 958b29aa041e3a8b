"""Watch: one thing somebody wants to be told of, on the compacted topic `watches`."""

from typing import Annotated, Literal

import msgspec

Severity = Literal["info", "warning", "critical"]
MaxPerHour = Annotated[int, msgspec.Meta(ge=0, le=1000)]
WatchId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,127}$(?!\n)")]


class SpikeRule(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a watch also fires on volume: an hour's count of stories that is improbable for this hour of the week.

    `floor` is the least count that may be a spike, `false_alarms_per_year` how often chance alone may fire, and
    `for_minutes` how long the count must stay up.
    """

    floor: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 5
    false_alarms_per_year: Annotated[float, msgspec.Meta(gt=0, le=365)] = 1.0
    for_minutes: Annotated[int, msgspec.Meta(ge=0, le=180)] = 5


class Watch(msgspec.Struct, frozen=True, omit_defaults=True):
    """`query` is in the watch language; `revision` is set by Rasid and grows with each change.

    `max_per_hour` is how many notifications go out in an hour before the rest come in one digest; 0: no limit. Absent,
    it is what the receivers file says, and else 20 where only people are told.
    """

    id: WatchId
    query: str
    name: str = ""
    translate: bool = True
    severity: Severity = "info"
    labels: dict[str, str] = {}
    receivers: list[str] = []
    enabled: bool = True
    revision: int = 0
    max_per_hour: MaxPerHour | None = None
    spike: SpikeRule | None = None


class WatchRef(msgspec.Struct, frozen=True):
    """A watch as an alert names it."""

    id: str
    name: str
    query: str
    revision: int
    severity: Severity
    labels: dict[str, str]
