"""Which watches an article may match: each is filed under words, or pairs of neighbours, of which it needs one.

A word of an article that nothing is filed under costs one look-up. What is found here is verified by others; by
letters alone more is found than matches, never less.
"""

from collections.abc import Iterable, KeysView, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from typing import Final, Literal, NamedTuple

from rasid.lexicon.lexis import Lexis, View
from rasid.text.reading import POSSESSIVE, Reading

Anchor = tuple[int, ...]  # a word, or two words that stand next to each other in this order
Ids = tuple[str, ...]

_SKIPPED: Final = frozenset({b"", POSSESSIVE})


class _Entry(NamedTuple):
    """What a spelling leads to: the watches filed under it alone, its `pairs` by second word, the `ids` it may be.

    A `skipped` one may stand between two words that are neighbours.
    """

    alone: Ids
    pairs: tuple[tuple[KeysView[int], dict[int, Ids]], ...]
    ids: tuple[int, ...]
    skipped: bool


@dataclass(slots=True)
class Presearch:
    """Watch ids by anchor."""

    lexis: Lexis
    _alone: dict[int, Ids] = field(default_factory=dict)
    _pairs: dict[int, dict[int, Ids]] = field(default_factory=dict)
    _seconds: dict[int, int] = field(default_factory=dict)  # in how many filings a word is the second
    _entries: View[_Entry | Literal[False] | None] = field(init=False)

    def __post_init__(self) -> None:
        self._entries = self.lexis.view(self._entry)

    def __len__(self) -> int:
        return len(self._alone) + len(self._pairs)

    def file(self, watch_id: str, anchors: Iterable[Anchor]) -> None:
        """Files a watch under each of its anchors."""
        for anchor in anchors:
            first, *second = anchor
            table, word = (self._pairs.setdefault(first, {}), second[0]) if second else (self._alone, first)
            table[word] = (*table.get(word, ()), watch_id)
            if second:
                self._seconds[word] = self._seconds.get(word, 0) + 1
            self._entries_change(anchor)

    def unfile(self, watch_id: str, anchors: Iterable[Anchor]) -> None:
        """Undoes `file`."""
        for anchor in anchors:
            first, *second = anchor
            if second:
                _remove(self._pairs[first], second[0], watch_id)
                if not self._pairs[first]:
                    del self._pairs[first]
                _count_down(self._seconds, second[0])
            else:
                _remove(self._alone, first, watch_id)
            self._entries_change(anchor)

    def _entries_change(self, anchor: Anchor) -> None:
        for number in anchor:
            self.lexis.forget(number, self._entries)

    def _entry(self, key: bytes) -> _Entry | Literal[False] | None:  # False: a gap, which parts no neighbours
        ids = self.lexis.ids(key)
        alone = tuple(chain.from_iterable(self._alone[number] for number in ids if number in self._alone))
        opened = [self._pairs[number] for number in ids if number in self._pairs]
        seconds = tuple(number for number in ids if number in self._seconds)
        if alone or opened or seconds:
            return _Entry(alone, tuple((each.keys(), each) for each in opened), seconds, key in _SKIPPED)
        return False if key in _SKIPPED else None

    def candidates(self, reading: Reading) -> set[str]:
        """The watches of which an anchor stands there, by its letters."""
        found = self._entries.all([*reading.keys, b""])
        watches: set[str] = set()
        for index in compress(range(len(found)), found):
            entry = found[index]
            assert entry
            if entry[0]:
                watches.update(entry[0])
            after = found[index + 1]
            if entry[1] and after is not None:
                ids = after[2] if after and not after[3] else _ids_after(index, reading, found)
                for seconds, table in entry[1] if ids else ():
                    if not seconds.isdisjoint(ids):
                        watches.update(chain.from_iterable(table[number] for number in ids if number in table))
        return watches


def _ids_after(index: int, reading: Reading, found: Sequence[_Entry | Literal[False] | None]) -> tuple[int, ...]:
    """What the word after `index`, which is not the next entry, may be of the second words."""
    following = reading.next_word(index)
    after = found[following] if following < len(found) else None
    return after[2] if after else ()


def _remove(table: dict[int, Ids], word: int, watch_id: str) -> None:
    left = tuple(each for each in table[word] if each != watch_id)
    if left:
        table[word] = left
    else:
        del table[word]


def _count_down(counts: dict[int, int], number: int) -> None:
    counts[number] -= 1
    if not counts[number]:
        del counts[number]
