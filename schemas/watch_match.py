"""WatchMatch: an article matched a watch, on the topic `matches`."""

import msgspec

from schemas.article import ArticleRef, Moment
from schemas.span import Field
from schemas.tagged_article import Entity, Topic
from schemas.watch import WatchRef


class Evidence(msgspec.Struct, frozen=True):
    """A hit: `text` stands at `[start, end)` of `field`, `before` and `after` are what surrounds it there.

    `term` is the watched word or phrase as the watch has it, `rule` what joined the two.
    """

    field: Field
    start: int
    end: int
    text: str
    before: str
    after: str
    term: str
    rule: str


class WatchMatch(msgspec.Struct, frozen=True):
    """`signature` is the MinHash of the article's text, by which copies of one report find each other."""

    watch: WatchRef
    receivers: list[str]
    article: ArticleRef
    evidence: list[Evidence]
    topics: list[Topic]
    entities: list[Entity]
    signature: list[int]
    arrived_at: Moment
