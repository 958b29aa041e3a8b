"""Numbers for spellings, so that an article's words are looked up once for whoever keeps something of each spelling.

Who does keeps it in arrays by number, and asks them for all words of an article in one step.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from rasid.text.slots import Numbers, Slots

FULL: Final = 400_000  # spellings: about a year of one newspaper's vocabulary
CAPACITY: Final = FULL + 1_000_000  # numbers there may be: those, and the words of an article of the largest size
_BITS: Final = 21  # of a number


class Vocabulary(dict[bytes, int]):
    """Key of a word to its number; a new one gets the next. `spellings` has the keys by number.

    Two spellings of one hash (SipHash, of 64 bits) would be taken for one: among all that a full vocabulary has, with a
    chance of one in ten million.
    """

    def __init__(self) -> None:
        super().__init__()
        self.spellings: list[bytes] = []
        self._slots = Slots(_BITS)

    def __missing__(self, key: bytes) -> int:
        number = self[key] = len(self.spellings)
        self.spellings.append(key)
        return number

    def numbers(self, keys: Sequence[bytes]) -> Numbers:
        """The number of each of these, in order."""
        hashes = np.fromiter(map(hash, keys), np.int64, len(keys))
        numbers, unknown = self._slots.find(hashes)
        if len(unknown):
            numbers[unknown] = [self[keys[place]] for place in unknown.tolist()]
            self._slots.keep(hashes[unknown], numbers[unknown])
        return numbers


class _Shelf:
    """The vocabulary in use. A full one gives way to an empty one, and is kept by whoever still reads by it."""

    vocabulary = Vocabulary()


def current() -> Vocabulary:
    """The vocabulary that an article about to be read goes by."""
    if len(_Shelf.vocabulary) >= FULL:
        _Shelf.vocabulary = Vocabulary()
    return _Shelf.vocabulary
