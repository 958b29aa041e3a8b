"""Which watches an article may match, and where: each is filed under words or neighbours of which it needs one.

A word of an article that nothing is filed under costs one look-up, in C. What is found here is verified by others; by
letters alone more is found than matches, never less.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, count
from typing import Any, Final, Generic, NamedTuple, TypeVar

from rasid.lexicon.lexis import Lexis, View
from rasid.watch.clause import TermClause

NO_SECOND: Final = 0  # in place of a second word where a watch is filed under one; ids of words begin at 1
_ANYTHING: Final = frozenset({NO_SECOND})


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


class _Entry(NamedTuple, Generic[Owner]):
    """What a spelling leads to: what is filed under the words it may be, by the second word, one of those `wanted`.

    `offered` are the second words that it may be itself, `sought` the words by which watches are verified.
    """

    table: Table[Owner]
    wanted: frozenset[int]
    offered: frozenset[int]
    sought: tuple[int, ...]


class Found(NamedTuple, Generic[Owner]):
    """Where something is filed under an article's words, by letters; what is `sought` at each place.

    `places` have the second words with them, and where those lead to.
    """

    places: list[tuple[int, frozenset[int], Table[Owner]]]
    sought: Sequence[tuple[int, ...]]


_NOTHING: Final[_Entry[Any]] = _Entry({}, frozenset(), _ANYTHING, ())


@dataclass(slots=True, repr=False)
class Presearch(Generic[Owner]):
    """Phrases of whoever has them, by anchor."""

    lexis: Lexis
    _tables: dict[int, dict[int, tuple[Filed[Owner], ...]]] = field(
        default_factory=dict
    )  # by first word, then by second
    _seconds: Counter[int] = field(default_factory=Counter)  # in how many filings a word is the second
    _sought: Counter[int] = field(default_factory=Counter)
    _entries: View[_Entry[Owner]] = field(init=False)

    def __post_init__(self) -> None:
        self._entries = self.lexis.view(self._entry)

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
                self.lexis.forget(number, self._entries)

    def _entry(self, key: bytes) -> _Entry[Owner]:
        ids = self.lexis.ids(key)
        table = _merged([self._tables[number] for number in ids if number in self._tables])
        offered = [number for number in ids if number in self._seconds]
        sought = tuple([number for number in ids if number in self._sought])
        if not table and not offered and not sought:
            return _NOTHING
        return _Entry(table, frozenset(table), _ANYTHING.union(offered) if offered else _ANYTHING, sought)

    def found(self, words: Sequence[bytes]) -> Found[Owner]:
        """What stands among an article's words, given by their keys."""
        if not words:
            return Found([], ())
        entries = self._entries.all(words)
        _, wanted, offered, sought = zip(*entries, strict=True)
        following = (*offered[1:], _ANYTHING)
        places = [
            (place, wanted[place] & following[place], entries[place].table)
            for place in compress(count(), wanted)
            if not wanted[place].isdisjoint(following[place])
        ]
        return Found(places, sought)


def _merged(tables: Sequence[Table[Owner]]) -> Table[Owner]:
    if len(tables) == 1:
        return tables[0]
    seconds = dict.fromkeys(chain.from_iterable(tables))
    return {second: tuple([each for table in tables for each in table.get(second, ())]) for second in seconds}


def _count_down(counts: Counter[int], number: int) -> None:
    counts[number] -= 1
    if not counts[number]:
        del counts[number]
