"""Silence: alerts held back for a while, on the compacted topic `silences`."""

from typing import Annotated, Literal

import msgspec

from schemas.article import Moment

SilenceId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$(?!\n)")]
Operator = Literal["=", "!=", "=~", "!~"]


class Matcher(msgspec.Struct, frozen=True):
    """A condition on one label, as Alertmanager has it: regular expressions match the whole value, and a label that an
    alert lacks is empty.
    """

    name: str
    operator: Operator
    value: str


class Silence(msgspec.Struct, frozen=True):
    """Alerts whose labels meet every matcher are not told of from `starts_at` until before `ends_at`."""

    id: SilenceId
    matchers: Annotated[list[Matcher], msgspec.Meta(min_length=1)]
    starts_at: Moment
    ends_at: Moment
    created_by: str
    comment: str
    updated_at: Moment
