"""WatchMatch: an article matched a watch, on the topic `matches`."""

import msgspec

from schemas.article import ArticleRef, Moment
from schemas.span import Field
from schemas.tagged_article import Entity, Topic
from schemas.watch import MaxPerHour, SpikeRule, WatchRef


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


class Sketch(msgspec.Struct, frozen=True):
    """What is remembered of a text to know its copies by: rasid/alert/sketch.py says how it is made.

    `minhash` is 128 numbers of 32 bits, little-endian, `runs` how many different runs of two words the text has;
    `head` (64 numbers) and `head_runs` are the same for its first half. `figures` are hashes of its figures.
    """

    minhash: bytes
    runs: int
    head: bytes
    head_runs: int
    figures: list[int] = []


class WatchMatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """`sketch` is that of the article's text. `gone` says that an article which matched before no longer does: it came
    again with another text, and there is no evidence. `max_per_hour` and `spike` are the watch's.
    """

    watch: WatchRef
    receivers: list[str]
    article: ArticleRef
    evidence: list[Evidence]
    topics: list[Topic]
    entities: list[Entity]
    arrived_at: Moment
    sketch: Sketch | None = None
    gone: bool = False
    max_per_hour: MaxPerHour | None = None
    spike: SpikeRule | None = None
