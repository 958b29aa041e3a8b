"""The articles that every system is given: Arabic news of about 3 KB, recombined from the seeds or read from a file.

Each is read by the analysis beforehand, so that a run knows how many matches have to come out of it.
"""

import gzip
import itertools
import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from rasid.alert.desk import Desk, Rules
from rasid.analysis import Analysed, Analysis
from rasid.errors import ConfigError
from schemas.alert import Reason
from schemas.article import ArticleEvent
from schemas.watch import Watch
from schemas.watch_match import WatchMatch

WATCHES: Final = "newsroom.toml"
BODY_CHARACTERS: Final = 1650  # the mean of 6,000 articles of the Arabic press: 3 KB in UTF-8
SEED: Final = 20260518
LEAST_WORDS: Final = 6  # of a sentence that says something
TRIES: Final = 100  # for an article that matches exactly as wanted: sentences may match only together
ARRIVED: Final = datetime(2026, 5, 18, 12, tzinfo=UTC)
SOURCES: Final = ("وكالة المدار", "صحيفة الضفاف", "موقع البرقية", "قناة الساحل")
_SENTENCE: Final = re.compile(r"(?<=[.؟!])\s+|\n")
_ARABIC: Final = re.compile("[ء-ي]{4}")


class Article(NamedTuple):
    """A record for the topic `articles`, and how many watches it matches."""

    key: bytes
    value: bytes
    matches: int


def watches(path: Path | None = None) -> list[Watch]:
    """Those of a .jsonl or .jsonl.gz file, or the newsroom's as shipped, which go to the receiver named `default`."""
    if path:
        return [msgspec.convert(row, Watch) for row in _rows(path)]
    tables = tomllib.loads((files("seeds") / "watches" / WATCHES).read_text("utf-8"))["watch"]
    return [msgspec.convert(table, Watch) for table in tables]


def analysis() -> Analysis:
    """An analysis with the newsroom's watches in force."""
    made = Analysis()
    for watch in watches():
        if not made.book.add(watch):
            raise ConfigError(f"watch {watch.id!r} of {WATCHES} is faulty: {made.book.faulty[watch.id]}")
    return made


class Press:
    """Makes articles of sentences from the seeds; the same seed gives the same articles.

    Sentences are drawn anew for each, so that every text is a story of its own.
    """

    def __init__(self, reader: Analysis, seed: int = SEED) -> None:
        self._reader = reader
        self._desk = Desk(Rules())
        self._rng = random.Random(seed)
        self._seed = seed
        self._quiet, self._loud = self._sorted(_sentences())

    def _sorted(self, sentences: Iterable[str]) -> tuple[list[str], list[str]]:
        """Sentences that no watch matches, and those that exactly one does."""
        by_matches: dict[int, list[str]] = {0: [], 1: []}
        for sentence in sentences:
            by_matches.setdefault(matches(self._reader, ArticleEvent("urn:sentence", "", sentence)), []).append(
                sentence
            )
        return by_matches[0], by_matches[1]

    def articles(self, alert_every: int) -> Iterator[Article]:
        """For ever: one article in `alert_every` matches one watch, the others none."""
        for number in itertools.count():
            yield self._article(number, int(number % alert_every == 0))

    def _article(self, number: int, wanted: int) -> Article:
        for _ in range(TRIES):
            event = self._event(number, wanted)
            found = self._reader.analyse(event, ARRIVED).matches
            if len(found) == wanted and all(map(self._is_told, found)):
                return _record(event, wanted)
        raise RuntimeError(f"no article with {wanted} matches came out of the seeds in {TRIES} tries")

    def _is_told(self, match: WatchMatch) -> bool:
        """Whether a match is no copy of an earlier article's: of few sentences some come together again."""
        decisions = self._desk.take(match, ARRIVED).decisions
        return all(each.reason is Reason.FIRED for each in decisions)

    def _event(self, number: int, loud: int) -> ArticleEvent:
        sentences = self._rng.sample(self._loud, loud)
        for sentence in self._rng.sample(self._quiet, len(self._quiet)):
            if sum(map(len, sentences)) >= BODY_CHARACTERS:
                break
            sentences.append(sentence)
        self._rng.shuffle(sentences)
        title = " ".join(self._rng.choice(self._quiet).split()[:9])
        source = self._rng.choice(SOURCES)
        return ArticleEvent(f"urn:article:bench:{self._seed}:{number}", title, "\n".join(sentences), "ar", source,
                            f"https://news.example.org/{self._seed}/{number}", "AE", published=ARRIVED)  # fmt: skip


def _sentences() -> list[str]:
    """The distinct Arabic sentences of the seeds' articles, in an order of their own."""
    bodies = [row.get("body", "") for name in _seed_files() for row in _lines(name.read_text("utf-8").splitlines())]
    parts = {part.strip() for body in bodies for part in _SENTENCE.split(body)}
    return sorted(part for part in parts if len(part.split()) >= LEAST_WORDS and _ARABIC.search(part))


def _seed_files() -> list[Any]:
    folder = files("seeds") / "articles"
    return sorted((each for each in folder.iterdir() if each.name.endswith(".jsonl")), key=lambda each: each.name)


def _lines(lines: Iterable[str | bytes]) -> Iterator[dict[str, Any]]:
    return (msgspec.json.decode(line) for line in lines if line.strip())


def from_file(path: Path, reader: Analysis) -> Iterator[Article]:
    """For ever: the articles of a .jsonl or .jsonl.gz file, with a distinct uri each time round.

    Rows are ArticleEvents; `text` is read as `body` and `id` as `uri`, other keys of such rows are left out.
    """
    rows = [_event(row) for row in _rows(path)]
    found = [matches(reader, row) for row in rows]
    for number, (row, wanted) in enumerate(itertools.cycle(zip(rows, found, strict=True))):
        yield _record(msgspec.structs.replace(row, uri=f"{row.uri}:{number}"), wanted)


def events(path: Path | None, count: int) -> list[ArticleEvent]:
    """At most so many articles of a file, or as many made from the seeds with 1 in 20 alerting."""
    if path:
        return [_event(row) for row in _rows(path)[:count]]
    made = itertools.islice(Press(analysis()).articles(20), count)
    return [msgspec.json.decode(each.value, type=ArticleEvent) for each in made]


def _rows(path: Path) -> list[dict[str, Any]]:
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as lines:
        rows = list(_lines(lines))
    if not rows:
        raise ConfigError(f"{str(path)!r} has no rows: give a file of ArticleEvents or watches, one JSON object a line")
    return rows


def _event(row: dict[str, Any]) -> ArticleEvent:
    if "uri" in row:
        return msgspec.convert(row, ArticleEvent)
    body = row.get("text") or row.get("body") or ""
    return ArticleEvent(f"urn:article:{row.get('id')}", row.get("title") or "", body,
                        "ar", row.get("source"), published=ARRIVED)  # fmt: skip


def matches(reader: Analysis, event: ArticleEvent) -> int:
    """How many watches an article matches."""
    found: Analysed = reader.analyse(event, ARRIVED)
    return len(found.matches)


def _record(event: ArticleEvent, wanted: int) -> Article:
    return Article(event.uri.encode(), msgspec.json.encode(event), wanted)


def size_bytes(articles: Sequence[Article]) -> float:
    """The mean size of an article's record value."""
    return sum(len(each.value) for each in articles) / max(1, len(articles))
