"""Finding many phrases in one article at once: single words by spelling, longer phrases along a trie.

What a spelling leads to is worked out the first time it comes and kept, in one row of an array by its number. So all
words of an article are asked in a few steps, and one by one only those that stand for something or may go on with the
next.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from rasid.lexicon.lexis import Lexis
from rasid.text.reading import Reading
from rasid.text.vocabulary import CAPACITY, Numbers, Vocabulary

Payload = TypeVar("Payload")
Words = tuple[int, ...]
Longer = tuple[int, int, Payload]  # a phrase of two words or more: its first and last, and what was filed with it

MAX_PAIRS: Final = 200_000  # pairs of spellings remembered: about 30 MB
_SECOND_BITS: Final = 32  # of a pair's number, for its second spelling
_MASK_BITS: Final = 64
# Columns of a spelling's row. Two masks have a bit for each word that may come second after the spelling, and for each
# that it may be as a second one: two spellings without a bit in common open no phrase.
_BEFORE, _AFTER, _USE, _COLUMNS = 0, 1, 2, 4
_KNOWN: Final = np.uint64(1)  # a bit of _USE, besides one for each kind of phrase that the spelling is by itself


class Kind(IntEnum):
    """What phrases stand for: terms of topics, and names."""

    TERM = 0
    NAME = 1


_ALONE: Final = {kind: np.uint64(2 << kind) for kind in Kind}


class Found(NamedTuple, Generic[Payload]):
    """What stands in a reading, in order: the indices of words that are phrases, what each is, and longer phrases."""

    indices: list[int]
    singles: list[tuple[Payload, ...]]
    longer: list[Longer[Payload]]


@dataclass(slots=True, eq=False)
class _Node:
    """The phrases that end here, and the words that go on."""

    ends: list[tuple[Kind, Any]] = field(default_factory=list)
    following: "dict[int, _Node]" = field(default_factory=dict)


class PhraseIndex:
    """Phrases of a lexis' words, each with what it stands for. All are added before the first search."""

    def __init__(self, lexis: Lexis) -> None:
        self.lexis = lexis
        self._alone: dict[Kind, dict[int, list[Any]]] = {kind: {} for kind in Kind}
        self._openings: dict[int, _Node] = {}
        self._inner: set[int] = set()
        self._begin(Vocabulary())

    def _begin(self, vocabulary: Vocabulary) -> None:
        """Forgets every spelling, to go by the numbers of `vocabulary`."""
        self._vocabulary = vocabulary
        self._rows = np.zeros((CAPACITY, _COLUMNS), np.uint64)
        self._singles: dict[Kind, dict[int, tuple[Any, ...]]] = {kind: {} for kind in Kind}
        self._nodes: dict[int, list[_Node]] = {}
        self._ids: dict[int, tuple[int, ...]] = {}
        self._pairs: dict[int, list[_Node]] = {}

    def add(self, words: Words, kind: Kind, payload: object) -> None:
        """Files a phrase; several may be the same."""
        if len(words) == 1:
            self._alone[kind].setdefault(words[0], []).append(payload)
            return
        node = self._openings.setdefault(words[0], _Node())
        for number in words[1:]:
            node = node.following.setdefault(number, _Node())
        node.ends.append((kind, payload))
        self._inner.update(words[1:])

    def find(self, reading: Reading) -> tuple[Found[Any], ...]:
        """What stands there by its letters, of each kind."""
        vocabulary, numbers, indices = reading.spelled
        if vocabulary is not self._vocabulary:
            self._begin(vocabulary)
        rows = self._rows.take(numbers, axis=0)
        use = rows[:, _USE]
        if not use.all():
            self._learn(numbers[use == 0])
            rows = self._rows.take(numbers, axis=0)
            use = rows[:, _USE]
        walk = _Walk(reading, numbers, indices, tuple([] for _ in Kind))
        self._find_longer(walk, (rows[:-1, _BEFORE] & rows[1:, _AFTER]).nonzero()[0])
        return tuple([self._found(walk, kind, use) for kind in Kind])

    def _found(self, walk: "_Walk", kind: Kind, use: NDArray[np.uint64]) -> Found[Any]:
        places = (use & _ALONE[kind]).nonzero()[0]
        singles = list(map(self._singles[kind].__getitem__, walk.numbers.take(places).tolist()))
        return Found(walk.indices.take(places).tolist(), singles, walk.longer[kind])

    def _learn(self, numbers: Numbers) -> None:
        """Works out what spellings may do in phrases: be one, open longer ones, go on with one."""
        for number in set(numbers.tolist()):
            ids = self.lexis.ids(self._vocabulary.spellings[number])
            use = int(_KNOWN)
            for kind, alone in self._alone.items():
                singles = tuple(each for word in ids for each in alone.get(word, ()))
                if singles:
                    self._singles[kind][number] = singles
                    use |= int(_ALONE[kind])
            nodes = [self._openings[word] for word in ids if word in self._openings]
            if nodes:
                self._nodes[number] = nodes
            inner = tuple(word for word in ids if word in self._inner)
            if inner:
                self._ids[number] = inner
            self._rows[number] = _mask(word for node in nodes for word in node.following), _mask(inner), use, 0

    def _find_longer(self, walk: "_Walk", places: Numbers) -> None:
        """Adds the phrases that begin at `places`."""
        numbers, indices, seconds = walk.numbers, walk.indices, places + 1
        pairs = ((numbers.take(places) << _SECOND_BITS) | numbers.take(seconds)).tolist()
        spans = zip(indices.take(places).tolist(), indices.take(seconds).tolist(), seconds.tolist(), strict=True)
        for pair, (first, second, place) in zip(pairs, spans, strict=True):
            nodes = self._pairs.get(pair)
            if nodes is None:
                nodes = self._pair(pair)
            if nodes and not walk.reading.breaks_between(first, second):
                for node in nodes:
                    self._reach(walk, node, first, place, second)

    def _pair(self, pair: int) -> list[_Node]:
        """Where two spellings, one after the other, lead."""
        if len(self._pairs) >= MAX_PAIRS:
            self._pairs.clear()
        first, second = pair >> _SECOND_BITS, pair & ((1 << _SECOND_BITS) - 1)
        ids = self._ids[second]
        nodes = [node.following[word] for node in self._nodes[first] for word in ids if word in node.following]
        self._pairs[pair] = nodes
        return nodes

    def _reach(self, walk: "_Walk", node: _Node, first: int, place: int, last: int) -> None:
        """Adds the phrases that end at `node`, and what goes on from it; a sentence end breaks it.

        The word at `place`, of index `last`, reached it; the one of index `first` opened it.
        """
        for kind, payload in node.ends:
            walk.longer[kind].append((first, last, payload))
        if node.following and place + 1 < len(walk.numbers):
            following = int(walk.indices[place + 1])
            for word in self._ids.get(int(walk.numbers[place + 1]), ()):
                reached = node.following.get(word)
                if reached and not walk.reading.breaks_between(last, following):
                    self._reach(walk, reached, first, place + 1, following)


class _Walk(NamedTuple):
    """A reading, its words by number and index, and the longer phrases found in it so far, by kind."""

    reading: Reading
    numbers: Numbers
    indices: Numbers
    longer: tuple[list[Longer[Any]], ...]


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
