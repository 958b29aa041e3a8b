"""One article from bytes to everything that is known of it: tags and matches, out of one reading."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec

from rasid.alert.sketch import sketch
from rasid.intake import Rejected, read_article
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.scan import Scan
from rasid.tag.language import detect
from rasid.tag.sequence import NameTagger
from rasid.tag.tagger import Tagger
from rasid.watch.watchbook import Match, Watchbook
from schemas.article import ArticleEvent, ArticleRef
from schemas.tagged_article import Entity, TaggedArticle, Topic
from schemas.watch import Watch, WatchRef
from schemas.watch_match import Sketch, WatchMatch

MAX_TAGS: Final = 20  # entities a match carries on: the most mentioned


class Analysed(NamedTuple):
    """An article with its tags, and the watches it matches."""

    tagged: TaggedArticle
    matches: list[WatchMatch]


class Analysis:
    """Tags and matches articles. `book` may change between articles.

    `sequence` adds names that no list holds to the articles that match a watch: it takes a hundred times as long as all
    else, so it is asked only where somebody is told. Watches see the listed names alone. `sequence_for_all` asks it for
    every article. One that cannot be forked is put in its place in each process.
    """

    def __init__(
        self, book: Watchbook | None = None, sequence: NameTagger | None = None, *, sequence_for_all: bool = False
    ) -> None:
        self.book = Watchbook() if book is None else book  # an empty one is falsy
        self.tagger = Tagger(Lexis())
        self.sequence = sequence
        self._sequence_for_all = sequence_for_all

    def read(self, value: bytes | None, key: bytes | None, arrived_at: datetime) -> Analysed | Rejected:
        """What a record of the topic `articles` holds, or why it cannot be read."""
        article = read_article(value, key)
        return article if isinstance(article, Rejected) else self.analyse(article, arrived_at)

    def analyse(self, article: ArticleEvent, arrived_at: datetime) -> Analysed:
        """The tags and matches of an article; its language and time are filled in where they are absent."""
        if article.language is None or article.published is None:
            article = _filled(article, arrived_at)
        scan = self.book.scan(article)
        topics, entities = self.tagger.tag(scan)
        matches = self.book.match(scan, topics, entities)
        if self.sequence and (matches or self._sequence_for_all):
            entities = self.tagger.entities_with(scan, self.sequence, entities)
        tagged = TaggedArticle(**_fields(article), topics=topics, entities=entities, arrived_at=arrived_at)
        return Analysed(tagged, [*_records(matches, scan, tagged)] if matches else [])

    def gone(self, found: Analysed, watch_ids: Iterable[str]) -> list[WatchMatch]:
        """Which of these watches, all of which matched an earlier version of the article just read, no longer do.

        Of a watch that gave up on it that is not known.
        """
        unclear = {match.watch.id for match in found.matches} | self.book.given_up
        watches = [watch for each in watch_ids if each not in unclear and (watch := self._in_force(each))]
        about = found.tagged.topics, _foremost(found.tagged.entities), found.tagged.arrived_at
        ref = _ref(found.tagged)
        return [WatchMatch(_watch_ref(watch), watch.receivers, ref, [], *about, gone=True) for watch in watches]

    def _in_force(self, watch_id: str) -> Watch | None:
        watch = self.book.get(watch_id)
        return watch if watch and watch.enabled and watch_id not in self.book.faulty else None


def arrival(timestamp_ms: int) -> datetime:
    """A Kafka timestamp (milliseconds since 1970) as a moment."""
    return datetime.fromtimestamp(timestamp_ms / 1000, UTC)


def _filled(article: ArticleEvent, arrived_at: datetime) -> ArticleEvent:
    language = article.language or detect(f"{article.title}\n{article.body}")
    return msgspec.structs.replace(article, language=language, published=article.published or arrived_at)


_NAMES: Final = ArticleEvent.__struct_fields__


def _fields(article: ArticleEvent) -> dict[str, Any]:
    return {name: getattr(article, name) for name in _NAMES}


def _records(matches: list[Match], scan: Scan, tagged: TaggedArticle) -> list[WatchMatch]:
    ref = _ref(tagged)
    words = scan.reading.words[scan.title_places if tagged.body else 0 :]  # copies run under other headlines
    shared = tagged.topics, _foremost(tagged.entities), tagged.arrived_at, sketch(words)
    return [_record(each, ref, shared) for each in matches]


def _ref(tagged: TaggedArticle) -> ArticleRef:
    return ArticleRef(tagged.uri, tagged.url, tagged.title, tagged.source, tagged.language, tagged.published)


def _record(match: Match, ref: ArticleRef, shared: tuple[list[Topic], list[Entity], datetime, Sketch]) -> WatchMatch:
    watch = match.watch
    return WatchMatch(_watch_ref(watch), watch.receivers, ref, match.evidence, *shared,
                      max_per_hour=watch.max_per_hour, spike=watch.spike)  # fmt: skip


def _foremost(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda entity: -len(entity.mentions))[:MAX_TAGS]


def _watch_ref(watch: Watch) -> WatchRef:
    return WatchRef(watch.id, watch.name, watch.query, watch.revision, watch.severity, watch.labels)
