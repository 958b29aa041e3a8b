"""Groups: alerts with some labels alike are told of together, when `group_wait` or `group_interval` has passed.

Alertmanager's dispatcher, for alerts that happen and do not last: a group tells what has come since it last told.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec

from rasid.alert.limit import member
from rasid.alert.routes import Route
from rasid.alert.story import SEVERITIES, digest
from schemas.alert import Alert, Group, Reason
from schemas.article import Moment

LISTED: Final = 20  # alerts listed in one notification: it must fit a webhook
HELD: Final = 200  # alerts held whole; a group of more is told of at once
RECENT: Final = 200  # notifications remembered as told


class GroupState(msgspec.Struct, frozen=True, tag_field="kind", tag="group"):
    """A group between two notifications. `pending` are the alerts to tell of, `told` the last that were.

    `due_at` is absent while nothing is pending.
    """

    id: str
    route: str
    labels: dict[str, str]
    group_interval: Annotated[float, msgspec.Meta(ge=0)]
    pending: list[Alert] = []
    told: list[str] = []
    due_at: Moment | None = None
    told_at: Moment | None = None


def group_id(route: Route, labels: Mapping[str, str]) -> str:
    """Follows from the route and the values of its `group_by`."""
    return digest(route.path, route.receiver, *(f"{name}={value}" for name, value in shared(route, labels).items()))


def shared(route: Route, labels: Mapping[str, str]) -> dict[str, str]:
    """The labels by which a route groups, of one alert."""
    return {name: labels.get(name, "") for name in route.group_by or ()}


def joined(
    state: GroupState | None, route: Route, alert: Alert, labels: Mapping[str, str], now: datetime
) -> GroupState:
    """The group with one more alert. One that it has, or has told of, changes nothing."""
    if state is None:
        interval = route.group_interval.total_seconds()
        state = GroupState(group_id(route, labels), route.path, shared(route, labels), interval)
    name = alert.notification_id
    if name in state.told or any(each.notification_id == name for each in state.pending):
        return state
    pending = [*state.pending, alert]
    due_at = now if len(pending) >= HELD else state.due_at or _due(state, route, now)
    return msgspec.structs.replace(state, pending=pending, due_at=due_at)


def _due(state: GroupState, route: Route, now: datetime) -> datetime:
    """A new group waits for its like; one that has told lately, for its interval. A clock set back delays nothing."""
    if state.told_at is None or not state.told_at <= now < state.told_at + route.group_interval:
        return now + route.group_wait
    return state.told_at + route.group_interval


def is_due(state: GroupState, now: datetime) -> bool:
    """Whether it is to tell: its time has come, or lies farther off than it ever may, as the clock was set back."""
    if state.due_at is None:
        return False
    longest = timedelta(seconds=state.group_interval) + timedelta(days=1)
    return now >= state.due_at or state.due_at - now > longest


def is_over(state: GroupState, now: datetime) -> bool:
    """Whether it can be forgotten: nothing is pending, and its interval has passed."""
    if state.pending or state.told_at is None:
        return False
    return not state.told_at <= now < state.told_at + timedelta(seconds=state.group_interval)


def notification(state: GroupState, alerts: Sequence[Alert], now: datetime) -> Alert:
    """What tells of `alerts`: one alone is itself; of several the weightiest and earliest is shown in full.

    The id follows from what is told, so that telling the same again is telling it once.
    """
    first = min(alerts, key=lambda each: (-SEVERITIES.index(each.watch.severity), each.fired_at))
    if len(alerts) == 1:
        return first
    identity = digest(state.id, *(each.notification_id for each in alerts))
    listed = [member(each) for each in alerts[:LISTED]]
    together = Group(state.id, state.labels, listed, len(alerts) - len(listed))
    told: dict[str, Any] = {"receivers": list(dict.fromkeys(name for each in alerts for name in each.receivers))}
    return msgspec.structs.replace(
        first, notification_id=f"group_{identity}", group=together, fired_at=now, reason=Reason.GROUPED, **told
    )


def after(state: GroupState, now: datetime) -> GroupState:
    """The group once it has told."""
    told = [*state.told, *(each.notification_id for each in state.pending)][-RECENT:]
    return msgspec.structs.replace(state, pending=[], told=told, due_at=None, told_at=now)
