"""What a watch would have done on past articles: matches a day, stories, alerts, sources, terms, samples, and what is
gained and lost against the watch as it is now.
"""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from rasid.alert.story import StoryBook
from rasid.analysis import Analysis
from rasid.watch.watchbook import Watchbook
from schemas.article import ArticleEvent
from schemas.watch import Watch
from schemas.watch_match import Evidence, WatchMatch

NEW_ID: Final = "backtest.new"
OLD_ID: Final = "backtest.old"
SAMPLES: Final = 20  # articles shown of all that match, and of those gained and lost
TOP: Final = 10  # sources and terms


@dataclass(frozen=True, slots=True)
class Sample:
    """An article that matches, with its hits."""

    uri: str
    title: str
    source: str | None
    evidence: list[Evidence]


@dataclass(slots=True)
class Samples:
    """Some of many, each as likely as another; the same ones at every run."""

    count: int = 0
    kept: list[tuple[ArticleEvent, Sample]] = field(default_factory=list)
    _rng: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 -- which are shown, no secret

    def offer(self, article: ArticleEvent, sample: Sample) -> None:
        """Takes one in, or leaves it."""
        self.count += 1
        if len(self.kept) < SAMPLES:
            self.kept.append((article, sample))
        elif (place := self._rng.randrange(self.count)) < SAMPLES:
            self.kept[place] = article, sample


@dataclass(frozen=True, slots=True)
class Report:
    """The figures. `alerts` are those that would have gone out; nothing is `gained` or `lost` without a comparison."""

    query: str
    articles: int
    matches: int
    stories: int
    alerts: int
    alerts_per_day: float
    days: dict[date, int]
    sources: list[tuple[str, int]]
    terms: list[tuple[str, int]]
    gained: int | None
    lost: int | None


class Backtest:
    """Reads articles one by one. `former` is what to compare with; `others` are the watches that `search:` may name."""

    def __init__(self, watch: Watch, former: Watch | None = None, others: Iterable[Watch] = ()) -> None:
        book = Watchbook()
        for other in others:
            book.add(msgspec.structs.replace(other, enabled=False))
        self._analysis = Analysis(book)
        self._watch = watch
        self._compared = former is not None
        book.add(msgspec.structs.replace(watch, id=NEW_ID, enabled=True))
        if former is not None:
            book.add(msgspec.structs.replace(former, id=OLD_ID, enabled=True))
        self.faulty = {each: str(fault) for each, fault in book.faulty.items() if each in {NEW_ID, OLD_ID}}
        self._stories, self._alerts, self._opened = StoryBook(), 0, 0
        self._days: Counter[date] = Counter()
        self._sources: Counter[str] = Counter()
        self._terms: Counter[str] = Counter()
        self._seen: set[date] = set()
        self.articles = 0
        self.samples, self.gained, self.lost = Samples(), Samples(), Samples()

    def read(self, article: ArticleEvent, arrived_at: datetime) -> None:
        """Takes one article into account; its day is that of its publication, or of its arrival."""
        moment = article.published or arrived_at
        self.articles += 1
        self._seen.add(moment.date())
        found = {match.watch.id: match for match in self._analysis.analyse(article, moment).matches}
        new, old = found.get(NEW_ID), found.get(OLD_ID)
        if new is not None:
            self._take(article, new, moment)
        if self._compared and (new is None) is not (old is None):
            self._differ(article, new, old)

    def _take(self, article: ArticleEvent, match: WatchMatch, moment: datetime) -> None:
        self._days[moment.date()] += 1
        self._sources[article.source or "(no source)"] += 1
        self._terms.update(hit.term for hit in match.evidence)
        self.samples.offer(article, _sample(article, match))
        change = self._stories.take(match, moment)
        if change is not None:
            self._opened += change.opens
            self._alerts += change.alert is not None
            self._stories.settle(change, told=True)

    def _differ(self, article: ArticleEvent, new: WatchMatch | None, old: WatchMatch | None) -> None:
        if new is not None:
            self.gained.offer(article, _sample(article, new))
        if old is not None:
            self.lost.offer(article, _sample(article, old))

    def report(self) -> Report:
        """What was found so far."""
        span = (max(self._seen) - min(self._seen)).days + 1 if self._seen else 1
        days = {day: self._days[day] for day in _each(self._seen)}
        return Report(
            self._watch.query, self.articles, sum(self._days.values()), self._opened, self._alerts,
            round(self._alerts / span, 2), days, self._sources.most_common(TOP), self._terms.most_common(TOP),
            self.gained.count if self._compared else None, self.lost.count if self._compared else None,
        )  # fmt: skip


def _sample(article: ArticleEvent, match: WatchMatch) -> Sample:
    return Sample(article.uri, article.title, article.source, match.evidence)


def _each(seen: set[date]) -> list[date]:
    """Every day from the first to the last: one without a match is a fact too. Days far apart leave gaps out."""
    if not seen:
        return []
    first, count = min(seen), (max(seen) - min(seen)).days + 1
    return [first + timedelta(days=number) for number in range(count)] if count <= 2 * len(seen) + 31 else sorted(seen)
