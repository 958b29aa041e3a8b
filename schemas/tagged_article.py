"""TaggedArticle: an article with its topics and entities, on the topic `articles.tagged`."""

from typing import Literal

import msgspec

from schemas.article import ArticleEvent, Moment
from schemas.span import Span

EntityType = Literal["PER", "ORG", "LOC", "EVT"]


class Label(msgspec.Struct, frozen=True):
    """A name for people, in Arabic and English."""

    ar: str
    en: str


class Topic(msgspec.Struct, frozen=True):
    """An IPTC Media Topic: `code` is `medtop:` and eight digits; `confidence` runs from 0 to 1."""

    code: str
    label: Label
    confidence: float
    evidence: list[Span]


class Entity(msgspec.Struct, frozen=True):
    """Someone or something named: `wikidata` is a Q-identifier where one is known, `tagger` what found it."""

    type: EntityType
    name: Label
    wikidata: str | None
    tagger: str
    mentions: list[Span]


class TaggedArticle(ArticleEvent, kw_only=True):
    """`arrived_at` is when the event was put on `articles`, by that record's timestamp."""

    topics: list[Topic]
    entities: list[Entity]
    arrived_at: Moment
