"""Alert: what receivers are told, on the topic `alerts` and as a webhook's `data`."""

import msgspec

from schemas.article import ArticleRef, Moment
from schemas.tagged_article import Entity, Topic
from schemas.watch import WatchRef
from schemas.watch_match import Evidence


class Story(msgspec.Struct, frozen=True):
    """Reports that are copies of one another: how many so far, and from which publishers."""

    id: str
    article_count: int
    sources: list[str]


class Alert(msgspec.Struct, frozen=True):
    """`id` follows from watch, revision and story, so that doing the work again gives the same alert.

    `receivers` are the names the watch asked for; empty means `default`. `arrived_at` is when the article came.
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
