"""How a query is read: its tree, and for each term what it expands to, by language and rule."""

from collections.abc import Iterator
from dataclasses import dataclass

from rasid.lexicon.lexis import Lexis
from rasid.lexicon.thesaurus import language_of
from rasid.watch.clause import Clause, terms


@dataclass(frozen=True, slots=True)
class Expansion:
    """One phrase that a term fires on: its words, and each word's forms as written."""

    term: str
    phrase: str
    language: str
    rule: str
    forms: list[list[str]]
    unless: list[str]


def expansions(clause: Clause, lexis: Lexis) -> Iterator[Expansion]:
    """Everything the terms of a clause stand for, in the order in which they are tried."""
    for term in terms(clause):
        for each in term.alternatives:
            words = [lexis.word(number) for number in each.words]
            phrase = " ".join(word.term for word in words)
            forms = [sorted({form.spelled for form in word.forms}) for word in words]
            unless = [" ".join(lexis.word(number).term for number in stop) for stop in each.stops]
            rule = each.rule.value if each.rule else "as watched"
            yield Expansion(term.term.text, phrase, language_of(phrase), rule, forms, unless)
