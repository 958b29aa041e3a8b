"""A mark less never loses a match that its letters allow; a term of any size costs no more than its letters."""

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.lexicon import arabic, english, knowledge
from rasid.lexicon.clitics import ASKS, decorations
from rasid.lexicon.form import Dots, Host
from rasid.lexicon.lexis import Lexis
from rasid.text.reading import Reading

TERMS = ("أزمة", "مسؤول", "قرآن", "رئيس", "أصدقاء", "مستشفى", "إعلان", "بيئة", "مبدأ", "آثار", "لؤلؤ", "شاطئ")
BARE = str.maketrans("أإآؤئةى", "ااا\u0648يهي")
VOWELS = st.lists(st.sampled_from(["", "\u064e", "\u064f", "\u0650", "\u0651", "\u0652", "\u0640"]), min_size=24)
SIZES = (100, 1_000, 10_000)
GROWTH = 40  # times longer for ten times the letters: quadratic time would be a hundred


def meets(term: str, surface: str) -> bool:
    lexis = Lexis()
    number = lexis.add(arabic.word(term, knowledge.own()))
    reading = Reading(surface)
    return any(lexis.judge(number, reading, index) for index, ids in lexis.occurrences(reading.keys) if number in ids)


@st.composite
def decorated(draw: st.DrawFn) -> tuple[str, str]:
    """A term, and one of its forms with clitics on it, where the letters alone do not make another word of it."""
    term = draw(st.sampled_from(TERMS))
    word = arabic.word(term, knowledge.own())
    form = draw(st.sampled_from([form for form in word.forms if form.dots is Dots.FORGIVEN and form.host is Host.NOUN]))
    others = form.blocked.union(*word.guard.barred(form))
    free = [
        each
        for each in decorations(form)
        if each.before_key + form.key + each.after_key not in others and each.before != ASKS
    ]  # fmt: skip -- whose hamza has to be written
    each = draw(st.sampled_from(free))
    return term, each.before + form.spelled + each.after


@settings(max_examples=300, deadline=None)
@given(decorated())
def test_seats_and_dots_left_out_never_lose_a_match(case):
    term, surface = case
    assert meets(term, surface)
    assert meets(term, surface.translate(BARE))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TERMS), VOWELS)
def test_vowels_left_out_never_lose_a_match(term, vowels):
    written = "".join(letter + mark for letter, mark in zip(term, vowels, strict=False))
    assert meets(term, term)
    assert meets(written, term)
    assert meets(term, written)


@pytest.mark.parametrize("unit", ["ا", "و", "لل", "أت", "غروسمانوف", "\u0651\u064e", "ﷺ", "عبد ال"])
def test_a_term_of_any_size_takes_time_by_its_letters(unit):
    spent = []
    for size in SIZES:
        term = (unit * size)[:size]
        begun = time.process_time()
        for _ in range(3):
            Lexis().add(arabic.word(term, knowledge.own()))
        spent.append(time.process_time() - begun)
    assert all(more < GROWTH * less + 0.05 for less, more in itertools.pairwise(spent)), spent


def test_a_latin_term_of_any_size_is_a_word():
    assert english.word("x" * SIZES[-1]).forms
