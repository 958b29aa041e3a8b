"""Deciding whether a clause holds for an article, and with which hits. The definition that presearching must equal."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, compress
from operator import attrgetter
from typing import Final, NamedTuple

from rasid.errors import RasidError
from rasid.lexicon.form import Rule
from rasid.lexicon.scan import Scan
from rasid.watch.attributes import Condition, has, published
from rasid.watch.clause import (
    AllClause,
    Alternative,
    AnyClause,
    AtLeastClause,
    Clause,
    NearClause,
    NotClause,
    ScoreClause,
    TermClause,
)
from rasid.watch.phrase import Standing, stands_at, stands_loosely
from rasid.watch.query import Published, Term
from schemas.tagged_article import Entity, Topic

# Places one watch looks at in one article, at 2 to 4 µs each: 30 ms in a report of 600 words.
MAX_STEPS: Final = 6_000
STEPS_PER_WORD: Final = 5


class Hit(NamedTuple):
    """A phrase that stands in the article: the places of its first and last word, and why it counts."""

    first: int
    last: int
    term: Term
    rule: Rule


class TooCostlyError(RasidError):
    """A watch would look at more places of one article than it may."""


@dataclass(slots=True)
class Subject:
    """What a clause is asked of: the scanned article and its tags. `begin` stands before each watch that asks.

    `sought` says where each word that may be asked for may stand; None stands for all words.
    """

    scan: Scan
    topics: Sequence[Topic]
    entities: Sequence[Entity]
    sought: Callable[[], dict[int, list[int]]] | None = None
    steps: int = MAX_STEPS
    known: dict[int, list[Hit]] = field(default_factory=dict)  # of this watch's terms, by identity
    _places: dict[int, list[int]] | None = None

    def begin(self, known: dict[int, list[Hit]]) -> None:
        """Another watch asks, of whose terms some are `known`: it may look at as many places as the one before."""
        self.steps = MAX_STEPS + STEPS_PER_WORD * len(self.scan.reading.numbers)
        self.known = known

    @property
    def places(self) -> dict[int, list[int]]:
        """Where each word may stand."""
        if self._places is None:
            self._places = self.scan.places if self.sought is None else self.sought()
        return self._places

    def spend(self, steps: int) -> None:
        """Counts places looked at; raises TooCostlyError where there are none left."""
        self.steps -= steps
        if self.steps < 0:
            most = MAX_STEPS + STEPS_PER_WORD * len(self.scan.reading.numbers)
            what = f"more than {most:,} places of one article to look at"
            raise TooCostlyError(f"{what}: fewer NEARs within NEARs, or fewer common words")


class Occurrence(NamedTuple):
    """A place where a positional clause is met: its first and last word, and the hits it is made of."""

    first: int
    last: int
    hits: tuple[Hit, ...]


def hits(clause: Clause, subject: Subject) -> list[Hit] | None:
    """The hits by which `clause` holds, or None where it does not. A clause on attributes holds without hits."""
    match clause:
        case TermClause():
            return term_hits(clause, subject) or None
        case AllClause(parts):
            return _all(parts, subject)
        case AnyClause(parts):
            return _any(parts, subject)
        case NotClause(part):
            return [] if hits(part, subject) is None else None
        case NearClause():
            return _near(clause, subject) or None
        case AtLeastClause(count, part):
            return _at_least(count, part, subject)
        case ScoreClause():
            return _score(clause, subject)
        case Condition():
            return [] if has(clause, subject.scan.article, subject.topics, subject.entities) else None
        case Published():
            return [] if published(clause, subject.scan.article) else None


def _all(parts: Iterable[Clause], subject: Subject) -> list[Hit] | None:
    found: list[Hit] = []
    for part in parts:
        each = hits(part, subject)
        if each is None:
            return None
        found.extend(each)
    return found


def _any(parts: Iterable[Clause], subject: Subject) -> list[Hit] | None:
    found: list[Hit] | None = None
    seen: set[int] = set()
    for part in parts:
        if id(part) not in seen:
            seen.add(id(part))
            each = hits(part, subject)
            if each is not None:
                found = each if found is None else found + each
    return found


def _score(clause: ScoreClause, subject: Subject) -> list[Hit] | None:
    """The hits of the parts that speak for the article, where all that hold reach the threshold."""
    total, found = 0, []
    for part, weight in clause.parts:
        each = hits(part, subject)
        if each is not None:
            total += weight
            found += each if weight > 0 else []
    return found if total >= clause.threshold else None


def _at_least(count: int, part: Clause, subject: Subject) -> list[Hit] | None:
    """The hits in the fields that have enough of them; occurrences that begin at the same word are one."""
    found = {each.first: each for each in reversed(occurrences(part, subject))}
    kept: list[Hit] = []
    for name in ("title", "body"):
        there = [each for each in found.values() if subject.scan.field_at(each.first) == name]
        if len(there) >= count:
            kept += [hit for each in there for hit in each.hits]
    return kept or None


def term_hits(clause: TermClause, subject: Subject) -> list[Hit]:
    """Where a term stands; overlapping alternatives give the first of them."""
    known = subject.known.get(id(clause))
    if known is None:
        known = subject.known[id(clause)] = _look_for(clause, subject)
    return known


def _look_for(clause: TermClause, subject: Subject) -> list[Hit]:
    found: dict[int, Hit] = {}
    for number, alternative in enumerate(clause.alternatives):
        places = subject.places.get(alternative.words[0])
        if places and all(each in subject.places for each in alternative.words):
            subject.spend(len(places) * len(alternative.words))
            for place in places:
                hit = _hit_loosely(clause, number, place, subject) if clause.term.slop else hit_at(
                    clause, number, place, subject.scan)  # fmt: skip
                if hit is not None:
                    found.setdefault(place, hit)
    return list(found.values())


def hit_at(clause: TermClause, number: int, place: int, scan: Scan) -> Hit | None:
    """The hit of a term whose phrase `number` stands from `place` on, one word after another."""
    standing = stands_at(scan, clause.alternatives[number].words, place)
    return None if standing is None else counted(clause, number, place, standing, scan)


def _hit_loosely(clause: TermClause, number: int, place: int, subject: Subject) -> Hit | None:
    """The same of a term that lets other words stand between."""
    words, scan = clause.alternatives[number].words, subject.scan
    standing = stands_loosely(scan, words, place, clause.term.slop, subject.places)
    return None if standing is None else counted(clause, number, place, standing, scan)


def counted(clause: TermClause, number: int, first: int, standing: Standing, scan: Scan) -> Hit | None:
    """The hit of a phrase that stands, unless it is in another field or in a longer phrase that means another thing."""
    (last, rule), term, alternative = standing, clause.term, clause.alternatives[number]
    if term.field and scan.field_at(first) != term.field:
        return None
    if alternative.stops and _stopped(alternative, first, last, scan):
        return None
    return Hit(first, last, term, alternative.rule or rule)


def _stopped(alternative: Alternative, first: int, last: int, scan: Scan) -> bool:
    """Whether the phrase is part of a longer one in which it means something else."""
    for stop in alternative.stops:
        for start in range(max(0, last - len(stop) + 1), first + 1):
            if stands_at(scan, stop, start) is not None:
                return True
    return False


def occurrences(clause: Clause, subject: Subject) -> list[Occurrence]:
    """Where a positional clause is met, in order of first words: terms, an OR of them, pairs of a NEAR."""
    match clause:
        case TermClause():
            found = [Occurrence(hit.first, hit.last, (hit,)) for hit in term_hits(clause, subject)]
        case NearClause():
            found = list(_pairs(clause, subject))
        case AnyClause(parts):
            found = [each for part in parts for each in occurrences(part, subject)]
        case _:  # the parser lets nothing else stand within NEAR and ATLEAST
            found = []
    return sorted({(each.first, each.last): each for each in found}.values(), key=attrgetter("first", "last"))


def _near(clause: NearClause, subject: Subject) -> list[Hit]:
    """The hits of every pair that is near enough, each once."""
    left, right = occurrences(clause.left, subject), occurrences(clause.right, subject)
    if not left or not right:
        return []
    subject.spend(len(left) + len(right))
    found = dict.fromkeys(_linked(left, right, clause.distance, subject.scan))
    if not clause.ordered:
        found.update(dict.fromkeys(_linked(right, left, clause.distance, subject.scan)))
    return list(dict.fromkeys(hit for each in sorted(found, key=attrgetter("first", "last")) for hit in each.hits))


def _linked(before: list[Occurrence], after: list[Occurrence], distance: int, scan: Scan) -> Iterator[Occurrence]:
    """Those of either list that stand in a pair, without going through the pairs."""
    turns = [0] * (len(after) + 1)
    for each, low, high in _followers(before, after, distance, scan):
        yield each
        turns[low] += 1
        turns[high] -= 1
    yield from compress(after, accumulate(turns))


def _followers(
    before: list[Occurrence], after: list[Occurrence], distance: int, scan: Scan
) -> Iterator[tuple[Occurrence, int, int]]:
    """Those of `before` with the range of `after` that begins at most `distance` words behind them in their field."""
    starts, title = [each.first for each in after], scan.title_places
    for each in before:
        place = each.last
        reach = place + distance if place >= title else min(place + distance, title - 1)
        low, high = bisect_right(starts, place), bisect_right(starts, reach)
        if low < high:
            yield each, low, high


def _pairs(clause: NearClause, subject: Subject) -> Iterator[Occurrence]:
    """Every pair that is near enough, as one occurrence from the first word of the one to the last of the other."""
    left, right = occurrences(clause.left, subject), occurrences(clause.right, subject)
    ways = [(left, right)] if clause.ordered else [(left, right), (right, left)]
    for before, after in ways:
        for each, low, high in _followers(before, after, clause.distance, subject.scan):
            subject.spend(4 * (high - low))  # a pair takes as long as four places
            for other in after[low:high]:
                yield Occurrence(each.first, other.last, each.hits + other.hits)
