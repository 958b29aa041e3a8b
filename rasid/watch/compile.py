"""From a query to what can be matched: words become forms, terms their renderings, clauses conditions.

Everything costly is asked here, once a watch: inflection, the other language, names, the watches it refers to.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from rasid.errors import QueryError
from rasid.lexicon import english
from rasid.lexicon.entry import Language, Rendering, language_of
from rasid.lexicon.form import Form, Host, Rule
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.promised import Promised
from rasid.lexicon.thesaurus import Thesaurus
from rasid.lexicon.word import Promise, Word
from rasid.text.reading import Reading
from rasid.watch.advice import nearest
from rasid.watch.attributes import condition
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
    word_ids,
)
from rasid.watch.parser import parse
from rasid.watch.query import And, AtLeast, Has, Level, Near, Node, Not, Or, Published, Score, Search, Term, column_of
from schemas.watch import Watch

MAX_ALTERNATIVES: Final = 300  # phrases one term may stand for
MAX_SIZE: Final = 10_000  # phrases and clauses of a query, with those it refers to: 3 ms to look for in an article
_NUMBERS: Final = 200_000  # words whose numbers are remembered: more than 100,000 watches have
MAX_NESTED: Final = 60  # clauses within clauses, with those it refers to: ten more than one query may have

_PLAIN: Final = re.compile(
    r"[ء-غف-يA-Za-z0-9]+\*?(?: [ء-غف-يA-Za-z0-9]+\*?)*"
)  # what has spaces between its words alone

Lookup = Callable[[str], Watch | None]
_Rendered = tuple[Rendering, Rule | None, Level]


def nobody(_watch_id: str) -> Watch | None:
    """A look-up that knows no watch."""
    return None


class Compiler:
    """Compiles queries against one lexis, where the words of a compiled clause are counted as used.

    `lookup` finds the watch that `search:` names. Without
    `context` a word of a phrase is the word that it is alone, and words of the same forms are one: so linting compares
    them.
    """

    def __init__(self, lexis: Lexis, thesaurus: Thesaurus, lookup: Lookup = nobody, *, context: bool = True) -> None:
        self._lexis = lexis
        self._thesaurus = thesaurus
        self._lookup = lookup
        self._context = context
        # Of the words asked for, in the lexis or no longer.
        self._numbers: dict[tuple[Level, bool], dict[str, int]] = defaultdict(dict)

    def compile(self, node: Node, *, translate: bool = True, own_id: str = "") -> Clause:
        """The clause that `node` means. `own_id` is the watch's, which it may not refer to.

        Raises QueryError for an unknown concept or watch, a circle of watches, and what is too large; then no word
        stays in the lexis.
        """
        made = _Making(self, (own_id,) if own_id else ())
        try:
            return made.clause(node, translate=translate)
        except QueryError:
            for number in made.numbers:
                self._lexis.drop(number)
            raise

    def renderings(self, term: Term, *, translate: bool) -> Iterator[_Rendered]:
        """The phrases a term stands for, its own first. Raises QueryError for an unknown concept."""
        if term.level is Level.CONCEPT:
            found = self._thesaurus.concept(term.text)
            if not found:
                close = nearest(term.text, self._thesaurus.concepts)
                raise QueryError(f"there is no concept {term.text!r}{close}; seeds/lexicon lists them", term.column)
            yield from ((each, Rule.TRANSLATION, Level.WORD) for each in found)
            return
        words = words_of(term.text)
        if not words:
            what = f"{term.text!r} has no word to look for (addresses of pages are left out of the text)"
            raise QueryError(f"{what}: use site: for an address", term.column)
        own = self._thesaurus.itself(words) if term.level is Level.WORD else Rendering(words)
        yield own, None, term.level
        if term.level is Level.WORD and not any(word.endswith("*") for word in words):
            names = self._thesaurus.other_names(words)
            others = [*names, *self._thesaurus.render(words)] if translate else names
            language = language_of(*words)
            for each in others[:MAX_ALTERNATIVES]:
                yield each, _rule(each, language), Level.WORD

    def add_words(self, words: Sequence[str], level: Level, *, alone: bool = False) -> list[int]:
        """The lexis' numbers of words, counted once more as used; `alone` where each is a term by itself."""
        alone = alone or not self._context
        numbers = self._numbers[level, alone]
        if len(numbers) > _NUMBERS:
            numbers.clear()
        found = []
        for word in words:
            number = numbers.get(word, 0)
            if not self._lexis.used(number):
                number = numbers[word] = self._lexis.add(self._make_word(word, level, alone=alone))
            found.append(number)
        return found

    def again(self, number: int) -> int:
        """Counts a word once more as used."""
        return self._lexis.again(number)

    def look_up(self, search: Search) -> Watch:
        """The watch that `search` names, or QueryError."""
        found = self._lookup(search.watch_id)
        if found is None:
            raise QueryError(f"there is no watch {search.watch_id!r} to search by: add it first", search.column)
        return found

    def _make_word(self, word: str, level: Level, *, alone: bool) -> Word | Promise:
        if level is not Level.WORD:
            return Word(word, (Form(word, Rule.RAW if level is Level.RAW else Rule.SAME),), case=level is Level.RAW)
        if word.endswith("*"):
            stem = word[:-1]
            return Word(word, (Form(stem, Rule.PREFIX, Host.NOUN, article=True),), prefix=True)
        if language_of(word) == "ar":
            promised = Promised(word, self._thesaurus.known, alone)
            return promised if self._context else promised.made()
        return english.word(word)


@dataclass(slots=True)
class _Making:
    """One compilation under way: the way from the outermost watch, and what was spent of the limits."""

    compiler: Compiler
    way: tuple[str, ...]
    numbers: list[int] = field(default_factory=list)
    trees: dict[str, Node] = field(default_factory=dict)  # of the watches that are named more than once
    terms: dict[tuple[Term, bool], TermClause] = field(default_factory=dict)
    size: int = 0
    depth: int = 0

    def clause(self, node: Node, *, translate: bool) -> Clause:
        self._grow(node)
        self.depth += 1
        made = self._clause(node, translate=translate)
        self.depth -= 1
        return made

    def _grow(self, node: Node) -> None:
        self.size += 1
        if self.size > MAX_SIZE:
            what = f"the query stands for more than {MAX_SIZE:,} phrases and clauses, with those that search: names"
            raise QueryError(f"{what}: split it, or narrow terms with norm:", column_of(node))
        if self.depth >= MAX_NESTED:
            raise QueryError(
                f"search: leads more than {MAX_NESTED} clauses deep: name fewer watches in a row", column_of(node)
            )

    def _clause(self, node: Node, *, translate: bool) -> Clause:
        match node:
            case Term():
                return self._term(node, translate=translate)
            case And(parts):
                return AllClause(tuple([self.clause(part, translate=translate) for part in parts]))
            case Or(parts):
                return AnyClause(tuple([self.clause(part, translate=translate) for part in parts]))
            case Not(part):
                return NotClause(self.clause(part, translate=translate))
            case Near(left, right, distance, ordered):
                sides = [self.clause(side, translate=translate) for side in (left, right)]
                return NearClause(sides[0], sides[1], distance, ordered)
            case AtLeast(count, part):
                return AtLeastClause(count, self.clause(part, translate=translate))
            case Score(threshold, weighed):
                made = [(self.clause(part, translate=translate), weight) for part, weight in weighed]
                return ScoreClause(threshold, tuple(made))
            case Search():
                return self._other(node)
            case Has() | Published():
                return condition(node) if isinstance(node, Has) else node

    def _other(self, search: Search) -> Clause:
        if search.watch_id in self.way:
            circle = " → ".join([*self.way[self.way.index(search.watch_id) :], search.watch_id])
            raise QueryError(f"search: goes round in a circle, {circle}: take one of them out", search.column)
        other = self.compiler.look_up(search)
        before, self.way = self.way, (*self.way, search.watch_id)
        try:
            tree = self.trees[other.id] = self.trees.get(other.id) or parse(other.query)
            made = self.clause(tree, translate=other.translate)
        except QueryError as error:
            within = error.message if error.message.startswith("search: ") else f"search:{other.id}: {error.message}"
            raise QueryError(within, search.column) from error
        self.way = before
        return made

    def _term(self, term: Term, *, translate: bool) -> TermClause:
        """The clause of a term; the same one for the same term, whose words are then counted once more."""
        known = self.terms.get((term, translate))
        if known is None:
            made = TermClause(term, tuple(self._alternatives(term, translate=translate)))
            return self.terms.setdefault((term, translate), made)
        self.size += len(known.alternatives)
        for number in word_ids(known):
            self.numbers.append(self.compiler.again(number))
        return known

    def _alternatives(self, term: Term, *, translate: bool) -> Iterator[Alternative]:
        for rendering, rule, level in self.compiler.renderings(term, translate=translate):
            self._grow(term)
            words = self._added(rendering.words, level, alone=len(rendering.words) == 1)
            yield Alternative(words, rule, tuple([self._added(stop, Level.WORD) for stop in rendering.stops]))

    def _added(self, words: tuple[str, ...], level: Level, *, alone: bool = False) -> tuple[int, ...]:
        found = self.compiler.add_words(words, level, alone=alone)
        self.numbers += found
        return tuple(found)


def _rule(rendering: Rendering, own: Language) -> Rule:
    """What joins a rendering to the term's own words; in one language only a hyphen can (cyber-attack)."""
    if rendering.name:
        return Rule.NAME
    return Rule.SPELLING if language_of(*rendering.words) == own else Rule.TRANSLATION


def words_of(text: str) -> tuple[str, ...]:
    """The words of a term as typed, a final * kept on its word."""
    if _PLAIN.fullmatch(text):
        return tuple(text.split(" "))
    reading = Reading(text)
    found = []
    for index in reading.at_place:
        start, end = reading.span(index)
        star = "*" if text[end : end + 1] == "*" else ""
        found.append(text[start:end] + star)
    return tuple(found)
