"""Which watches an article may match, and where: each is filed under words or neighbours of which it needs one.

A word of an article that nothing is filed under costs one look into an array, in a compiled loop. What is found here is
verified by others; by letters alone more is found than matches, never less.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final, Generic, NamedTuple, TypeVar

import numpy as np

from rasid import loops
from rasid.lexicon.lexis import Lexis, View
from rasid.loops import Numbers
from rasid.text.reading import Reading
from rasid.text.vocabulary import CAPACITY, Vocabulary
from rasid.watch.clause import TermClause

NO_SECOND: Final = 0  # in place of a second word where a watch is filed under one; ids of words begin at 1


Owner = TypeVar("Owner")


class Anchor(NamedTuple):
    """A word, or two that stand next to each other, without which the phrase `number` of a term does not stand.

    `offset` is how many words of the phrase come before it, None where that is not fixed: others may stand between.
    """

    words: tuple[int, ...]
    term: TermClause
    number: int
    offset: int | None

    @property
    def pair(self) -> tuple[int, int]:
        """The words it is filed under."""
        return self.words[0], self.words[1] if len(self.words) > 1 else NO_SECOND


class Filed(NamedTuple, Generic[Owner]):
    """Whose phrase is filed: `words` of a term's phrase `number`, the anchor's offset in them."""

    owner: Owner
    words: tuple[int, ...]
    offset: int | None
    term: TermClause
    number: int


Table = Mapping[int, tuple[Filed[Owner], ...]]  # by second word


class Entry(NamedTuple, Generic[Owner]):
    """What a spelling leads to: what is filed under the words it may be, by the second word.

    `offered` are the second words that it may be itself, `sought` the words by which watches are verified.
    """

    table: Table[Owner]
    offered: frozenset[int]
    sought: tuple[int, ...]


class Found(NamedTuple):
    """The places of an article where something may be filed, by letters.

    Those of words, of the first of two neighbours (by hash: there may be nothing), and of words that are sought.
    """

    filed: list[int]
    pairs: list[int]
    sought: Numbers


_NOTHING: Final[Entry[Any]] = Entry({}, frozenset(), ())


@dataclass(slots=True, repr=False)
class Presearch(Generic[Owner]):
    """Phrases of whoever has them, by anchor."""

    lexis: Lexis
    dropped: Callable[[Collection[bytes] | None], None]  # told which spellings lead elsewhere now, None for all
    _tables: dict[int, dict[int, tuple[Filed[Owner], ...]]] = field(
        default_factory=dict
    )  # by first word, then by second
    _seconds: Counter[int] = field(default_factory=Counter)  # in how many filings a word is the second
    _sought: Counter[int] = field(default_factory=Counter)
    entries: View[Entry[Owner]] = field(init=False)
    _vocabulary: Vocabulary | None = None
    _rows: Numbers = field(init=False)  # of the spellings of this vocabulary
    _sought_of: dict[int, tuple[int, ...]] = field(default_factory=dict)  # what is sought, by spelling

    def __post_init__(self) -> None:
        self.entries = self.lexis.view(self._entry, self._unlearn)

    def __len__(self) -> int:
        return len(self._tables)

    def file(self, owner: Owner, anchors: Iterable[Anchor], sought: Iterable[int]) -> None:
        """Files the owner's phrases by their anchors; `sought` are the words it will be verified by besides."""
        for anchor in anchors:
            first, second = anchor.pair
            words = anchor.term.alternatives[anchor.number].words
            filed = Filed(owner, words, anchor.offset, anchor.term, anchor.number)
            table = self._tables.setdefault(first, {})
            table[second] = (*table.get(second, ()), filed)
            self._seconds[second] += 1
            self._changed(first, second)
        for number in sought:
            self._sought[number] += 1
            self._changed(number)

    def unfile(self, owner: Owner, anchors: Iterable[Anchor], sought: Iterable[int]) -> None:
        """Undoes `file`."""
        for anchor in anchors:
            self._take_out(owner, *anchor.pair)
            _count_down(self._seconds, anchor.pair[1])
            self._changed(*anchor.pair)
        for number in sought:
            _count_down(self._sought, number)
            self._changed(number)

    def _take_out(self, owner: Owner, first: int, second: int) -> None:
        """Nothing happens where it is out already, having had several anchors of the same words."""
        table = self._tables.get(first, {})
        left = tuple([each for each in table.get(second, ()) if each.owner is not owner])
        if left:
            table[second] = left
        else:
            table.pop(second, None)
        if not table:
            self._tables.pop(first, None)

    def _changed(self, *numbers: int) -> None:
        for number in numbers:
            if number != NO_SECOND:
                self.lexis.forget(number, self.entries)

    def _entry(self, key: bytes) -> Entry[Owner]:
        ids = self.lexis.ids(key)
        table = _merged([self._tables[number] for number in ids if number in self._tables])
        offered = frozenset([number for number in ids if number in self._seconds])
        sought = tuple([number for number in ids if number in self._sought])
        return Entry(table, offered, sought) if table or offered or sought else _NOTHING

    def found(self, reading: Reading) -> Found:
        """What stands among an article's words."""
        self.entries.renew()
        numbers = reading.numbers
        if reading.vocabulary is not self._vocabulary:
            self._vocabulary = reading.vocabulary
            self._rows = np.zeros((CAPACITY, loops.PRESEARCH_COLUMNS), np.int64)
            self._sought_of.clear()
        while True:
            places = np.empty((loops.CANDIDATE_ROWS, len(numbers)), np.int64)
            filed, pairs, sought, lacking = loops.candidates(numbers, self._rows, places)
            if not lacking:
                break
            self._learn(numbers.take(places[loops.LACKING, :lacking]).tolist(), self._vocabulary)
        return Found(
            places[loops.FILED, :filed].tolist(), places[loops.PAIRS, :pairs].tolist(), places[loops.SOUGHT, :sought]
        )

    def sought(self, found: Found, reading: Reading) -> dict[int, list[int]]:
        """Where each word by which watches are verified may stand."""
        places: dict[int, list[int]] = {}
        spellings = reading.numbers.take(found.sought).tolist()
        for place, spelling in zip(found.sought.tolist(), spellings, strict=True):
            for number in self._sought_of[spelling]:
                if number in places:
                    places[number].append(place)
                else:
                    places[number] = [place]
        return places

    def _learn(self, numbers: Iterable[int], vocabulary: Vocabulary) -> None:
        """Works out the rows of these spellings."""
        for number in numbers:
            table, offered, sought = self.entries[vocabulary.spellings[number]]
            may_be = loops.KNOWN | (loops.IS_FILED if NO_SECOND in table else 0) | (loops.IS_SOUGHT if sought else 0)
            self._rows[number] = may_be, loops.bits(table.keys() - {NO_SECOND}), loops.bits(offered)
            self._sought_of[number] = sought

    def _unlearn(self, keys: Collection[bytes] | None) -> None:
        """Forgets the rows of these spellings, or of all."""
        self.dropped(keys)
        if self._vocabulary is None:
            return
        if keys is None:
            self._rows[: len(self._vocabulary)] = loops.UNKNOWN
        else:
            known = [self._vocabulary[key] for key in keys if key in self._vocabulary]
            self._rows[known] = loops.UNKNOWN


def _merged(tables: Sequence[Table[Owner]]) -> Table[Owner]:
    if len(tables) == 1:
        return tables[0]
    seconds = dict.fromkeys(chain.from_iterable(tables))
    return {second: tuple([each for table in tables for each in table.get(second, ())]) for second in seconds}


def _count_down(counts: Counter[int], number: int) -> None:
    counts[number] -= 1
    if not counts[number]:
        del counts[number]
