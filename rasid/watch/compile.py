"""From a query to what can be matched: words become forms, terms their renderings, clauses conditions.

Everything costly is asked here, once a watch: inflection, the other language, names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rasid.lexicon import arabic, english
from rasid.lexicon.form import Form, Host, Rule
from rasid.lexicon.lexis import Lexis, Word
from rasid.lexicon.thesaurus import Rendering, Thesaurus, language_of
from rasid.text.reading import Reading
from rasid.watch.query import And, AtLeast, Has, Level, Near, Node, Not, Or, Published, Term

MAX_ALTERNATIVES: Final = 300  # phrases one term may stand for


@dataclass(frozen=True, slots=True)
class Alternative:
    """One phrase that satisfies a term: word ids in order; `stops` are longer phrases in which it does not count.

    `rule` is what joined phrase and term, or None where each word's own rule says.
    """

    words: tuple[int, ...]
    rule: Rule | None = None
    stops: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TermClause:
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
    """The part is met `count` times."""

    count: int
    part: "Clause"


Clause = TermClause | AllClause | AnyClause | NotClause | NearClause | AtLeastClause | Has | Published


class Compiler:
    """Compiles queries against one lexis. `words` of a compiled clause are counted there as used."""

    def __init__(self, lexis: Lexis, thesaurus: Thesaurus) -> None:
        self._lexis = lexis
        self._thesaurus = thesaurus
        self._word = lru_cache(maxsize=50_000)(self._make_word)

    def compile(self, node: Node, *, translate: bool = True) -> Clause:
        """The clause that `node` means."""
        match node:
            case Term():
                return TermClause(node, tuple(self._alternatives(node, translate=translate)))
            case And(parts):
                return AllClause(tuple(self.compile(part, translate=translate) for part in parts))
            case Or(parts):
                return AnyClause(tuple(self.compile(part, translate=translate) for part in parts))
            case Not(part):
                return NotClause(self.compile(part, translate=translate))
            case Near(left, right, distance, ordered):
                sides = [self.compile(side, translate=translate) for side in (left, right)]
                return NearClause(sides[0], sides[1], distance, ordered)
            case AtLeast(count, part):
                return AtLeastClause(count, self.compile(part, translate=translate))
            case Has() | Published():
                return node

    def _alternatives(self, term: Term, *, translate: bool) -> Iterator[Alternative]:
        words = words_of(term.text)
        yield self._phrase(Rendering(words), None, term.level)
        if term.level is not Level.WORD or any(word.endswith("*") for word in words):
            return
        for rendering in self._renderings(words, translate=translate)[:MAX_ALTERNATIVES]:
            yield self._phrase(rendering, Rule.NAME if rendering.name else Rule.TRANSLATION, Level.WORD)

    def _renderings(self, words: tuple[str, ...], *, translate: bool) -> list[Rendering]:
        names = self._thesaurus.other_names(words)
        return [*names, *self._thesaurus.render(words)] if translate else names

    def _phrase(self, rendering: Rendering, rule: Rule | None, level: Level) -> Alternative:
        alone = len(rendering.words) == 1
        ids = tuple(self._lexis.add(self._word(word, level, alone=alone)) for word in rendering.words)
        stops = tuple(tuple(self._lexis.add(self._word(word, Level.WORD, alone=False)) for word in stop)
                      for stop in rendering.stops)  # fmt: skip
        return Alternative(ids, rule, stops)

    def _make_word(self, word: str, level: Level, *, alone: bool) -> Word:
        if level is not Level.WORD:
            return Word(word, (Form(word, Rule.RAW if level is Level.RAW else Rule.SAME),), case=level is Level.RAW)
        if word.endswith("*"):
            stem = word[:-1]
            return Word(word, (Form(stem, Rule.PREFIX, Host.NOUN, article=True),), prefix=True)
        if language_of(word) == "ar":
            return arabic.word(word, self._thesaurus.known, alone=alone)
        return english.word(word)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a term as typed, a final * kept on its word."""
    reading = Reading(text)
    found = []
    for index in reading.at_place:
        start, end = reading.span(index)
        star = "*" if text[end : end + 1] == "*" else ""
        found.append(text[start:end] + star)
    return tuple(found)


def word_ids(clause: Clause) -> Iterator[int]:
    """The lexis' words that `clause` holds, once for each use."""
    match clause:
        case TermClause():
            for alternative in clause.alternatives:
                yield from alternative.words
                for stop in alternative.stops:
                    yield from stop
        case AllClause(parts) | AnyClause(parts):
            for part in parts:
                yield from word_ids(part)
        case NotClause(part) | AtLeastClause(_, part):
            yield from word_ids(part)
        case NearClause(left, right):
            yield from word_ids(left)
            yield from word_ids(right)
        case Has() | Published():
            return


def anchors(clause: Clause, cost: "Cost") -> frozenset[int] | None:
    """Words of which every matching article has at least one; None where nothing is necessary."""
    match clause:
        case TermClause():
            return frozenset(min(alternative.words, key=cost) for alternative in clause.alternatives)
        case AnyClause(parts):
            each = [anchors(part, cost) for part in parts]
            found = [part for part in each if part is not None]
            return frozenset().union(*found) if len(found) == len(each) else None
        case AllClause(parts):
            return _cheapest([anchors(part, cost) for part in parts], cost)
        case NearClause(left, right):
            return _cheapest([anchors(left, cost), anchors(right, cost)], cost)
        case AtLeastClause(_, part):
            return anchors(part, cost)
        case NotClause() | Has() | Published():
            return None


class Cost:
    """How common a word is likely to be, by its letters: short words are common ones."""

    def __init__(self, lexis: Lexis) -> None:
        self._lexis = lexis

    def __call__(self, number: int) -> float:
        """Greater where the word is likely to be commoner."""
        word = self._lexis.word(number)
        return (4.0 if word.prefix else 1.0) / max(1, min(len(form.spelled) for form in word.forms)) ** 2


def _cheapest(found: list[frozenset[int] | None], cost: Cost) -> frozenset[int] | None:
    some = [each for each in found if each is not None]
    return min(some, key=lambda each: (max(map(cost, each)), len(each)), default=None)
