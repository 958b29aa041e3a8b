"""Unit tests of watches: an article's text, and whether a watch must fire on it and with which evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from rasid.cases import Outcome
from rasid.errors import ConfigError
from rasid.intake import Rejected, read_article
from rasid.tag.language import detect
from rasid.tag.tagger import Tagger
from rasid.watch.watchbook import Match, Watchbook
from schemas.article import ArticleEvent
from schemas.watch import Watch

QUERY_ID: Final = "query-of-the-test"


class WatchCase(msgspec.Struct, forbid_unknown_fields=True):
    """One `[[test]]`: a watch of the file or a query, a text, and what must come of it.

    `evidence` are the hits' texts in the order of the article, where they matter. The other fields are the article's.
    """

    fires: bool
    text: str = ""
    watch: str = ""
    query: str = ""
    name: str = ""
    evidence: list[str] | None = None
    title: str = ""
    language: str | None = None
    source: str | None = None
    url: str | None = None
    country: str | None = None
    authors: list[str] = []
    keywords: list[str] = []
    published: str | None = None


@dataclass(slots=True)
class WatchCases:
    """Runs cases against watches, which may refer to each other; one that is off is tested as if it were on."""

    watches: Iterable[Watch]
    _book: Watchbook = field(default_factory=Watchbook)
    _tagger: Tagger = field(init=False)

    def __post_init__(self) -> None:
        self._tagger = Tagger(self._book.lexis)
        for watch in self.watches:
            self._book.add(msgspec.structs.replace(watch, enabled=True))

    def run(self, case: WatchCase, place: str) -> Outcome:
        """The outcome of a case. Raises ConfigError with `place` where it names no watch or is no article."""
        watch = self._watch(case, place)
        known = case.name or place
        if watch.id in self._book.faulty:
            return Outcome(known, watch.query, case.text, case.fires, None, str(self._book.faulty[watch.id]))
        match = self._match(watch.id, _article(case, place))
        why = _difference(case, match)
        fired = None if why else match is not None
        return Outcome(known, watch.query, case.text or case.title, case.fires, fired, why)

    def _watch(self, case: WatchCase, place: str) -> Watch:
        if bool(case.watch) is bool(case.query):
            raise ConfigError(f"{place}: a test has either a watch or a query")
        if case.query:
            self._book.add(Watch(QUERY_ID, case.query))
        found = self._book.get(case.watch or QUERY_ID)
        if found is None:
            raise ConfigError(f"{place}: there is no watch {case.watch!r} in the file or in those it names")
        return found

    def _match(self, watch_id: str, article: ArticleEvent) -> Match | None:
        scan = self._book.scan(article)
        matches = self._book.match(scan, *self._tagger.tag(scan))
        return next((match for match in matches if match.watch.id == watch_id), None)


def _article(case: WatchCase, place: str) -> ArticleEvent:
    own: Mapping[str, Any] = msgspec.structs.asdict(case)
    names = set(ArticleEvent.__struct_fields__) - {"uri", "body"}
    fields = {name: own[name] for name in names if own[name]}
    article = read_article(msgspec.json.encode({"uri": "urn:test", "body": case.text, **fields}), None)
    if isinstance(article, Rejected):
        raise ConfigError(f"{place}: {article.reason}: {article.detail}")
    if article.language is None:
        return msgspec.structs.replace(article, language=detect(f"{article.title}\n{article.body}"))
    return article


def _difference(case: WatchCase, match: Match | None) -> str:
    """What of the evidence is not as wanted; empty where that is not asked, or firing itself went wrong."""
    if case.evidence is None or match is None or not case.fires:
        return ""
    found = [hit.text for hit in match.evidence]
    return "" if found == case.evidence else f"the evidence is {found}, not {case.evidence}"
