"""Alert: what receivers are told, on the topic `alerts` and as a webhook's `data`."""

from enum import StrEnum
from typing import Literal

import msgspec

from schemas.article import ArticleRef, Moment
from schemas.tagged_article import Entity, Topic
from schemas.watch import Severity, WatchRef
from schemas.watch_match import Evidence

AlertType = Literal["alert.fired", "alert.updated", "alert.resolved"]


class Reason(StrEnum):
    """Why a match was told of, or not; a closed list, which is also a metric's label."""

    # told
    FIRED = "fired"  # the first report of its story, or the first after one that nobody could be told of
    SOURCES = "sources"  # the story has reached 3, 10 or 30 publishers
    SEVERITY = "severity"  # the watch's severity has risen since the story was last told of
    REPEATED = "repeated"  # repeat_interval has passed, and the story is reported on
    CORRECTED = "corrected"  # the article that fired came again with other words
    RETRACTED = "retracted"  # the article that fired came again without the watched term
    SPIKE = "spike"  # more stories than this hour of the week usually has
    SPIKE_OVER = "spike_over"  # no longer so
    GROUPED = "grouped"  # told together with others of its group
    DIGEST = "digest"  # stands for the alerts beyond max_per_hour
    # not told
    COPY = "copy"  # another report of a story that was told of
    UNCHANGED = "unchanged"  # an article of the story came again, and nothing about it is new
    WAITING = "waiting"  # held until its group is told of
    SILENCED = "silenced"  # by a silence
    MUTED = "muted"  # by the mute or active times of its route
    INHIBITED = "inhibited"  # by a weightier alert
    LIMITED = "limited"  # beyond max_per_hour: it is in the next digest


class Story(msgspec.Struct, frozen=True, omit_defaults=True):
    """Reports that are copies of one another: how many so far, from which publishers, and the first that followed."""

    id: str
    article_count: int
    sources: list[str]
    reports: list[ArticleRef] = []


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is new in an update: since when, and what stood before. `sources` are those added since."""

    since: Moment
    article_count_before: int
    sources: list[str] = []
    severity_before: Severity | None = None
    title_before: str | None = None


class Member(msgspec.Struct, frozen=True):
    """One alert among others, in short."""

    id: str
    type: AlertType
    watch_id: str
    severity: Severity
    title: str
    url: str | None
    source: str | None
    fired_at: Moment


class Group(msgspec.Struct, frozen=True):
    """Alerts told of together. `labels` are those they share, `alerts` all of them, the one shown in full included;
    `left_out` counts those beyond the list.
    """

    id: str
    labels: dict[str, str]
    alerts: list[Member]
    left_out: int = 0


class Digest(msgspec.Struct, frozen=True):
    """What a watch held back beyond its `max_per_hour` between two times; `left_out` counts those not listed."""

    since: Moment
    until: Moment
    max_per_hour: int
    count: int
    alerts: list[Member]
    left_out: int = 0


class Spike(msgspec.Struct, frozen=True):
    """Stories of a watch in the hour up to the alert, beside what this hour of the week usually has.

    `probability` is that of so many or more in an ordinary week, `weeks` how many are known.
    """

    stories: int
    expected: float
    probability: float
    weeks: int
    since: Moment


class Alert(msgspec.Struct, frozen=True):
    """`id` follows from watch, revision and story, so that doing the work again gives the same alert.

    One alert may be told of more than once: `type` says how it stands, `reason` why it is told, `news` what is new, and
    `notification_id` is another each time, the same whenever the same is told again; the first one is `id` itself.
    `article` and `evidence` are those of the report that is the occasion. `receivers` are whom to tell; empty means
    `default`. `arrived_at` is when the article came. A notification may stand for more: `group`, `digest`, `spike`.
    """

    id: str
    fired_at: Moment
    watch: WatchRef
    article: ArticleRef
    story: Story
    evidence: list[Evidence]
    topics: list[Topic]
    entities: list[Entity]
    receivers: list[str]
    arrived_at: Moment
    type: AlertType = "alert.fired"
    reason: Reason = Reason.FIRED
    notification_id: str = ""
    news: News | msgspec.UnsetType = msgspec.UNSET
    group: Group | msgspec.UnsetType = msgspec.UNSET
    digest: Digest | msgspec.UnsetType = msgspec.UNSET
    spike: Spike | msgspec.UnsetType = msgspec.UNSET

    @property
    def message_id(self) -> str:
        """The `webhook-id`: another for each notification, the same whenever it is told again."""
        return self.notification_id or self.id
