"""The parts of a query, as a tree. `str()` of each is a query that parses back to the same tree."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.span import Field


class Level(StrEnum):
    """How a term is compared: by word identity, by spelling alone, or by its surface."""

    WORD = ""
    NORM = "norm"
    RAW = "raw"


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


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase. `text` is as typed; `slop` words may stand between its words in all; a final * is a prefix."""

    text: str
    level: Level = Level.WORD
    slop: int = 0
    field: Field | None = None
    quoted: bool = False

    def __str__(self) -> str:
        quoted = self.quoted or self.level is not Level.WORD or self.slop
        body = f'"{self.text}"' if quoted else self.text
        parts = [f"{self.field}:" if self.field else "", f"{self.level}:" if self.level else "", body]
        return "".join(parts) + (f"~{self.slop}" if self.slop else "")


@dataclass(frozen=True, slots=True)
class Has:
    """The article's attribute is `value`."""

    attribute: Attribute
    value: str

    def __str__(self) -> str:
        return f'{self.attribute}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Published:
    """Published within the range, both ends included; None is open."""

    since: datetime | None
    until: datetime | None

    def __str__(self) -> str:
        ends = [end.isoformat() if end else "*" for end in (self.since, self.until)]
        return f"published:[{ends[0]} TO {ends[1]}]"


@dataclass(frozen=True, slots=True)
class And:
    """Every part."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " AND ".join(_inner(part, (Or, Near)) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """One part or more."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(_inner(part, (Near,)) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """Anything but the part."""

    part: "Node"

    def __str__(self) -> str:
        return f"NOT {_inner(self.part, (And, Or, Near))}"


@dataclass(frozen=True, slots=True)
class Near:
    """Two terms whose positions differ by at most `distance`; `ordered` when the left one comes first."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool

    def __str__(self) -> str:
        operator = f"{'O' if self.ordered else ''}NEAR/{self.distance}"
        return f"{_inner(self.left, (And, Or, Near, Not))} {operator} {_inner(self.right, (And, Or, Near, Not))}"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The part occurs `count` times or more."""

    count: int
    part: "Node"

    def __str__(self) -> str:
        return f"ATLEAST/{self.count} {_inner(self.part, (And, Or, Near, Not))}"


Node = Term | Has | Published | And | Or | Not | Near | AtLeast


def _inner(part: Node, bracketed: tuple[type, ...]) -> str:
    return f"({part})" if isinstance(part, bracketed) else str(part)
