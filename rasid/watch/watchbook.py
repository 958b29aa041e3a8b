"""The book of watches: which of them an article matches, and the words that show it.

    book = Watchbook()
    book.add(Watch(id="talks", query="trilateral talks"))
    for match in book.match(article): ...

The public interface of the matcher: workers, `rasid grep`, `test` and `backtest` all use it (docs/watch-language.md).
Presearch and verify, as Lucene's Monitor does it: each watch is filed under words of which every matching article has
one; only watches so found are verified. `match_all` verifies every watch and is the oracle of the tests.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rasid.errors import QueryError
from rasid.lexicon import thesaurus
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.scan import Scan
from rasid.watch.anchors import Cost, anchors
from rasid.watch.clause import Clause, word_ids
from rasid.watch.compile import Compiler
from rasid.watch.fault import Fault, FaultReason
from rasid.watch.links import Links
from rasid.watch.parser import parse
from rasid.watch.verify import MAX_STEPS, Hit, Subject, TooCostlyError, hits
from schemas.article import ArticleEvent
from schemas.tagged_article import Entity, Topic
from schemas.watch import Watch
from schemas.watch_match import Evidence

MAX_EVIDENCE = 20  # hits listed for one match; the article's other mentions add nothing to act on


@dataclass(frozen=True, slots=True)
class Match:
    """A watch that holds for an article, with its hits in order."""

    watch: Watch
    evidence: list[Evidence]


@dataclass(frozen=True, slots=True)
class _Compiled:
    watch: Watch
    clause: Clause
    anchors: frozenset[int] | None


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
    _filed: dict[int, set[str]] = field(default_factory=dict)
    _always: set[str] = field(default_factory=set)
    _links: Links = field(default_factory=Links)
    _compiler: Compiler = field(init=False)

    def __post_init__(self) -> None:
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
        self._file(_Compiled(watch, clause, anchors(clause, Cost(self.lexis))))
        return True

    def _file(self, compiled: _Compiled) -> None:
        self._watches[compiled.watch.id] = compiled
        if compiled.anchors is None:
            self._always.add(compiled.watch.id)
        for number in compiled.anchors or ():
            self._filed.setdefault(number, set()).add(compiled.watch.id)

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
        for number in compiled.anchors or ():
            self._filed[number].discard(watch_id)
            if not self._filed[number]:
                del self._filed[number]
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
        candidates = set(self._always)
        for number in self._filed.keys() & scan.words:
            candidates |= self._filed[number]
        return self._verify(sorted(candidates), Subject(scan, topics, entities))

    def match_all(
        self, article: ArticleEvent | Scan, topics: Sequence[Topic] = (), entities: Sequence[Entity] = ()
    ) -> list[Match]:
        """The same, by verifying every watch: the oracle."""
        scan = self.scan(article) if isinstance(article, ArticleEvent) else article
        return self._verify(sorted(self._watches), Subject(scan, topics, entities))

    def _verify(self, candidates: Iterable[str], subject: Subject) -> list[Match]:
        return [match for each in candidates if (match := self._match(self._watches[each], subject))]

    def _match(self, compiled: _Compiled, subject: Subject) -> Match | None:
        self.verified += 1
        subject.steps = MAX_STEPS
        try:
            found = hits(compiled.clause, subject)
        except TooCostlyError as error:
            self.costly[compiled.watch.id] = Fault(FaultReason.COST, f"{error}, in {subject.scan.article.uri!r}")
            return None
        if found is None:
            return None
        return Match(compiled.watch, list(evidence(found, subject.scan)))


def evidence(found: Iterable[Hit], scan: Scan) -> Iterator[Evidence]:
    """The hits as an alert shows them, in order, without those that stand inside a longer one."""
    longest_first = sorted({(hit.first, -hit.last): hit for hit in found}.items())
    shown, reached = 0, -1
    for _, hit in longest_first:
        if hit.last > reached and shown < MAX_EVIDENCE:
            shown, reached = shown + 1, hit.last
            span = scan.span(hit.first, hit.last)
            before, after = scan.around(span)
            yield Evidence(span.field, span.start, span.end, span.text, before, after, hit.term.text, hit.rule.value)
