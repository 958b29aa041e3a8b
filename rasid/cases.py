"""Case files: rows of query, text and whether the one must fire on the other, and the score they give."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from rasid.errors import ConfigError, QueryError
from rasid.intake import Rejected, read_article
from rasid.lexicon.lexis import Lexis
from rasid.tag.language import detect
from rasid.tag.tagger import Tagger
from rasid.watch.parser import parse
from rasid.watch.watchbook import Match, Watchbook
from schemas.article import ArticleEvent
from schemas.watch import Watch

_ID: Final = "case"
_OWN: Final = {"id", "query", "text", "match", "note", "translate"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: `fired` is None where the query or the row could not be read, and `why` says so."""

    id: str
    query: str
    text: str
    match: bool
    fired: bool | None
    why: str = ""

    @property
    def right(self) -> bool:
        """Whether it went as the row says."""
        return self.fired is self.match


@dataclass(frozen=True, slots=True)
class Score:
    """Shares from 0 to 1: of the cases that are right, of those that must fire and did, of the others that did."""

    cases: int
    right: int
    accuracy: float
    recall: float
    false_fire_rate: float


class Cases:
    """Runs cases, one watch and one article at a time, tags and all."""

    def __init__(self) -> None:
        self._book = Watchbook()
        self._tagger = Tagger(Lexis())
        self._present: Watch | None = None

    def run(self, line: bytes, place: str) -> Outcome:
        """The outcome of one row. Raises ConfigError with `place` where the row is no case."""
        row = _row(line, place)
        case = row.id or place
        article = read_article(_event(line, row), None)
        if isinstance(article, Rejected):
            return Outcome(case, row.query, row.text, row.match, None, f"{article.reason}: {article.detail}")
        try:
            match = self.match(row.query, article, translate=row.translate)
        except QueryError as error:
            return Outcome(case, row.query, row.text, row.match, None, str(error))
        return Outcome(case, row.query, row.text, row.match, match is not None)

    def match(self, query: str, article: ArticleEvent, *, translate: bool = True) -> Match | None:
        """How `query` matches an article, or None. Raises QueryError where it cannot be read."""
        self._watch(Watch(_ID, query, translate=translate))
        if article.language is None:
            article = msgspec.structs.replace(article, language=detect(f"{article.title}\n{article.body}"))
        scan = self._book.scan(article)
        return next(iter(self._book.match(scan, *self._tagger.tag(scan))), None)

    def _watch(self, watch: Watch) -> None:
        if watch != self._present:
            parse(watch.query)  # raises, where the book would only note it
            self._book.add(watch)
            self._present = watch


class _Row(msgspec.Struct):
    query: str
    text: str
    match: bool
    id: str = ""
    translate: bool = True


_ROW: Final = msgspec.json.Decoder(_Row)


def _row(line: bytes, place: str) -> _Row:
    try:
        return _ROW.decode(line)
    except msgspec.DecodeError as error:
        raise ConfigError(f"{place}: {error}: a case has query, text and match") from error


def _event(line: bytes, row: _Row) -> bytes:
    """The article of a case: its text is the body, and whatever else an ArticleEvent has may stand in the row."""
    fields = {name: value for name, value in msgspec.json.decode(line).items() if name not in _OWN}
    return msgspec.json.encode({"uri": "urn:case", "body": row.text, **fields})


def score(outcomes: Iterable[Outcome]) -> Score:
    """The shares over all outcomes; 1 and 0 where there is nothing to share in."""
    found = list(outcomes)
    wanted = [each for each in found if each.match]
    others = [each for each in found if not each.match]
    right = sum(each.right for each in found)
    return Score(
        len(found), right, _share(right, len(found), 1.0), _share(sum(bool(e.fired) for e in wanted), len(wanted), 1.0),
        _share(sum(bool(each.fired) for each in others), len(others), 0.0),
    )  # fmt: skip


def _share(part: int, whole: int, empty: float) -> float:
    return round(part / whole, 4) if whole else empty
