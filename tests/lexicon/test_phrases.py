"""Phrases found along the trie are those found word by word, whatever stands between their words."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.lexicon.form import Form, Host, Rule
from rasid.lexicon.lexis import Lexis, Word
from rasid.lexicon.phrases import Kind, PhraseIndex
from rasid.text.reading import Reading

pytestmark = pytest.mark.usefixtures("own_vocabulary")

WORDS = ["سلام", "حرب", "بحر", "s", "talks"]
PHRASES = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(tuple), min_size=1, max_size=12)
PIECES = st.sampled_from(
    [*WORDS, "والسلام", "بحرب", "Israel's", "غيرها", ".", "\n\n", "“", "،", "3.5", "http://a.b/حرب"]
)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from([" ", "", ". ", "، ", "'"])), max_size=20).map(
    lambda pieces: "".join(piece + between for piece, between in pieces)
)


def word_by_word(phrases, lexis, numbers, reading):
    """The definition: each phrase at each word, its words one after another with no sentence end between."""
    at, found = reading.at_place, set()
    for phrase in phrases:
        for first in range(len(at) - len(phrase) + 1):
            there = at[first : first + len(phrase)]
            met = [
                numbers[word] in lexis.candidates(reading.keys[index])
                for word, index in zip(phrase, there, strict=True)
            ]
            if all(met) and not any(reading.breaks_between(*pair) for pair in pairwise(there)):
                found.add((there[0], there[-1], phrase))
    return found


@settings(max_examples=150, deadline=None)
@given(PHRASES, TEXTS, st.sampled_from(Kind))
def test_the_trie_finds_what_going_word_by_word_finds(phrases, text, kind):
    lexis = Lexis()
    numbers = {word: lexis.add(Word(word, (Form(word, Rule.SAME, Host.NOUN, article=True),))) for word in WORDS}
    index = PhraseIndex(lexis)
    for phrase in phrases:
        index.add(tuple(numbers[word] for word in phrase), kind)
    reading = Reading(text)
    both = index.find(reading)
    rows = [(first, -last, phrases[number]) for number, first, last, _, _ in both[kind].tolist()]
    at = reading.at_place
    assert {(at[first], at[-last], phrase) for first, last, phrase in rows} == word_by_word(
        phrases, lexis, numbers, reading
    )
    assert len(both[1 - kind]) == 0
    for _, first, last, start, end in both[kind].tolist():
        assert (start, end) == reading.extent(at[first], at[last])
    assert [row[:2] for row in rows] == sorted(row[:2] for row in rows)


def test_an_article_of_more_phrases_than_there_is_room_for_is_found_whole():
    lexis = Lexis()
    index = PhraseIndex(lexis)
    words = [lexis.add(Word(f"w{n}", (Form(f"w{n}", Rule.SAME),))) for n in range(700)]
    for first, second in pairwise(words):
        index.add((first, second), Kind.NAME)
    found = index.find(Reading(" ".join(f"w{n}" for n in range(700))))
    assert found[Kind.NAME][:, :3].tolist() == [[n, n, n + 1] for n in range(699)]
