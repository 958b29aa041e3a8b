"""Numbers for spellings, so that an article's words are looked up once for whoever keeps something of each spelling.

Who does keeps it in arrays by number, and asks them for all words of an article in one step.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

FULL: Final = 400_000  # spellings: about a year of one newspaper's vocabulary
CAPACITY: Final = FULL + 1_000_000  # numbers there may be: those, and the words of an article of the largest size

Numbers = NDArray[np.intp]


class Vocabulary(dict[bytes, int]):
    """Key of a word to its number; a new one gets the next. `spellings` has the keys by number."""

    def __init__(self) -> None:
        super().__init__()
        self.spellings: list[bytes] = []

    def __missing__(self, key: bytes) -> int:
        number = self[key] = len(self.spellings)
        self.spellings.append(key)
        return number

    def numbers(self, keys: Sequence[bytes]) -> Numbers:
        """The number of each of these, in order."""
        found = itemgetter(*keys)(self) if len(keys) > 1 else [self[key] for key in keys]  # of one gives no tuple
        return np.fromiter(found, np.intp, len(keys))


class _Shelf:
    """The vocabulary in use. A full one gives way to an empty one, and is kept by whoever still reads by it."""

    vocabulary = Vocabulary()


def current() -> Vocabulary:
    """The vocabulary that an article about to be read goes by."""
    if len(_Shelf.vocabulary) >= FULL:
        _Shelf.vocabulary = Vocabulary()
    return _Shelf.vocabulary
