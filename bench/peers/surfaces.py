"""The strings that whoever looks for bare strings needs in order to find the words that we do: all forms, with clitics.

A word alone has them all. Of a phrase they would be the product of its words', tens of thousands: it has MAX_PHRASE of
them, of each word the same number of forms, those without clitics first. Marks left out (ا for أ, ه for ة) are not
among them.
"""

from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import Final

from rasid.lexicon import arabic, english, knowledge
from rasid.lexicon.clitics import decorations
from rasid.lexicon.thesaurus import language_of
from rasid.lexicon.word import Word
from rasid.watch.compile import words_of
from rasid.watch.parser import parse
from rasid.watch.query import Term, walk
from schemas.watch import Watch

MAX_PHRASE: Final = 100  # strings of one phrase
UP_TO: Final = 10_000  # watches: with ten times as many the automaton would not fit into memory


def surfaces_of(watches: Iterable[Watch]) -> list[str]:
    """The strings of the queries' terms, each once."""
    terms = {term.text for watch in watches for term in walk(parse(watch.query)) if isinstance(term, Term)}
    return sorted({spelled for term in terms for spelled in _of_term(words_of(term))})


def _of_term(words: tuple[str, ...]) -> Iterator[str]:
    if len(words) == 1:
        return _of_word(words[0], alone=True)
    choices = [[*dict.fromkeys(islice(_of_word(word, alone=False), MAX_PHRASE))] for word in words]
    share = max(1, int(MAX_PHRASE ** (1 / len(words))))
    return islice(map(" ".join, product(*[choice[:share] for choice in choices])), MAX_PHRASE)


def _of_word(written: str, *, alone: bool) -> Iterator[str]:
    """The forms as they stand, then with all clitics that do not make another word of them."""
    if language_of(written) != "ar":
        yield from (form.spelled for form in english.word(written).forms)
        return
    word = arabic.word(written, knowledge.own(), alone=alone)
    yield from (form.spelled for form in word.forms)
    yield from _decorated(word)


def _decorated(word: Word) -> Iterator[str]:
    for form in word.forms:
        for each in decorations(form):
            if not word.bars(form, each.before_key + form.key + each.after_key):
                yield each.before + form.spelled + each.after
