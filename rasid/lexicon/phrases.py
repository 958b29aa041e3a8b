"""Finding many phrases in one article at once: single words by spelling, longer phrases along a trie.

What a spelling leads to is worked out the first time it comes and kept, in one row of an array by its number; so is
where two spellings lead, one after the other. So all words of an article are asked in a few steps, and one by one only
those that may be the third of a phrase.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from rasid.lexicon.lexis import Lexis
from rasid.text.reading import Reading, Spelled
from rasid.text.slots import Numbers, Slots
from rasid.text.vocabulary import CAPACITY, Vocabulary

Words = tuple[int, ...]

_PAIR_BITS: Final = 18  # of a number for where a pair leads: slots for 260,000 pairs, 2 MB
_SPELLING_BITS: Final = 21
_FOLD: Final = 32
_MIX: Final = (
    -0x61C8864680B583EB
)  # odd, so that no two pairs become one: the golden ratio's bits, as by Fibonacci hashing
_MASK_BITS: Final = 63
# Columns of a spelling's row. Two masks have a bit for each word that may come second after the spelling, and for each
# that it may be as a second one: two spellings without a bit in common open no phrase. Then, of each kind, the number
# of the set of phrases that it is by itself.
_BEFORE, _AFTER, _ALONE = 0, 1, 2
_NOTHING: Final = 0  # the number of the empty set, and of where words lead that open nothing
_FILLING: Final = -1


class Kind(IntEnum):
    """What phrases stand for: terms of topics, and names."""

    TERM = 0
    NAME = 1


# Columns of where words lead, after one for each kind: the nodes that go on, and a bit for each word they go on with.
_ONWARD, _GOING_ON = len(Kind), len(Kind) + 1


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
        self._vocabulary: Vocabulary | None = None

    def _begin(self, vocabulary: Vocabulary) -> None:
        """Forgets every spelling, to go by the numbers of `vocabulary`."""
        self._vocabulary = vocabulary
        self._learned = 0  # how many spellings of the vocabulary
        self._rows = np.zeros((CAPACITY, _ALONE + len(Kind)), np.int64)
        self._nodes: dict[int, list[_Node]] = {}
        self._ids: dict[int, tuple[int, ...]] = {}
        self._sets = _Rows()
        self._pairs = Slots(_PAIR_BITS)
        # Where words lead: for each kind the set of phrases that end there, and the number of the nodes that go on.
        self._leads = _Rows()
        self._onward: list[tuple[_Node, ...]] = [()]
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
        return tuple([self._found(rows[:, _ALONE + kind], spelled.indices, longer, kind) for kind in Kind])

    def _found(self, alone: Numbers, indices: Numbers, longer: "_Longer", kind: Kind) -> Found:
        """The phrases of a kind, by the sets that single words are and that longer phrases end with."""
        places = (alone > _NOTHING).nonzero()[0]
        singles = indices.take(places)
        sets = np.concatenate((alone.take(places), longer.leads[:, kind]))
        numbers, which = self._sets.spread(sets)
        firsts, lasts = np.concatenate((singles, longer.firsts)), np.concatenate((singles, longer.lasts))
        return Found(numbers, firsts.take(which), lasts.take(which))

    def _learn(self, vocabulary: Vocabulary) -> None:
        """Works out what the spellings that are new may do in phrases: be one, open longer ones, go on with one."""
        for number in range(self._learned, len(vocabulary)):
            ids = self.lexis.ids(vocabulary.spellings[number])
            sets = [self._set(alone.get(word, ()) for word in ids) for alone in self._alone]
            nodes = [self._openings[word] for word in ids if word in self._openings]
            if nodes:
                self._nodes[number] = nodes
            inner = tuple(word for word in ids if word in self._inner)
            if inner:
                self._ids[number] = inner
            self._rows[number] = _following(nodes), _mask(inner), *sets
        self._learned = len(vocabulary)

    def _set(self, several: Iterable[Sequence[int]]) -> int:
        return self._sets.number(tuple(number for numbers in several for number in numbers))

    def _longer(self, reading: Reading, spelled: Spelled, before: Numbers, after: Numbers) -> "_Longer":
        """The longer phrases, in order of their first words; a sentence end breaks one."""
        numbers, indices = spelled.numbers, spelled.indices
        places = (before[:-1] & after[1:]).nonzero()[0]
        leads = self._pairs_lead(numbers.take(places), numbers.take(places + 1))
        somewhere = (leads > _NOTHING).nonzero()[0]
        places = places.take(somewhere)
        firsts, lasts = indices.take(places), indices.take(places + 1)
        unbroken = reading.unbroken(firsts.tolist(), lasts.tolist())
        found = _Longer(firsts, lasts, self._leads.take(leads.take(somewhere)))
        if not all(unbroken):
            found, places = _Longer(*[each[unbroken] for each in found]), places[unbroken]
        third = after.take(places + 2, mode="clip")
        walk = _Walk(reading, spelled, [])
        for which in (found.leads[:, _GOING_ON] & third).nonzero()[0].tolist():
            for node in self._onward[found.leads[which, _ONWARD]]:
                self._reach(walk, node, int(found.firsts[which]), int(places[which]) + 1)
        return self._with(found, walk.reached) if walk.reached else found

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
        ids = self._ids[second]
        return self._lead(
            tuple([node.following[word] for node in self._nodes[first] for word in ids if word in node.following])
        )

    def _lead(self, nodes: tuple[_Node, ...]) -> int:
        """The number of where words lead that reach these nodes."""
        if nodes not in self._led:
            sets = [self._set(node.ends[kind] for node in nodes) for kind in Kind]
            onward = tuple(node for node in nodes if node.following)
            if onward:
                self._onward.append(onward)
            self._led[nodes] = self._leads.number((*sets, len(self._onward) - 1, _following(onward)))
        return self._led[nodes]

    def _reach(self, walk: "_Walk", node: _Node, first: int, place: int) -> None:
        """Adds the phrases that go on from `node` with the word after `place`; the one at `first` opened them."""
        _, numbers, indices = walk.spelled
        if place + 1 == len(numbers):
            return
        last, following = int(indices[place]), int(indices[place + 1])
        for word in self._ids.get(int(numbers[place + 1]), ()):
            reached = node.following.get(word)
            if reached and not walk.reading.breaks_between(last, following):
                walk.reached.append((first, following, self._lead((reached,))))
                self._reach(walk, reached, first, place + 1)


class _Longer(NamedTuple):
    """Longer phrases: the indices of their first and last words, and where these lead, a row each."""

    firsts: Numbers
    lasts: Numbers
    leads: Numbers


class _Walk(NamedTuple):
    """A reading, and what of three words or more was found in it so far: first and last index, and where they lead."""

    reading: Reading
    spelled: Spelled
    reached: list[tuple[int, int, int]]


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
