"""The book of watches: which of them an article matches, and the words that show it.

    book = Watchbook()
    book.add(Watch(id="talks", query="trilateral talks"))
    for match in book.match(article): ...

The public interface of the matcher: workers, `rasid grep`, `test` and `backtest` all use it (docs/watch-language.md).
Presearch and verify, as Lucene's Monitor does it: each watch is filed under words or pairs of neighbours of which every
matching article has one; only watches so found are verified. `match_all` verifies every watch: the oracle of the tests.
"""

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Final

import msgspec

from rasid.errors import QueryError
from rasid.lexicon import thesaurus
from rasid.lexicon.form import Rule
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.scan import Scan
from rasid.watch.anchors import Anchors, Cost, anchors
from rasid.watch.clause import Clause, TermClause, terms, word_ids
from rasid.watch.compile import Compiler
from rasid.watch.fault import Fault, FaultReason
from rasid.watch.links import Links
from rasid.watch.parser import parse
from rasid.watch.presearch import Presearch
from rasid.watch.sighting import Sighter, Sighting
from rasid.watch.verify import Hit, Subject, TooCostlyError, hits
from schemas.article import ArticleEvent
from schemas.tagged_article import Entity, Topic
from schemas.watch import Watch
from schemas.watch_match import Evidence

MAX_EVIDENCE = 20  # hits listed for one match; the article's other mentions add nothing to act on


class Match(msgspec.Struct, frozen=True):
    """A watch that holds for an article, with its hits in order."""

    watch: Watch
    evidence: list[Evidence]


class _Compiled:
    """A watch in force. `anchored` are the terms that stand nowhere but where presearch sees them.

    A `plain` one is one of these alone.
    """

    __slots__ = ("anchored", "clause", "id", "plain", "sought", "unanchored", "watch")

    def __init__(self, watch: Watch, clause: Clause, found: Anchors | None) -> None:
        self.id = watch.id
        self.watch = watch
        self.clause = clause
        self.unanchored = found is None
        anchored = {id(each.term): each.term for each in found or () if each.offset is not None}
        self.anchored = tuple(anchored.values())
        self.plain = isinstance(clause, TermClause) and bool(anchored)
        self.sought = tuple(
            [
                number
                for term in terms(clause)
                if id(term) not in anchored
                for each in term.alternatives
                for number in each.words
            ]
        )  # fmt: skip -- the words of its other terms


Sightings = list[Sighting]  # of a watch's terms in an article


@dataclass(slots=True, repr=False)
class Watchbook:
    """Watches by id. `faulty` says why a watch is not in force; it never stops the others.

    `costly` says which watches gave up on an article, and why; they stay in force for the next one. `given_up` are
    those that did so on the article that was matched last.
    """

    lexis: Lexis = field(default_factory=Lexis)
    faulty: dict[str, Fault] = field(default_factory=dict)
    costly: dict[str, Fault] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    verified: int = 0  # phrases that presearch saw, and watches without one, so far: for tests and metrics
    _watches: dict[str, _Compiled] = field(default_factory=dict)
    _disabled: dict[str, Watch] = field(default_factory=dict)
    _filed: Presearch[_Compiled] = field(init=False)
    _sighter: Sighter[_Compiled] = field(default_factory=Sighter)
    _cost: Cost = field(init=False)
    _always: set[str] = field(default_factory=set)
    _links: Links = field(default_factory=Links)
    _compiler: Compiler = field(init=False)

    def __post_init__(self) -> None:
        self._filed = Presearch(self.lexis, self._sighter.forget)
        self._cost = Cost(self.lexis)
        self._compiler = Compiler(self.lexis, thesaurus.own(), self._links.find)

    def __len__(self) -> int:
        return len(self._watches)

    @property
    def disabled(self) -> int:
        """How many watches rest."""
        return len(self._disabled)

    @property
    def always(self) -> list[str]:
        """The watches without a necessary word, which are verified on every article."""
        return sorted(self._always)

    def get(self, watch_id: str) -> Watch | None:
        """The watch of this id, in force or not."""
        return self._links.find(watch_id)

    def add(self, watch: Watch) -> bool:
        """Puts `watch` in force in place of the one of its id; False, with a reason in `faulty`, where it cannot be.

        Watches that refer to it by `search:` mean the new one from now on.
        """
        in_force = self._add(watch)
        for user in self._links.users(watch.id):
            self._add(user)
        return in_force

    def _add(self, watch: Watch) -> bool:
        self._take_out(watch.id)
        tree = None
        try:
            tree = parse(watch.query)
            clause = self._compiler.compile(tree, translate=watch.translate, own_id=watch.id)
        except QueryError as error:
            reason = FaultReason.SEARCH if "search:" in watch.query and tree is not None else FaultReason.QUERY
            self.faulty[watch.id] = Fault(reason, error.message, error.column)
            return False
        finally:
            self._links.put(watch, tree)
        if not watch.enabled:
            self._release(clause)
            self._disabled[watch.id] = watch
            return True
        found = anchors(clause, self._cost)
        compiled = self._watches[watch.id] = _Compiled(watch, clause, found)
        self._filed.file(compiled, found or (), compiled.sought)
        if found is None:
            self._always.add(watch.id)
        return True

    def remove(self, watch_id: str) -> None:
        """Takes a watch out; nothing happens where there is none."""
        self._take_out(watch_id)
        self._links.drop(watch_id)
        for user in self._links.users(watch_id):
            self._add(user)

    def _take_out(self, watch_id: str) -> None:
        self.faulty.pop(watch_id, None)
        self.costly.pop(watch_id, None)
        self._disabled.pop(watch_id, None)
        compiled = self._watches.pop(watch_id, None)
        if compiled is None:
            return
        self._always.discard(watch_id)
        self._filed.unfile(compiled, anchors(compiled.clause, self._cost) or (), compiled.sought)
        self._release(compiled.clause)

    def _release(self, clause: Clause) -> None:
        for number in word_ids(clause):
            self.lexis.drop(number)

    def scan(self, article: ArticleEvent) -> Scan:
        """Reads an article once, for this book and for whoever shares its lexis."""
        return Scan(article, self.lexis)

    def match(
        self, article: ArticleEvent | Scan, topics: Sequence[Topic] = (), entities: Sequence[Entity] = ()
    ) -> list[Match]:
        """The watches in force that the article matches, by id. What asks for topics or entities sees those given."""
        scan = self.scan(article) if isinstance(article, ArticleEvent) else article
        found = self._filed.found(scan.reading)
        self.given_up.clear()
        before = self._sighter.seen
        seen: dict[_Compiled, Sightings] = {self._watches[each]: [] for each in self._always}
        self._sighter.sight(found, self._filed, scan, seen)
        self.verified += self._sighter.seen - before + len(self._always)
        if not seen:
            return []
        subject = Subject(scan, topics, entities, partial(self._filed.sought, found, scan.reading))
        return [match for each in sorted(seen, key=_id) if (match := self._met(each, subject, seen[each]))]

    def match_all(
        self, article: ArticleEvent | Scan, topics: Sequence[Topic] = (), entities: Sequence[Entity] = ()
    ) -> list[Match]:
        """The same, by verifying every watch: the oracle."""
        scan = self.scan(article) if isinstance(article, ArticleEvent) else article
        subject = Subject(scan, topics, entities)
        self.given_up.clear()
        self.verified += len(self._watches)
        watches = sorted(self._watches.values(), key=_id)
        return [match for each in watches if (match := self._match(each, subject, None))]

    def _met(self, compiled: _Compiled, subject: Subject, seen: Sightings) -> Match | None:
        """The match of a watch that presearch has seen: one of a single term holds where that stands."""
        if compiled.plain:
            return Match(compiled.watch, evidence(_of_term(seen), subject.scan))
        return self._match(compiled, subject, seen)

    def _match(self, compiled: _Compiled, subject: Subject, seen: Sightings | None) -> Match | None:
        """The match of one watch; `seen` is where its anchored terms stand, None where presearch was not asked."""
        try:
            found = _hits(compiled, subject, seen)
        except TooCostlyError as error:
            self.given_up.add(compiled.id)
            self.costly[compiled.id] = Fault(FaultReason.COST, f"{error}, in {subject.scan.article.uri!r}")
            return None
        return None if found is None else Match(compiled.watch, evidence(found, subject.scan))


_id: Final = attrgetter("id")


def _hits(compiled: _Compiled, subject: Subject, seen: Sightings | None) -> list[Hit] | None:
    """The hits of a watch, those of its anchored terms as presearch saw them."""
    clause = compiled.clause
    if seen is None:
        subject.begin({})
    else:
        by_term: dict[int, Sightings] = {id(term): [] for term in compiled.anchored}
        for each in seen:
            by_term[id(each[0])].append(each)
        subject.begin({term: _of_term(each) for term, each in by_term.items()})
    return hits(clause, subject)


def _of_term(seen: Sightings) -> list[Hit]:
    """The hits of one term; of phrases that begin at one word the first phrase counts, as in `term_hits`."""
    if len(seen) == 1:
        return [seen[0][2]]
    found: dict[int, tuple[int, Hit]] = {}
    for _, number, hit in seen:
        known = found.get(hit.first)
        if known is None or number < known[0]:
            found[hit.first] = number, hit
    return [hit for _, hit in found.values()]


@contextmanager
def in_bulk() -> Iterator[None]:
    """While many watches are added, the collector stands still.

    They leave no cycles, and it would walk all that are there again and again: a quarter of the time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def evidence(found: Collection[Hit], scan: Scan) -> list[Evidence]:
    """The hits as an alert shows them, in order, without those that stand inside a longer one."""
    if len(found) > 1:
        longest_first = sorted({(hit.first, -hit.last): hit for hit in found}.items())
        found, reached = [], -1
        for _, hit in longest_first:
            if hit.last > reached and len(found) < MAX_EVIDENCE:
                found.append(hit)
                reached = hit.last
    return [_shown(hit, scan) for hit in found]


def _shown(hit: Hit, scan: Scan) -> Evidence:
    return Evidence(*scan.quoted(hit.first, hit.last), hit.term.text, _SAID[hit.rule])


_SAID: Final = {rule: rule.value for rule in Rule}
