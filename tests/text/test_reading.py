"""Reading: the fast way equals the exact one, and spans cut their words out of the text."""

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.text.letters import fold_char
from rasid.text.reading import Reading, keys_of

ARABIC = st.text(st.characters(codec="cp1256"), max_size=80)
NEWS = st.text(
    st.sampled_from("اأإآٱبتةهىيیكکگپڤوؤئء ًٌَُِّْـ\u200f\u200b\u202b٠٧۷.،؟!…“”«»()-'’ \n\tabcXYZ0129éÉñŞ€ﻻﺳﷺпу中🙂\ud800"),
    max_size=60,
)


ENDS = st.text(st.sampled_from("drبs' .،\n\u064bé\u00a0 \u2028★ۃ۔п"), max_size=40)
PIECES = [
    "dr",
    "U",
    "S",
    "mr",
    "3",
    "5",
    "اب",
    "www.a.b",
    "ok",
    "s",
    " ",
    ".",
    "'",
    "\n",
    "\n \n",
    "…",
    "ـ",
    "..",
    "中",
]
LATIN = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
TEXTS = st.one_of(ARABIC, NEWS, ENDS, LATIN, st.text(max_size=60))


@settings(max_examples=1_000, deadline=None)
@given(TEXTS)
def test_fast_reading_equals_exact_reading(text):
    fast, exact = Reading(text), Reading(text, exact=True)
    assert fast.keys == exact.keys
    assert fast.at_place == exact.at_place
    assert fast.numbers.tolist() == exact.numbers.tolist()
    assert fast.breaks.tolist() == exact.breaks.tolist()
    assert [fast.span(i) for i in fast.at_place] == [exact.span(i) for i in exact.at_place]
    offsets = range(len(text) + 1)
    assert [*map(fast.place_at, offsets)] == [*map(exact.place_at, offsets)]


@given(st.one_of(NEWS, st.text(max_size=60)))
def test_spans_are_in_order_and_cut_words_out_of_the_text(text):
    reading = Reading(text)
    spans = [reading.span(index) for index in reading.at_place]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(left[1] <= right[1] and left[0] <= right[0] for left, right in pairwise(spans))


@given(TEXTS, st.booleans())
def test_places_are_asked_at_once_or_one_by_one(text, exact):
    reading = Reading(text, exact=exact)
    places = np.arange(len(reading.at_place))
    extents = [reading.extent(index, index) for index in reading.at_place]
    assert [*zip(reading.place_starts, reading.place_ends, strict=True)] == extents
    assert reading.words == [reading.keys[index] for index in reading.at_place] == [*map(reading.key_at, places)]
    assert [reading.cut(place, place) for place in places] == [*map(reading.surface, reading.at_place)]
    assert reading.at_place == sorted(set(reading.at_place))


@given(NEWS)
def test_folding_is_idempotent(text):
    folded = "".join(map(fold_char, text))
    assert "".join(map(fold_char, folded)) == folded


@given(st.one_of(NEWS, st.text(max_size=60)))
def test_a_word_read_alone_has_the_key_it_has_in_its_text(text):
    reading = Reading(text)
    for index in reading.at_place:
        assert keys_of(reading.surface(index))[:1] == [reading.keys[index]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("محادثات “ثلاثية”", ["محادثات", "ثلاثية"]),
        ("«وقف» (إطلاق) النار", ["وقف", "إطلاق", "النار"]),
        ("#وسم_مركب @user", ["وسم", "مركب", "user"]),
        ("F-16 وS-300", ["F", "16", "وS", "300"]),
        ("انظر https://example.org/security?x=1 الآن", ["انظر", "الآن"]),
        ("اتفـــاق", ["اتفـــاق"]),
        ("", []),
        ("…؟!", []),
    ],
)
def test_words_of_news_text(text, words):
    reading = Reading(text)
    assert [reading.surface(index) for index in reading.at_place] == words


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("الضمانات. أمنية", True),
        ("الضمانات؟ أمنية", True),
        ("الضمانات… أمنية", True),
        ("الضمانات.. أمنية", True),
        ("الضمانات\n\nأمنية", True),
        ("الضمانات\nأمنية", False),
        ("الضمانات، أمنية", False),
        ("الضمانات - “أمنية", False),
        ("الضمانات.أمنية", True),
        ("3.5", False),
        ("U.S", False),
        ("د. أحمد", False),
    ],
)
def test_only_a_sentence_end_stands_between(text, broken):
    reading = Reading(text)
    first, last = reading.at_place
    assert reading.breaks_between(first, last) is broken


def test_possessive_takes_no_position():
    reading = Reading("Israel's security")
    assert [reading.surface(index) for index in reading.at_place] == ["Israel", "security"]


@pytest.mark.parametrize("unit", ["ا", "َ", "\u202e", "ب ", "ـ", "(", "中", "é", "."])
def test_time_grows_no_faster_than_the_text(unit):
    def seconds(count):
        began = time.process_time()
        reading = Reading(unit * count)
        _ = reading.words, reading.at_place
        return time.process_time() - began

    seconds(10_000)
    small, large = min(seconds(20_000) for _ in range(3)), min(seconds(200_000) for _ in range(3))
    assert large < small * 40 + 0.05
