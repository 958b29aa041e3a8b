"""Packed weights of learned words: one addition a word gives what adding each head's weights would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.tag import learned
from rasid.tag.learned import Learned, base
from rasid.text.reading import word_key

HEADS = ("a", "b", "c")
words = st.lists(st.sampled_from([b"\xc8\xed\xca", b"\xe3\xe1\xda", b"\xe1\xc7\xda", b"\xd8\xc8\xed"]), max_size=6)
weights = st.lists(st.integers(-400, 400), min_size=3, max_size=3)


@given(st.dictionaries(words.map(lambda each: each[0] if each else b"\xc8\xed\xca"), weights), words)
def test_a_packed_sum_is_the_sum(table, said):
    known = [word for word in said if any(table.get(word, []))]
    expected = {
        head: sum(table[word][place] for word in known) / (learned.UNIT * learned.LEAST_WORDS**0.5) if known else 0.0
        for place, head in enumerate(HEADS)
    }
    found = Learned(HEADS, table).weights(said)
    assert {head: pytest.approx(value) for head, value in (found or dict.fromkeys(HEADS, 0.0)).items()} == expected


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
    said = model.weights({word_key("المباراة"), word_key("الهداف"), word_key("المرمى")})
    assert max(said, key=said.get) == "medtop:15000000"
    assert model.weights({b"hello"}) == {}
