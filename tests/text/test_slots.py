"""Look-ups by slots give what a dictionary gives, however few slots there are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rasid.text.slots import Slots
from rasid.text.vocabulary import Vocabulary

HASHES = st.integers(-(2**63), -(2**8) - 1) | st.integers(
    0, 2**63 - 1
)  # those that an empty slot seems to know left out


@given(st.lists(st.lists(HASHES, min_size=1, max_size=20), max_size=20), st.integers(3, 8))
def test_what_a_slot_knows_is_what_was_kept_there(steps, bits):
    slots, kept = Slots(bits), {}
    for hashes in steps:
        asked = np.array(hashes)
        numbers, unknown = slots.find(asked)
        known = set(range(len(hashes))) - set(unknown.tolist())
        assert all(kept[hashes[place]] == numbers[place] for place in known)
        kept |= {each: each % (1 << bits) for each in hashes}
        slots.keep(asked, np.array([kept[each] for each in hashes]))
        assert hashes[-1] in kept
        assert not len(slots.find(asked[-1:])[1])


@given(st.lists(st.lists(st.binary(min_size=1, max_size=3), max_size=12), max_size=8))
def test_a_vocabulary_gives_every_spelling_one_number(texts):
    vocabulary, plain = Vocabulary(), {}
    for keys in texts:
        expected = [plain.setdefault(key, len(plain)) for key in keys]
        assert vocabulary.numbers(keys).tolist() == expected
    assert vocabulary.spellings == list(plain)
