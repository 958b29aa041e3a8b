"""Tables and vocabularies of compiled loops give what a dictionary gives."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid import loops
from rasid.text.reading import Reading
from rasid.text.vocabulary import Shelf, Table, Vocabulary

KEYS = st.integers(-(2**63), 2**63 - 1) | st.integers(-20, 20)
NOTHING_SPECIAL = np.zeros(256, np.uint8)


@settings(deadline=None)  # of which the first example compiles
@given(st.lists(st.dictionaries(KEYS, st.integers(0, 2**40), max_size=20), max_size=10), KEYS)
def test_a_table_that_grows_is_a_dictionary(parts, other):
    table, kept = Table(size=2), {}
    for part in parts:
        new = {key: number for key, number in part.items() if key not in kept}
        table.put(np.array([*new], np.int64), np.array([*new.values()], np.int64))
        kept |= new
    assert len(table) == len(kept)
    assert {key: loops.find(table.rows, key) for key in [*kept, other]} == {other: loops.NOBODYS} | kept


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from([b"a", b"b", b"ab", b"ba", b"\xe5", b"c"]), max_size=12), max_size=8))
def test_a_vocabulary_gives_every_spelling_one_number(texts):
    vocabulary, plain = Vocabulary([b"dr"]), {b"dr": 0}
    for keys in texts:
        text = b" ".join(keys)
        found = vocabulary.words(text, np.frombuffer(text, np.uint8), NOTHING_SPECIAL, (1, 32, 2))
        assert found.numbers.tolist() == [plain.setdefault(key, len(plain)) for key in keys]
    assert vocabulary.spellings == list(plain)


def test_a_full_vocabulary_gives_way_and_is_kept_by_who_reads_by_it(monkeypatch):
    monkeypatch.setattr("rasid.text.vocabulary.FULL", 3)
    shelf = Shelf([b"dr"])
    first = shelf.current()
    first[b"a"], first[b"b"]
    assert shelf.current() is not first
    assert shelf.current().spellings == [b"dr"]


def test_marks_in_a_word_do_not_change_its_number():
    assert Reading("سلامٌ").numbers.tolist() == Reading("سَلام").numbers.tolist()
