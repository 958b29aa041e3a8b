"""Finding many phrases in one article at once: single words by spelling, longer phrases along a trie.

What a spelling leads to is worked out the first time it comes and kept, in one row of an array by its number; so is
where a word leads after those before it. So all words of an article are asked in one compiled loop.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import chain
from typing import Final, Generic, TypeVar

import numpy as np

from rasid import loops
from rasid.lexicon.lexis import Lexis
from rasid.loops import Numbers
from rasid.text.reading import Reading
from rasid.text.vocabulary import CAPACITY, Table, Vocabulary

Words = tuple[int, ...]

_ROOM: Final = 256  # phrases of a kind, and steps, that there is room for at first
_COLUMNS: Final = 5  # of a row of `Found`


class Kind(IntEnum):
    """What phrases stand for: terms of topics, and names."""

    TERM = 0
    NAME = 1


# The phrases of a kind that stand in a reading, a row each: its number, the places of its first and last word, where
# these start and end. They are in order of their first words, at one word the longest first.
Found = Numbers


@dataclass(slots=True, eq=False)
class _Node:
    """The phrases that end here, by kind, and the words that go on."""

    ends: tuple[list[int], ...] = field(default_factory=lambda: tuple([] for _ in Kind))
    following: "dict[int, _Node]" = field(default_factory=dict)


_State = tuple[_Node, ...]  # the nodes that an article's words have reached


class PhraseIndex:
    """Phrases of a lexis' words, numbered by kind. All are added before the first search."""

    def __init__(self, lexis: Lexis) -> None:
        self.lexis = lexis
        self._added = [0 for _ in Kind]
        self._alone: tuple[dict[int, list[int]], ...] = tuple({} for _ in Kind)
        self._openings: dict[int, _Node] = {}
        self._inner: set[int] = set()
        self._vocabulary: Vocabulary | None = None
        self._room = np.empty((len(Kind), _ROOM, _COLUMNS), np.int64)
        self._lacking = np.empty(_ROOM, np.int64)

    def _begin(self, vocabulary: Vocabulary) -> None:
        """Forgets every spelling, to go by the numbers of `vocabulary`."""
        self._vocabulary = vocabulary
        self._learned = 0  # how many spellings of the vocabulary
        self._rows = np.zeros((CAPACITY, loops.PHRASE_COLUMNS), np.int64)
        self._sets, self._leads = _Rows(), _Rows()  # both begin with nothing
        self._sets.number(())
        self._leads.number((loops.NOTHING, loops.NOTHING, 0))
        self._states = _Numbered[_State](())
        self._words = _Numbered[Words](())
        self._steps = Table()

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
        """What stands there by its letters, of each kind. The rows hold until the next search."""
        vocabulary, numbers, breaks, spans = reading.vocabulary, reading.numbers, reading.breaks, reading.spans
        if vocabulary is not self._vocabulary:
            self._begin(vocabulary)
        if len(vocabulary) > self._learned:
            self._learn(vocabulary)
        while True:
            steps, leads, sets = self._steps.rows, self._leads.table, self._sets.table
            *counts, lacks = loops.phrases(
                numbers, breaks, spans, self._rows, steps, leads, sets, self._room, self._lacking
            )
            if not lacks and max(counts) <= self._room.shape[1]:
                return tuple([found[:count] for found, count in zip(self._room, counts, strict=True)])
            self._take_steps(np.unique(self._lacking[:lacks]))
            if max(counts) > self._room.shape[1]:
                self._room = np.empty((len(Kind), 2 * max(counts), _COLUMNS), np.int64)

    def _learn(self, vocabulary: Vocabulary) -> None:
        """Works out what the spellings that are new may do in phrases: be one, open longer ones, go on with one."""
        for number in range(self._learned, len(vocabulary)):
            ids = self.lexis.ids(vocabulary.spellings[number])
            alone = self._set([[each.get(word, []) for word in ids] for each in self._alone])
            nodes = tuple(self._openings[word] for word in ids if word in self._openings)
            inner = tuple(word for word in ids if word in self._inner)
            opens, words = self._states.number(nodes), self._words.number(inner)
            self._rows[number] = alone, opens, _following(nodes), loops.bits(inner), words
        self._learned = len(vocabulary)

    def _set(self, several: Iterable[Iterable[list[int]]]) -> int:
        """The number of the set of these phrases, given for each kind."""
        numbered = [number << loops.KIND_BITS | kind for kind, each in enumerate(several) for number in chain(*each)]
        return self._sets.number(tuple(numbered))

    def _take_steps(self, steps: Numbers) -> None:
        """Works out where each of these steps leads."""
        leads = [self._lead(step >> loops.STEP_BITS, step & ((1 << loops.STEP_BITS) - 1)) for step in steps.tolist()]
        self._steps.put(steps, np.array(leads, np.int64))

    def _lead(self, state: int, words: int) -> int:
        """The number of where a state leads with one of these words."""
        later = self._words[words]
        nodes = [node.following[word] for node in self._states[state] for word in later if word in node.following]
        if not nodes:
            return loops.NOTHING
        ending = self._set([[node.ends[kind] for node in nodes] for kind in Kind])
        onward = tuple(node for node in nodes if node.following)
        return self._leads.number((ending, self._states.number(onward), _following(onward)))


T = TypeVar("T")


class _Numbered(Generic[T]):
    """Things and their numbers, from `NOTHING` on."""

    def __init__(self, nothing: T) -> None:
        self._numbers = {nothing: loops.NOTHING}
        self._things = [nothing]

    def __getitem__(self, number: int) -> T:
        return self._things[number]

    def number(self, thing: T) -> int:
        """The number of a thing."""
        number = self._numbers.setdefault(thing, len(self._things))
        if number == len(self._things):
            self._things.append(thing)
        return number


class _Rows:
    """Tuples of numbers, each kept once as a row of an array, filled up with `FILLING`."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, ...], int] = {}
        self.table = np.full((1024, 4), loops.FILLING, np.int64)

    def number(self, row: tuple[int, ...]) -> int:
        """The number of a tuple."""
        if row in self._numbers:
            return self._numbers[row]
        number = len(self._numbers)
        lacking = [number >= len(self.table), len(row) > self.table.shape[1]]
        if any(lacking):
            more = [(0, size * lack) for size, lack in zip(self.table.shape, lacking, strict=True)]
            self.table = np.pad(self.table, more, constant_values=loops.FILLING)
            return self.number(row)
        self.table[number, : len(row)] = row
        self._numbers[row] = number
        return number


def _following(nodes: Sequence[_Node]) -> int:
    """A bit for each word that may follow."""
    return loops.bits(word for node in nodes for word in node.following)


def stands(lexis: Lexis, reading: Reading, words: Words, place: int) -> bool:
    """Whether the words from `place` on are these also by their marks and capitals."""
    at_place = reading.at_place
    return all(lexis.judge(number, reading, at_place[place + nth]) is not None for nth, number in enumerate(words))
