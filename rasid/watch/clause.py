"""A compiled query: what its terms stand for is worked out, and what is left is to look whether they are there."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from rasid.lexicon.form import Rule
from rasid.watch.attributes import Condition
from rasid.watch.query import Published, Term


class Alternative(msgspec.Struct, frozen=True, gc=False):
    """One phrase that satisfies a term: word ids in order; `stops` are longer phrases in which it does not count.

    `rule` is what joined phrase and term, or None where each word's own rule says.
    """

    words: tuple[int, ...]
    rule: Rule | None = None
    stops: tuple[tuple[int, ...], ...] = ()


class TermClause(msgspec.Struct, frozen=True, gc=False):
    """A term, as the phrases that satisfy it."""

    term: Term
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class AllClause:
    """Every part holds."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class AnyClause:
    """One part or more holds."""

    parts: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class NotClause:
    """The part does not hold."""

    part: "Clause"


@dataclass(frozen=True, slots=True)
class NearClause:
    """Both sides stand within `distance` words."""

    left: "Clause"
    right: "Clause"
    distance: int
    ordered: bool


@dataclass(frozen=True, slots=True)
class AtLeastClause:
    """The part is met `count` times in one field."""

    count: int
    part: "Clause"


@dataclass(frozen=True, slots=True)
class ScoreClause:
    """The weights of the parts that hold reach `threshold`."""

    threshold: int
    parts: tuple[tuple["Clause", int], ...]


Clause = (
    TermClause | AllClause | AnyClause | NotClause | NearClause | AtLeastClause | ScoreClause | Condition | Published
)


def parts_of(clause: Clause) -> tuple[Clause, ...]:
    """The clauses that a clause is made of."""
    match clause:
        case AllClause(parts) | AnyClause(parts):
            return parts
        case NotClause(part) | AtLeastClause(_, part):
            return (part,)
        case NearClause(left, right):
            return left, right
        case ScoreClause(_, weighed):
            return tuple(part for part, _ in weighed)
        case _:
            return ()


def terms(clause: Clause) -> Iterator[TermClause]:
    """Every term of a clause, from left to right."""
    if isinstance(clause, TermClause):
        yield clause
    else:
        for part in parts_of(clause):
            yield from terms(part)


def word_ids(clause: Clause) -> Iterator[int]:
    """The lexis' words that `clause` holds, once for each use."""
    for term in terms(clause):
        for alternative in term.alternatives:
            yield from alternative.words
            for stop in alternative.stops:
                yield from stop
