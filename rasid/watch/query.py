"""The parts of a query, as a tree. `str()` of each is a query that parses back to the same tree.

`column` is where a part begins in the query as typed, in code points from 0; it makes no two parts different.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from schemas.span import Field


class Level(StrEnum):
    """How a term is compared: by word identity, by spelling alone, by its surface, or as a concept of the lexicon."""

    WORD = ""
    NORM = "norm"
    RAW = "raw"
    CONCEPT = "concept"

    __hash__ = str.__hash__  # as Kind's, and asked for with every word of a watch


class Attribute(StrEnum):
    """What of an article, other than its words, a query may ask for."""

    LANG = "lang"
    SOURCE = "source"
    SITE = "site"
    COUNTRY = "country"
    AUTHOR = "author"
    TOPIC = "topic"
    PER = "per"
    ORG = "org"
    LOC = "loc"
    ENTITY = "entity"


def _column() -> Any:
    return field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase. `text` is as typed; `slop` words may stand between its words in all; a final * is a prefix.

    At the level CONCEPT, `text` names a concept: its id in the lexicon, or one of its phrases.
    """

    text: str
    level: Level = Level.WORD
    slop: int = 0
    field: Field | None = None
    quoted: bool = False
    column: int = _column()

    def __hash__(self) -> int:
        return hash(self.text)  # terms of one text are few

    def __str__(self) -> str:
        quoted = self.quoted or self.level is not Level.WORD or self.slop
        body = f'"{self.text}"' if quoted else self.text
        parts = [f"{self.field}:" if self.field else "", f"{self.level}:" if self.level else "", body]
        return "".join(parts) + (f"~{self.slop}" if self.slop else "")


@dataclass(frozen=True, slots=True)
class Has:
    """The article's attribute is `value`. `quoted` says whether it was typed in quotation marks."""

    attribute: Attribute
    value: str
    quoted: bool = field(default=True, compare=False)
    column: int = _column()

    def __str__(self) -> str:
        return f'{self.attribute}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Published:
    """Published within the range, both ends included; None is open."""

    since: datetime | None
    until: datetime | None
    column: int = _column()

    def __str__(self) -> str:
        since = self.since.isoformat() if self.since else "*"
        return f"published:[{since} TO {_end(self.until)}]"


def _end(moment: datetime | None) -> str:
    """A day alone stands for its last moment at the end of a range."""
    if moment is None:
        return "*"
    return moment.date().isoformat() if moment.timetz() == time.max.replace(tzinfo=UTC) else moment.isoformat()


@dataclass(frozen=True, slots=True)
class Search:
    """The query of another watch, whatever it is at the time."""

    watch_id: str
    column: int = _column()

    def __str__(self) -> str:
        return f"search:{self.watch_id}"


@dataclass(frozen=True, slots=True)
class And:
    """Every part."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " AND ".join(_inner(part, (And, Or, Near)) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """One part or more."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(_inner(part, (Or, Near)) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """Anything but the part."""

    part: "Node"
    column: int = _column()

    def __str__(self) -> str:
        return f"NOT {_inner(self.part, (And, Or, Near))}"


@dataclass(frozen=True, slots=True)
class Near:
    """Two sides whose positions differ by at most `distance`; `ordered` when the left one comes first."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool
    column: int = _column()
    bracketed: bool = field(default=True, compare=False)

    def __str__(self) -> str:
        operator = f"{'O' if self.ordered else ''}NEAR/{self.distance}"
        return f"{_inner(self.left, (And, Or, Near, Not))} {operator} {_inner(self.right, (And, Or, Near, Not))}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The part occurs `count` times or more in one field."""

    count: int
    part: "Node"
    column: int = _column()

    def __str__(self) -> str:
        return f"ATLEAST/{self.count} {_inner(self.part, (And, Or, Near, Not))}"


@dataclass(frozen=True, slots=True)
class Score:
    """The weights of the parts that hold add up to `threshold` or more."""

    threshold: int
    parts: tuple[tuple["Node", int], ...]
    column: int = _column()

    def __str__(self) -> str:
        inner = (f"{_inner(part, (And, Or, Near, Not, AtLeast))}^{weight}" for part, weight in self.parts)
        return f"SCORE>={self.threshold}({', '.join(inner)})"


Node = Term | Has | Published | Search | And | Or | Not | Near | AtLeast | Score


def _inner(part: Node, bracketed: tuple[type, ...]) -> str:
    return f"({part})" if isinstance(part, bracketed) else str(part)


def children(node: Node) -> tuple[Node, ...]:
    """The parts that a part is made of, in the order in which they stand."""
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(part) | AtLeast(_, part):
            return (part,)
        case Near(left, right):
            return left, right
        case Score(_, weighed):
            return tuple(part for part, _ in weighed)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything under it, from left to right."""
    yield node
    for part in children(node):
        yield from walk(part)


def column_of(node: Node) -> int:
    """Where a part begins, or for And and Or their first part."""
    return column_of(node.parts[0]) if isinstance(node, And | Or) else node.column
