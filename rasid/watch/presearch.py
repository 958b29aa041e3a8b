"""Which watches an article may match, and where: each is filed under words or neighbours of which it needs one.

A word of an article that nothing is filed under costs one look-up, in C. What is found here is verified by others; by
letters alone more is found than matches, never less.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, count
from operator import not_
from typing import Final, NamedTuple

from rasid.lexicon.lexis import Lexis, View
from rasid.watch.clause import TermClause

_NO_SECOND: Final = 0  # in place of a second word where a watch is filed under one; ids of words begin at 1
_ANYTHING: Final = frozenset({_NO_SECOND})


class Anchor(NamedTuple):
    """A word, or two that stand next to each other, without which one of a term's phrases does not stand.

    `alternative` is the phrase's number in the term, `offset` how many of its words come before the anchor.
    """

    words: tuple[int, ...]
    term: TermClause
    alternative: int
    offset: int


Filed = tuple[str, Anchor]  # a watch's id, and one of its anchors
Table = Mapping[int, tuple[Filed, ...]]  # by second word


class _Entry(NamedTuple):
    """What a spelling leads to: what is filed under the words it may be, by the second word, one of those `wanted`.

    `offered` are the second words that it may be itself, `sought` the words by which watches are verified.
    """

    table: Table
    wanted: frozenset[int]
    offered: frozenset[int]
    sought: tuple[int, ...]


class Found(NamedTuple):
    """The anchors that stand in an article, by letters, with their watches and places; what is `sought` at each place."""

    seen: list[tuple[str, Anchor, int]]
    sought: Sequence[tuple[int, ...]]


_NOTHING: Final = _Entry({}, frozenset(), _ANYTHING, ())


@dataclass(slots=True)
class Presearch:
    """Watch ids by anchor."""

    lexis: Lexis
    _tables: dict[int, dict[int, tuple[Filed, ...]]] = field(default_factory=dict)  # by first word, then by second
    _seconds: Counter[int] = field(default_factory=Counter)  # in how many filings a word is the second
    _sought: Counter[int] = field(default_factory=Counter)
    _entries: View[_Entry] = field(init=False)

    def __post_init__(self) -> None:
        self._entries = self.lexis.view(self._entry)

    def __len__(self) -> int:
        return len(self._tables)

    def file(self, watch_id: str, anchors: Iterable[Anchor], sought: Iterable[int]) -> None:
        """Files a watch under each of its anchors; `sought` are the words it will be verified by besides."""
        for anchor in anchors:
            first, second = _pair(anchor)
            table = self._tables.setdefault(first, {})
            table[second] = (*table.get(second, ()), (watch_id, anchor))
            self._seconds[second] += 1
            self._changed(first, second)
        for number in sought:
            self._sought[number] += 1
            self._changed(number)

    def unfile(self, watch_id: str, anchors: Iterable[Anchor], sought: Iterable[int]) -> None:
        """Undoes `file`."""
        for anchor in anchors:
            first, second = _pair(anchor)
            _remove(self._tables, first, second, watch_id)
            _count_down(self._seconds, second)
            self._changed(first, second)
        for number in sought:
            _count_down(self._sought, number)
            self._changed(number)

    def _changed(self, *numbers: int) -> None:
        for number in numbers:
            if number != _NO_SECOND:
                self.lexis.forget(number, self._entries)

    def _entry(self, key: bytes) -> _Entry:
        ids = self.lexis.ids(key)
        table = _merged([self._tables[number] for number in ids if number in self._tables])
        offered = [number for number in ids if number in self._seconds]
        sought = tuple([number for number in ids if number in self._sought])
        if not table and not offered and not sought:
            return _NOTHING
        return _Entry(table, frozenset(table), _ANYTHING.union(offered) if offered else _ANYTHING, sought)

    def found(self, words: Sequence[bytes]) -> Found:
        """What stands among an article's words, given by their keys."""
        if not words:
            return Found([], ())
        entries = self._entries.all(words)
        _, wanted, offered, sought = zip(*entries, strict=True)
        following = (*offered[1:], _ANYTHING)
        met = map(not_, map(frozenset.isdisjoint, wanted, following))
        seen = [
            (watch_id, anchor, place)
            for place in compress(count(), met)
            for second in wanted[place] & following[place]
            for watch_id, anchor in entries[place].table[second]
        ]
        return Found(seen, sought)


def _merged(tables: Sequence[Table]) -> Table:
    if len(tables) == 1:
        return tables[0]
    seconds = dict.fromkeys(chain.from_iterable(tables))
    return {second: tuple([each for table in tables for each in table.get(second, ())]) for second in seconds}


def _pair(anchor: Anchor) -> tuple[int, int]:
    words = anchor.words
    return words[0], words[1] if len(words) > 1 else _NO_SECOND


def _remove(tables: dict[int, dict[int, tuple[Filed, ...]]], first: int, second: int, watch_id: str) -> None:
    """Takes a watch out; once it is out, nothing happens, as when it had several anchors of the same words."""
    table = tables.get(first, {})
    left = tuple([each for each in table.get(second, ()) if each[0] != watch_id])
    if left:
        table[second] = left
    else:
        table.pop(second, None)
    if not table:
        tables.pop(first, None)


def _count_down(counts: Counter[int], number: int) -> None:
    counts[number] -= 1
    if not counts[number]:
        del counts[number]
