"""`max_per_hour`: what a watch has beyond it comes in one digest when the hour is over."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from rasid.alert.story import TITLE, digest
from schemas.alert import Alert, Digest, Member, Reason
from schemas.article import Moment

HOUR: Final = timedelta(hours=1)
LISTED: Final = 20  # alerts listed in a digest: it must fit a webhook
OF_PEOPLE: Final = 20  # an hour, where only people are told and nobody said a number: one in three minutes
COUNTED: Final = 2000  # alerts told apart in one hour; beyond, a digest says "2000" and means more


class LimitState(msgspec.Struct, frozen=True, tag_field="kind", tag="limit"):
    """The hour of a watch: since when, which notifications it has had, and what is held back.

    `last` is the last alert held, whole, for the digest to show; `held` lists the first of them.
    """

    watch_id: str
    since: Moment
    max_per_hour: int
    told: list[str] = []
    held: list[Member] = []
    held_ids: list[str] = []
    last: Alert | None = None

    @property
    def until(self) -> datetime:
        """When the hour is over."""
        return self.since + HOUR


class Limited(NamedTuple):
    """The hour after an alert, and whether the alert is held for the digest."""

    state: LimitState
    is_held: bool


def per_hour(own: int | None, said: int | None, *, only_people: bool) -> int | None:
    """How many notifications an hour may have: the watch's own number, the file's, or the one of people.

    None is no limit, which both numbers say by 0. Programs have none: they count on every alert.
    """
    number = own if own is not None else said
    if number is None and only_people:
        number = OF_PEOPLE
    return number or None


def member(alert: Alert) -> Member:
    """An alert in short."""
    watch, article = alert.watch, alert.article
    return Member(
        alert.id, alert.type, watch.id, watch.severity, article.title[:TITLE], article.url, article.source,
        alert.fired_at,
    )  # fmt: skip


def limited(state: LimitState | None, alert: Alert, max_per_hour: int, now: datetime) -> Limited:
    """Counts a notification that is about to go out; one that was counted before changes nothing.

    An hour begins with its first notification. A clock that was set back begins another; what is held from the one
    before must have been summed up.
    """
    if state is None or not state.since <= now < state.until:
        state = LimitState(alert.watch.id, now, max_per_hour)
    state = msgspec.structs.replace(state, max_per_hour=max_per_hour)
    name = alert.notification_id
    if name in state.told:
        return Limited(state, is_held=False)
    if name in state.held_ids:
        return Limited(state, is_held=True)
    if len(state.told) < max_per_hour:
        return Limited(msgspec.structs.replace(state, told=[*state.told, name]), is_held=False)
    if len(state.held_ids) >= COUNTED:
        return Limited(state, is_held=True)
    held = [*state.held, member(alert)] if len(state.held) < LISTED else state.held
    return Limited(
        msgspec.structs.replace(state, held=held, held_ids=[*state.held_ids, name], last=alert), is_held=True
    )


def summed_up(state: LimitState, now: datetime) -> Alert | None:
    """The digest, when the hour is over and something was held; None otherwise."""
    last = state.last
    if last is None or state.since <= now < state.until:
        return None
    identity = f"alert_{digest(state.watch_id, 'digest', state.since.isoformat())}"
    count = len(state.held_ids)
    summary = Digest(state.since, state.until, state.max_per_hour, count, state.held, count - len(state.held))
    return msgspec.structs.replace(
        last, id=identity, notification_id=identity, type="alert.fired", reason=Reason.DIGEST, fired_at=now,
        digest=summary, news=msgspec.UNSET,
    )  # fmt: skip


def following(state: LimitState, alert: Alert, now: datetime) -> LimitState:
    """The hour that begins with a digest."""
    return LimitState(state.watch_id, now, state.max_per_hour, told=[alert.notification_id])
