"""The book of watches: which of them an article matches, and the words that show it.

    book = Watchbook()
    book.add(Watch(id="talks", query="trilateral talks"))
    for match in book.match(article): ...

The public interface of the matcher: workers, `rasid grep`, `test` and `backtest` all use it (docs/watch-language.md).
Presearch and verify, as Lucene's Monitor does it: each watch is filed under words or pairs of neighbours of which every
matching article has one; only watches so found are verified. `match_all` verifies every watch: the oracle of the tests.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
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
from rasid.watch.presearch import Anchor, Presearch
from rasid.watch.verify import Hit, Subject, TooCostlyError, hits, seen_hits
from schemas.article import ArticleEvent
from schemas.tagged_article import Entity, Topic
from schemas.watch import Watch
from schemas.watch_match import Evidence

MAX_EVIDENCE = 20  # hits listed for one match; the article's other mentions add nothing to act on


class Match(msgspec.Struct, frozen=True):
    """A watch that holds for an article, with its hits in order."""

    watch: Watch
    evidence: list[Evidence]


Seen = list[tuple[Anchor, int]]  # a watch's anchors in an article, with their places


@dataclass(frozen=True, slots=True)
class _Compiled:
    """`anchored` are the terms that stand nowhere but where one of their anchors does."""

    watch: Watch
    clause: Clause
    anchors: Anchors | None
    anchored: tuple[TermClause, ...]

    @property
    def sought(self) -> Iterator[int]:
        """The words of its other terms."""
        known = set(map(id, self.anchored))
        for term in terms(self.clause):
            if id(term) not in known:
                yield from chain.from_iterable(alternative.words for alternative in term.alternatives)


@dataclass(slots=True)
class Watchbook:
    """Watches by id. `faulty` says why a watch is not in force; it never stops the others.

    `costly` says which watches gave up on an article, and why; they stay in force for the next one.
    """

    lexis: Lexis = field(default_factory=Lexis)
    faulty: dict[str, Fault] = field(default_factory=dict)
    costly: dict[str, Fault] = field(default_factory=dict)
    verified: int = 0  # clauses evaluated so far, for tests and metrics
    _watches: dict[str, _Compiled] = field(default_factory=dict)
    _disabled: dict[str, Watch] = field(default_factory=dict)
    _filed: Presearch = field(init=False)
    _always: set[str] = field(default_factory=set)
    _links: Links = field(default_factory=Links)
    _compiler: Compiler = field(init=False)

    def __post_init__(self) -> None:
        self._filed = Presearch(self.lexis)
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
        found = anchors(clause, Cost(self.lexis))
        self._file(_Compiled(watch, clause, found, _anchored(found or ())))
        return True

    def _file(self, compiled: _Compiled) -> None:
        self._watches[compiled.watch.id] = compiled
        if compiled.anchors is None:
            self._always.add(compiled.watch.id)
        self._filed.file(compiled.watch.id, compiled.anchors or (), compiled.sought)

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
        self._filed.unfile(watch_id, compiled.anchors or (), compiled.sought)
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
        found = self._filed.found(scan.reading.words)
        seen: dict[str, Seen] = {each: [] for each in self._always}
        for watch_id, anchor, place in found.seen:
            seen.setdefault(watch_id, []).append((anchor, place))
        if not seen:
            return []
        subject = Subject(scan, topics, entities, found.sought)
        return [match for each in sorted(seen) if (match := self._match(self._watches[each], subject, seen[each]))]

    def match_all(
        self, article: ArticleEvent | Scan, topics: Sequence[Topic] = (), entities: Sequence[Entity] = ()
    ) -> list[Match]:
        """The same, by verifying every watch: the oracle."""
        scan = self.scan(article) if isinstance(article, ArticleEvent) else article
        subject = Subject(scan, topics, entities)
        return [match for each in sorted(self._watches) if (match := self._match(self._watches[each], subject, None))]

    def _match(self, compiled: _Compiled, subject: Subject, seen: Seen | None) -> Match | None:
        """The match of one watch; `seen` is what presearch found of it, None where it was not asked."""
        self.verified += 1
        try:
            found = _hits(compiled, subject, seen)
        except TooCostlyError as error:
            self.costly[compiled.watch.id] = Fault(FaultReason.COST, f"{error}, in {subject.scan.article.uri!r}")
            return None
        return None if found is None else Match(compiled.watch, evidence(found, subject.scan))


def _anchored(anchors: Iterable[Anchor]) -> tuple[TermClause, ...]:
    return tuple({id(each.term): each.term for each in anchors if not each.term.term.slop}.values())


def _hits(compiled: _Compiled, subject: Subject, seen: Seen | None) -> list[Hit] | None:
    """The hits of a watch; of its anchored terms only where they were seen."""
    clause = compiled.clause
    if seen is None:
        subject.begin({})
    elif isinstance(clause, TermClause) and compiled.anchored:
        return seen_hits(clause, seen, subject) or None
    else:
        subject.begin({id(term): seen_hits(term, seen, subject) for term in compiled.anchored})
    return hits(clause, subject)


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
