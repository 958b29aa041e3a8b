"""Peers that look for the watches' own words as bare strings or tokens: no forms, clitics, languages or operators.

Each is optional (extra `bench`), and is told as a function from an article's text to how much it finds.
"""

import importlib.util
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from rasid.watch.parser import parse
from rasid.watch.query import Term, walk
from schemas.watch import Watch

Finder = Callable[[str], int]


def strings_of(watches: Iterable[Watch]) -> list[str]:
    """The words and phrases of the queries, each once."""
    return sorted({term.text for watch in watches for term in walk(parse(watch.query)) if isinstance(term, Term)})


def ahocorasick_rs(strings: Sequence[str]) -> Finder:
    """An automaton in Rust, over the text as it is."""
    import ahocorasick_rs as library

    automaton = library.AhoCorasick(strings)
    return lambda text: len(automaton.find_matches_as_indexes(text, overlapping=True))


def pyahocorasick(strings: Sequence[str]) -> Finder:
    """An automaton in C, over the text as it is."""
    import ahocorasick as library

    automaton = library.Automaton()
    for number, each in enumerate(strings):
        automaton.add_word(each, number)
    automaton.make_automaton()
    return lambda text: sum(1 for _ in automaton.iter(text))


def spacy(strings: Sequence[str]) -> Finder:
    """PhraseMatcher over the tokens of a blank Arabic pipeline."""
    import spacy as library
    from spacy.matcher import PhraseMatcher

    pipeline = library.blank("ar")
    matcher: Any = PhraseMatcher(pipeline.vocab)
    matcher.add("watched", [pipeline.make_doc(each) for each in strings])
    return lambda text: len(matcher(pipeline.make_doc(text)))


# By the name on the package index: the module that must be there, and what makes the finder.
FINDERS: Final[dict[str, tuple[str, Callable[[Sequence[str]], Finder]]]] = {
    "ahocorasick_rs": ("ahocorasick_rs", ahocorasick_rs),
    "pyahocorasick": ("ahocorasick", pyahocorasick),
    "spacy": ("spacy", spacy),
}


def installed(name: str) -> bool:
    """Whether a peer is there."""
    return importlib.util.find_spec(FINDERS[name][0]) is not None
