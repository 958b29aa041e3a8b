"""The nearest miss: for a term that does not stand in a text, the words that come closest and the rule they fail on."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from rasid.lexicon.clitics import allowed, splits
from rasid.lexicon.form import Form
from rasid.lexicon.scan import Scan
from rasid.lexicon.word import Word
from rasid.watch.clause import Alternative, Clause, NotClause, TermClause, parts_of
from rasid.watch.verify import Subject, term_hits

LIKE: Final = 0.6  # of two words' letters in common, below which they are not alike


class Failed(StrEnum):
    """Why words of the text are not the term, the nearest first."""

    LONGER = "part of a longer phrase that means something else"
    ORDER = "the words do not stand next to each other, in order, in one sentence and field"
    SPELLING = "two different marks"
    OTHER = "a word of its own"
    CLITIC = "no form of the word bears these clitics"
    FORM = "not a form of the word"


@dataclass(frozen=True, slots=True)
class Miss:
    """The words of the text nearest to `term` (empty where none is near), and what they fail on."""

    term: str
    text: str
    failed: Failed


def nearest_misses(clause: Clause, scan: Scan) -> Iterator[Miss]:
    """For each term of `clause` that does not stand in the article, its nearest miss."""
    if isinstance(clause, TermClause) and not term_hits(clause, Subject(scan, [], [])):
        yield _nearest(clause, scan)
    if not isinstance(clause, NotClause):
        for part in parts_of(clause):
            yield from nearest_misses(part, scan)


def _nearest(clause: TermClause, scan: Scan) -> Miss:
    term, order = clause.term.text, list(Failed)
    found = [miss for each in clause.alternatives for miss in _misses(each, term, scan)]
    return min(found, key=lambda miss: order.index(miss.failed), default=Miss(term, "", Failed.FORM))


def _misses(alternative: Alternative, term: str, scan: Scan) -> Iterator[Miss]:
    places = [
        [place for place in scan.places.get(number, []) if scan.joined(number, place)] for number in alternative.words
    ]
    if all(places):
        surfaces = " … ".join(scan.reading.cut(each[0], each[0]) for each in places)
        yield Miss(term, surfaces, Failed.LONGER if alternative.stops else Failed.ORDER)
        return
    for number, where in zip(alternative.words, places, strict=True):
        if not where:
            yield from _near_words(scan.lexis.word(number), term, scan)


def _near_words(word: Word, term: str, scan: Scan) -> Iterator[Miss]:
    for index in scan.reading.at_place:
        failed = _failed(word, scan.reading.keys[index], scan.reading.surface(index))
        if failed:
            yield Miss(term, scan.reading.surface(index), failed)


def _failed(word: Word, key: bytes, surface: str) -> Failed | None:
    readings = [(form, split) for split in splits(key) for form in word.forms if form.key == split.stem]
    if any(allowed(form, split) and not _is_other(word, form, key) for form, split in readings):
        return Failed.SPELLING
    if any(_is_other(word, form, key) for form, _ in readings):
        return Failed.OTHER
    if readings:
        return Failed.CLITIC
    return Failed.FORM if SequenceMatcher(None, word.term, surface).ratio() >= LIKE else None


def _is_other(word: Word, form: Form, key: bytes) -> bool:
    return word.bars(form, key) or word.bars_unmarked(form, key)
