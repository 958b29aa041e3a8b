"""Numbers for spellings, so that an article's words are looked up once for whoever keeps something of each spelling.

Who does keeps it in arrays by number, and asks them for all words of an article in one loop.
"""

import random
from collections.abc import Iterable
from typing import Final

import numpy as np

from rasid import loops
from rasid.loops import Bytes, Numbers

FULL: Final = 400_000  # spellings: about a year of one newspaper's vocabulary
CAPACITY: Final = FULL + 1_000_000  # numbers there may be: those, and the words of an article of the largest size
_SEED_BITS: Final = 63  # of the seed of hashes, which no publisher can know
_FIRST_SIZE: Final = 1 << 16  # rows of the table; it grows


class Table:
    """Numbers by whole-numbered keys, in an array that compiled loops look into."""

    def __init__(self, size: int = _FIRST_SIZE) -> None:
        self.rows = loops.emptied(size)
        self._taken = 0

    def __len__(self) -> int:
        return self._taken

    def put(self, keys: Numbers, numbers: Numbers) -> None:
        """Gives these numbers to these keys, none of which has one."""
        self._taken += len(keys)
        while 2 * self._taken > len(self.rows):
            self.rows = loops.grown(self.rows)
        loops.put(self.rows, keys, numbers)


class Words:
    """The entries of a text, and those of them that take a place: rows of `loops.words`."""

    __slots__ = ("_found", "size")

    def __init__(self, found: Numbers, size: int) -> None:
        self._found = found
        self.size = size  # how many take a place

    @property
    def starts(self) -> Numbers:
        """Where the letters of each entry start."""
        return self._row(loops.STARTS)

    @property
    def ends(self) -> Numbers:
        """Where they end."""
        return self._row(loops.ENDS)

    @property
    def spans(self) -> tuple[Numbers, Numbers]:
        """Where the letters at each place start and end."""
        return self._found[loops.PLACE_STARTS, : self.size], self._found[loops.PLACE_ENDS, : self.size]

    @property
    def numbers(self) -> Numbers:
        """The number of the spelling at each place."""
        return self._found[loops.NUMBERS, : self.size]

    @property
    def entries(self) -> Numbers:
        """The entry at each place."""
        return self._found[loops.ENTRIES, : self.size]

    @property
    def breaks(self) -> Numbers:
        """Whether a sentence ends between each place and the one before."""
        return self._found[loops.BREAKS, : self.size]

    @property
    def hashes(self) -> Numbers:
        """The hash of the spelling at each place."""
        return self._found[loops.HASHES, : self.size]

    def _row(self, number: int) -> Numbers:
        row: Numbers = self._found[number]
        return row

    def placed(self, starts: Numbers, ends: Numbers, breaks: Numbers) -> "Words":
        """The same words where they stand in another text."""
        found = self._found.copy()
        found[loops.STARTS], found[loops.ENDS] = starts, ends
        places = self.entries
        found[loops.PLACE_STARTS, : self.size], found[loops.PLACE_ENDS, : self.size] = starts[places], ends[places]
        found[loops.BREAKS, : self.size] = breaks
        return Words(found, self.size)


class Vocabulary(dict[bytes, int]):
    """Key of a word to its number; a new one gets the next. `spellings` has the keys by number.

    The `first` ones are words after which a full stop ends no sentence. Spellings are told apart by hashes of 64 bits:
    two of a full vocabulary have the same with a chance of one in a hundred million.
    """

    def __init__(self, first: Iterable[bytes] = ()) -> None:
        super().__init__()
        self.spellings: list[bytes] = []
        self._seed = random.getrandbits(_SEED_BITS)
        self._table = Table()
        self._titles = -1
        for key in first:
            self._titles = self[key]
        if self.spellings:
            plain = np.frombuffer(b" ".join(self.spellings), np.uint8)
            self.words(b" ".join(self.spellings), plain, np.zeros(256, np.uint8), (0, ord(" "), 0))

    def __missing__(self, key: bytes) -> int:
        number = self[key] = len(self.spellings)
        self.spellings.append(key)
        return number

    def words(self, folded: bytes, written: Bytes, kinds: Bytes, special: tuple[int, int, int]) -> Words:
        """The words of a folded text, as `loops.words` reads them."""
        found = np.empty((loops.WORD_ROWS, folded.count(special[1]) + 1), np.int64)
        letters = np.frombuffer(folded, np.uint8)
        table, titles = self._table.rows, self._titles
        size, new = loops.words(letters, written, kinds, special, table, titles, self._seed, found)
        words = Words(found, size)
        if new:
            self._learn(folded, words, bytes(special[:1]))
        return words

    def _learn(self, folded: bytes, words: Words, mark: bytes) -> None:
        """Gives numbers to the spellings that have none."""
        (starts, ends), numbers, hashes = words.spans, words.numbers, words.hashes
        places = (numbers == loops.NOBODYS).nonzero()[0]
        spans = zip(starts[places].tolist(), ends[places].tolist(), strict=True)
        numbers[places] = [self[folded[start:end].translate(None, mark)] for start, end in spans]
        _, firsts = np.unique(hashes[places], return_index=True)
        self._table.put(hashes[places[firsts]], numbers[places[firsts]])


class Shelf:
    """The vocabulary in use. A full one gives way to an empty one, and is kept by whoever still reads by it."""

    def __init__(self, first: Iterable[bytes]) -> None:
        self._first = tuple(first)
        self._vocabulary = Vocabulary(self._first)

    def current(self) -> Vocabulary:
        """The vocabulary that an article about to be read goes by."""
        if len(self._vocabulary) >= FULL:
            self._vocabulary = Vocabulary(self._first)
        return self._vocabulary
