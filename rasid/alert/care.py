"""What becomes of an alert that a story or a spike gives rise to: held back, told of, or sent to wait, and why.

The stages in their order: silences, mute times, `max_per_hour`, routes. Each says so by a named reason; what waits for
a group or for inhibition is decided on by desk.py when its time has come.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from rasid.alert.inhibit import is_source, is_target
from rasid.alert.limit import LimitState, limited, per_hour
from rasid.alert.matchers import labels_of
from rasid.alert.routes import DEFAULT, Care, Route
from rasid.alert.silences import Silences
from schemas.alert import Alert, Reason


class Waiting(msgspec.Struct, frozen=True):
    """An alert on its way to a group or past the rules of inhibition, on the topic `waiting`.

    `route` is the path of its route, and empty for one that only makes itself known as a source of inhibition.
    """

    alert: Alert
    route: str = ""


class Verdict(NamedTuple):
    """What one alert comes to: why, by what, and by which routes it waits.

    `is_direct` says that `receivers` are told at once; none of them means `default`. `announced` alerts make themselves
    known as sources of inhibition. `limit` is the watch's hour afterwards, where it has one.
    """

    reason: Reason
    by: str = ""
    detail: str = ""
    until: datetime | None = None
    is_direct: bool = False
    receivers: tuple[str, ...] = ()
    waits: tuple[Route, ...] = ()
    announced: bool = False
    limit: LimitState | None = None

    @property
    def told(self) -> bool:
        """Whether the story counts as told of: somebody is told, will be, or will be by a digest."""
        return self.is_direct or bool(self.waits) or self.reason is Reason.LIMITED


def held_back(labels: Mapping[str, str], care: Care, silences: Silences, now: datetime) -> Verdict | None:
    """The silence or the mute times that hold an alert back; None where nothing does."""
    silence = silences.silencing(labels, now)
    if silence is not None:
        detail = f"{silence.created_by}: {silence.comment}"
        return Verdict(Reason.SILENCED, silence.id, detail, silence.ends_at)
    muted = {route.path: care.muted_by(route, now) for route in care.route.matching(labels)}
    if muted and all(muted.values()):
        return Verdict(Reason.MUTED, ", ".join(muted), ", ".join(str(name) for name in muted.values()))
    return None


def decide(  # noqa: PLR0913, PLR0917  # what a decision rests on
    alert: Alert, care: Care, silences: Silences, limit: LimitState | None, max_per_hour: int | None, now: datetime
) -> Verdict:
    """What becomes of `alert` at `now`, by stored state alone. `max_per_hour` is the watch's own."""
    labels = labels_of(alert)
    back = held_back(labels, care, silences, now)
    if back is not None:
        return back._replace(limit=limit)
    max_per_hour = per_hour(max_per_hour, care.max_per_hour, only_people=_tells_only_people(alert, labels, care))
    if max_per_hour is not None and alert.type != "alert.resolved" and not alert.digest:
        limit, is_held = limited(limit, alert, max_per_hour, now)
        if is_held:
            detail = f"{max_per_hour} an hour are told of; this one is in the next digest"
            return Verdict(Reason.LIMITED, "max_per_hour", detail, limit.until, limit=limit)
    return _routed(alert, labels, care, now)._replace(limit=limit)


def _tells_only_people(alert: Alert, labels: Mapping[str, str], care: Care) -> bool:
    names = {name for route in care.route.matching(labels) for name in whom(alert, route) or [DEFAULT]}
    return names <= care.people


def _routed(alert: Alert, labels: Mapping[str, str], care: Care, now: datetime) -> Verdict:
    """Receivers that the watch names go before a route's, and then only the first route counts."""
    routes = [route for route in care.route.matching(labels) if not care.muted_by(route, now)]
    if alert.receivers:
        routes = routes[:1]
    waits = is_target(care.rules, labels)
    waiting = tuple(route for route in routes if waits or route.group_by is not None)
    direct = [route for route in routes if route not in waiting]
    receivers = [name for route in direct for name in whom(alert, route)]
    return Verdict(
        alert.reason if direct else Reason.WAITING,
        by=", ".join(route.path for route in routes),
        is_direct=bool(direct),
        receivers=tuple(dict.fromkeys(receivers)),
        waits=waiting,
        announced=bool(direct) and is_source(care.rules, labels),
    )


def whom(alert: Alert, route: Route) -> list[str]:
    """Whom an alert tells by a route: the receivers that its watch names, or the route's."""
    return alert.receivers or ([route.receiver] if route.receiver else [])
