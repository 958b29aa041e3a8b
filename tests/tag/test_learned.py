"""Weights of learned words: what an article's distinct words say together is what each of them says, added up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.tag import learned, topic_loops
from rasid.tag.learned import Learned, base
from rasid.text.reading import Reading

pytestmark = pytest.mark.usefixtures("own_vocabulary")

HEADS = ("a", "b", "c")
WORDS = ["بيت", "ملعب", "لاعب", "طبيب"]
words = st.lists(st.sampled_from(WORDS), max_size=6)
rows = st.lists(st.integers(-400, 400), min_size=3, max_size=3)


def weights(model, text):
    reading = Reading(text)
    numbers = reading.numbers
    return topic_loops.said(numbers, model.arrays(reading.vocabulary))


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(WORDS), rows), words)
def test_what_distinct_words_say_is_added_up(table, said):
    known = [word for word in set(said) if any(table.get(word, []))]
    expected = {
        head: sum(table[word][place] for word in known) / (learned.UNIT * learned.LEAST_WORDS**0.5) if known else 0.0
        for place, head in enumerate(HEADS)
    }
    model = Learned(HEADS, {word.encode("cp1256"): row for word, row in table.items()})
    found = weights(model, " ".join(said))
    assert dict(zip(HEADS, map(pytest.approx, found), strict=True)) == expected


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("الفيلم", "الفيلم"),
        ("والفيلم", "الفيلم"),
        ("للفيلم", "الفيلم"),
        ("وبالفيلم", "الفيلم"),
        ("فيلم", None),
        ("ولد", None),
    ],
)
def test_a_word_is_known_with_its_first_clitics_off(written, known):
    found = base(written.encode("cp1256"), {"الفيلم".encode("cp1256"): 1, "لد".encode("cp1256"): 1})
    assert found == (known and known.encode("cp1256"))


def test_the_model_that_ships_says_what_it_should():
    model = learned.own()
    said = weights(model, "المباراة، الهداف، المرمى")
    assert model.heads[said.argmax()] == "medtop:15000000"
    assert not weights(model, "hello").any()
