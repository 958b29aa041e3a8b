"""Finding many phrases in one article at once: single words by spelling, longer phrases along a trie.

What a spelling leads to is worked out the first time it comes and kept, in one row of an array by its number; so is
where two spellings lead, one after the other. So all words of an article are asked in a few steps, and one by one only
those that may be the third of a phrase.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rasid.lexicon.lexis import Lexis
from rasid.text.reading import Reading, Spelled
from rasid.text.slots import Numbers, Slots
from rasid.text.vocabulary import CAPACITY, Vocabulary

Words = tuple[int, ...]

MAX_STEPS: Final = 100_000  # remembered, of phrases of three words or more

_PAIR_BITS: Final = 18  # of a number for where a pair leads: slots for 260,000 pairs, 2 MB
_SPELLING_BITS: Final = 21
_FOLD: Final = 32
_MIX: Final = (
    -0x61C8864680B583EB
)  # odd, so that no two pairs become one: the golden ratio's bits, as by Fibonacci hashing
_MASK_BITS: Final = 63
# Columns of a spelling's row. Two masks have a bit for each word that may come second after the spelling, and for each
# that it may be as a second one: two spellings without a bit in common open no phrase. Then the number of the set of
# phrases that it is by itself.
_BEFORE, _AFTER, _ALONE, _COLUMNS = 0, 1, 2, 4
_NOTHING: Final = 0  # the number of the empty set, and of where words lead that open nothing
_FILLING: Final = -1


class Kind(IntEnum):
    """What phrases stand for: terms of topics, and names."""

    TERM = 0
    NAME = 1


_KIND_BITS: Final = 1  # the last ones of a phrase's number in a set
# Columns of where words lead: the set of phrases that end there, the nodes that go on, a bit for each word after these.
_ENDING, _ONWARD, _GOING_ON = 0, 1, 2


class Found(NamedTuple):
    """The phrases of a kind that stand in a reading: their numbers, and the indices of their first and last words.

    Those of a single word come first; both these and the longer ones are in order of their first words.
    """

    numbers: Numbers
    firsts: Numbers
    lasts: Numbers


@dataclass(slots=True, eq=False)
class _Node:
    """The phrases that end here, by kind, and the words that go on."""

    ends: tuple[list[int], ...] = field(default_factory=lambda: tuple([] for _ in Kind))
    following: "dict[int, _Node]" = field(default_factory=dict)


class PhraseIndex:
    """Phrases of a lexis' words, numbered by kind. All are added before the first search."""

    def __init__(self, lexis: Lexis) -> None:
        self.lexis = lexis
        self._added = [0 for _ in Kind]
        self._alone: tuple[dict[int, list[int]], ...] = tuple({} for _ in Kind)
        self._openings: dict[int, _Node] = {}
        self._inner: set[int] = set()
        self._longest = 1  # words of a phrase
        self._vocabulary: Vocabulary | None = None

    def _begin(self, vocabulary: Vocabulary) -> None:
        """Forgets every spelling, to go by the numbers of `vocabulary`."""
        self._vocabulary = vocabulary
        self._learned = 0  # how many spellings of the vocabulary
        self._rows = np.zeros((CAPACITY, _COLUMNS), np.int64)
        self._nodes: dict[int, list[_Node]] = {}
        self._ids: dict[int, tuple[int, ...]] = {}
        self._sets = _Rows()
        self._pairs = Slots(_PAIR_BITS)
        self._leads = _Rows()
        self._onward: list[tuple[_Node, ...]] = []
        self._steps: dict[tuple[int, int], int] = {}
        self._led: dict[tuple[_Node, ...], int] = {}
        self._sets.number(())
        self._lead(())

    def add(self, words: Words, kind: Kind) -> int:
        """Files a phrase and gives its number; several may have the same words."""
        number = self._added[kind]
        self._added[kind] += 1
        if len(words) == 1:
            self._alone[kind].setdefault(words[0], []).append(number)
            return number
        node = self._openings.setdefault(words[0], _Node())
        for word in words[1:]:
            node = node.following.setdefault(word, _Node())
        node.ends[kind].append(number)
        self._inner.update(words[1:])
        self._longest = max(self._longest, len(words))
        return number

    def find(self, reading: Reading) -> tuple[Found, ...]:
        """What stands there by its letters, of each kind."""
        spelled = reading.spelled
        if spelled.vocabulary is not self._vocabulary:
            self._begin(spelled.vocabulary)
        if len(spelled.vocabulary) > self._learned:
            self._learn(spelled.vocabulary)
        rows = self._rows.take(spelled.numbers, axis=0)
        longer = self._longer(reading, spelled, rows[:, _BEFORE], rows[:, _AFTER])
        places = rows[:, _ALONE].nonzero()[0]
        singles = spelled.indices.take(places)
        numbers, which = self._sets.spread(np.concatenate((rows[places, _ALONE], longer.leads[:, _ENDING])))
        firsts = np.concatenate((singles, longer.firsts)).take(which)
        lasts = np.concatenate((singles, longer.lasts)).take(which)
        kinds = numbers & ((1 << _KIND_BITS) - 1)
        return tuple([_of_kind(Found(numbers, firsts, lasts), kinds == kind) for kind in Kind])

    def _learn(self, vocabulary: Vocabulary) -> None:
        """Works out what the spellings that are new may do in phrases: be one, open longer ones, go on with one."""
        for number in range(self._learned, len(vocabulary)):
            ids = self.lexis.ids(vocabulary.spellings[number])
            alone = self._set([[each.get(word, []) for word in ids] for each in self._alone])
            nodes = [self._openings[word] for word in ids if word in self._openings]
            if nodes:
                self._nodes[number] = nodes
            inner = tuple(word for word in ids if word in self._inner)
            if inner:
                self._ids[number] = inner
            self._rows[number] = _following(nodes), _mask(inner), alone, 0
        self._learned = len(vocabulary)

    def _set(self, several: Iterable[Iterable[list[int]]]) -> int:
        """The number of the set of these phrases, given for each kind."""
        return self._sets.number(
            tuple([number << _KIND_BITS | kind for kind, each in enumerate(several) for number in chain(*each)])
        )

    def _longer(self, reading: Reading, spelled: Spelled, before: Numbers, after: Numbers) -> "_Longer":
        """The longer phrases, in order of their first words; a sentence end breaks one."""
        numbers, indices = spelled.numbers, spelled.indices
        places = (before[:-1] & after[1:]).nonzero()[0]
        leads = self._pairs_lead(numbers.take(places), numbers.take(places + 1))
        somewhere = (leads > _NOTHING).nonzero()[0]
        places = places.take(somewhere)
        firsts, lasts = indices.take(places), indices.take(places + 1)
        unbroken = reading.unbroken(firsts, lasts)
        found = _Longer(firsts, lasts, self._leads.take(leads.take(somewhere)))
        if not all(unbroken):
            found, places = _Longer(*[each[unbroken] for each in found]), places[unbroken]
        third = after.take(places + 2, mode="clip")
        further = (found.leads[:, _GOING_ON] & third).nonzero()[0]
        reached = [
            each
            for place, onward in zip(places.take(further).tolist(), found.leads[further, _ONWARD].tolist(), strict=True)
            for each in self._further(reading, spelled, place, onward)
        ]
        return self._with(found, reached) if reached else found

    def _with(self, found: "_Longer", reached: list[tuple[int, int, int]]) -> "_Longer":
        """The phrases of two words and those of three or more, in order of their first words, the longer first."""
        firsts, lasts, leads = np.array(reached, np.intp).T
        firsts = np.concatenate((found.firsts, firsts))
        lasts = np.concatenate((found.lasts, lasts))
        order = np.lexsort((-lasts, firsts))
        leads = np.concatenate((found.leads, self._leads.take(leads))).take(order, axis=0)
        return _Longer(firsts.take(order), lasts.take(order), leads)

    def _pairs_lead(self, firsts: Numbers, seconds: Numbers) -> Numbers:
        """Where each of these spellings leads with the one after it."""
        hashes = ((firsts << _SPELLING_BITS) | seconds) * _MIX
        hashes ^= hashes >> _FOLD
        leads, unknown = self._pairs.find(hashes)
        if len(unknown):
            leads[unknown] = [
                self._pair(first, second)
                for first, second in zip(firsts[unknown].tolist(), seconds[unknown].tolist(), strict=True)
            ]
            self._pairs.keep(hashes[unknown], leads[unknown])
        return leads

    def _pair(self, first: int, second: int) -> int:
        """Where two spellings, one after the other, lead."""
        return self._lead(_after(self._nodes[first], self._ids[second]))

    def _lead(self, nodes: tuple[_Node, ...]) -> int:
        """The number of where words lead that reach these nodes."""
        if nodes not in self._led:
            ending = self._set([[node.ends[kind] for node in nodes] for kind in Kind])
            onward = tuple(node for node in nodes if node.following)
            self._onward.append(onward)
            self._led[nodes] = self._leads.number((ending, len(self._onward) - 1, _following(onward)))
        return self._led[nodes]

    def _further(self, reading: Reading, spelled: Spelled, place: int, onward: int) -> Iterator[tuple[int, int, int]]:
        """Phrases of three words or more, of which the one at `place` and the next led `onward`.

        The indices of their first and last word, and where they lead.
        """
        there = slice(place, place + self._longest)
        numbers, indices = spelled.numbers[there].tolist(), spelled.indices[there].tolist()
        for nth in range(2, len(numbers)):
            lead = self._step(onward, numbers[nth])
            if lead == _NOTHING or reading.breaks_between(indices[nth - 1], indices[nth]):
                return
            yield indices[0], indices[nth], lead
            onward = self._leads.row(lead)[_ONWARD]

    def _step(self, onward: int, number: int) -> int:
        """Where a spelling leads after what led `onward`."""
        lead = self._steps.get((onward, number))
        if lead is None:
            if len(self._steps) >= MAX_STEPS:
                self._steps.clear()
            lead = self._steps[onward, number] = self._lead(_after(self._onward[onward], self._ids.get(number, ())))
        return lead


def _after(nodes: Iterable[_Node], ids: Sequence[int]) -> tuple[_Node, ...]:
    """The nodes that these words reach from others."""
    return tuple([node.following[word] for node in nodes for word in ids if word in node.following])


def _of_kind(found: Found, kind: NDArray[np.bool_]) -> Found:
    """Those of one kind, by their numbers in it."""
    places = kind.nonzero()[0]
    numbers, firsts, lasts = [each.take(places) for each in found]
    return Found(numbers >> _KIND_BITS, firsts, lasts)


class _Longer(NamedTuple):
    """Longer phrases: the indices of their first and last words, and where these lead, a row each."""

    firsts: Numbers
    lasts: Numbers
    leads: Numbers


class _Rows:
    """Tuples of numbers, each kept once as a row of an array, filled up with `_FILLING`."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, ...], int] = {}
        self._table = np.full((1024, 4), _FILLING, np.intp)

    def number(self, row: tuple[int, ...]) -> int:
        """The number of a tuple."""
        if row in self._numbers:
            return self._numbers[row]
        number = len(self._numbers)
        lacking = [number >= len(self._table), len(row) > self._table.shape[1]]
        if any(lacking):
            more = [(0, size * lack) for size, lack in zip(self._table.shape, lacking, strict=True)]
            self._table = np.pad(self._table, more, constant_values=_FILLING)
            return self.number(row)
        self._table[number, : len(row)] = row
        self._numbers[row] = number
        return number

    def take(self, numbers: Numbers) -> Numbers:
        """The rows of these numbers."""
        return self._table.take(numbers, axis=0)

    def row(self, number: int) -> list[int]:
        """The tuple of this number."""
        return self._table[number].tolist()  # type: ignore[no-any-return]

    def spread(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """What is in the rows of these numbers, row after row, and for each which of `numbers` it is of."""
        flat = self.take(numbers).ravel()
        filled = (flat != _FILLING).nonzero()[0]
        return flat.take(filled), filled // self._table.shape[1]


def _following(nodes: Iterable[_Node]) -> int:
    """A bit for each word that may follow."""
    return _mask(word for node in nodes for word in node.following)


def _mask(words: Iterable[int]) -> int:
    """A bit for each word; two may share one."""
    mask = 0
    for word in words:
        mask |= 1 << (word % _MASK_BITS)
    return mask


def stands(lexis: Lexis, reading: Reading, words: Words, index: int) -> bool:
    """Whether the words from `index` on are these also by their marks and capitals."""
    for number in words:
        if lexis.judge(number, reading, index) is None:
            return False
        index = reading.next_word(index)
    return True
