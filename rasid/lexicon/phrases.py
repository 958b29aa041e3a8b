"""Finding many phrases in one article at once: single words by spelling, longer phrases along a trie.

What a spelling leads to is worked out the first time it comes and kept, in arrays by its number. So all words of an
article are asked in a few steps, and one by one only those that stand for something or may go on with the next.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np

from rasid.lexicon.lexis import Lexis
from rasid.text.reading import Reading
from rasid.text.vocabulary import CAPACITY, Numbers, Vocabulary

Payload = TypeVar("Payload")
Words = tuple[int, ...]
Longer = tuple[int, int, Payload]  # a phrase of two words or more: its first and last, and what was filed with it

MAX_PAIRS: Final = 200_000  # pairs of spellings remembered: about 30 MB
_PLAIN, _ALONE = 1, 2  # a spelling that is no phrase by itself, and one that is; 0 is not known yet
_SECOND_BITS: Final = 32  # of a pair's number, for its second spelling
_MASK_BITS: Final = 64


class Found(NamedTuple, Generic[Payload]):
    """What stands in a reading, in order: the indices of words that are phrases, what each is, and longer phrases."""

    indices: list[int]
    singles: list[tuple[Payload, ...]]
    longer: list[Longer[Payload]]


@dataclass(slots=True, eq=False)
class _Node(Generic[Payload]):
    """The phrases that end here, and the words that go on."""

    ends: list[Payload] = field(default_factory=list)
    following: "dict[int, _Node[Payload]]" = field(default_factory=dict)


class PhraseIndex(Generic[Payload]):
    """Phrases of a lexis' words, each with what it stands for. All are added before the first search."""

    def __init__(self, lexis: Lexis) -> None:
        self._lexis = lexis
        self._alone: dict[int, list[Payload]] = {}
        self._openings: dict[int, _Node[Payload]] = {}
        self._inner: set[int] = set()
        self._begin(Vocabulary())

    def _begin(self, vocabulary: Vocabulary) -> None:
        """Forgets every spelling, to go by the numbers of `vocabulary`."""
        self._vocabulary = vocabulary
        self._kinds = np.zeros(CAPACITY, np.uint8)
        # A bit for the words that may come second after a spelling, and for those that it may be as a second one: two
        # spellings without a bit in common open no phrase.
        self._before = np.zeros(CAPACITY, np.uint64)
        self._after = np.zeros(CAPACITY, np.uint64)
        self._singles: dict[int, tuple[Payload, ...]] = {}
        self._nodes: dict[int, list[_Node[Payload]]] = {}
        self._ids: dict[int, tuple[int, ...]] = {}
        self._pairs: dict[int, list[_Node[Payload]]] = {}

    def add(self, words: Words, payload: Payload) -> None:
        """Files a phrase; several may be the same."""
        if len(words) == 1:
            self._alone.setdefault(words[0], []).append(payload)
            return
        node = self._openings.setdefault(words[0], _Node())
        for number in words[1:]:
            node = node.following.setdefault(number, _Node())
        node.ends.append(payload)
        self._inner.update(words[1:])

    def find(self, reading: Reading, end: int | None = None) -> Found[Payload]:
        """What stands there, by its letters; nothing from index `end` on is looked at."""
        vocabulary, numbers, indices = reading.spelled if end is None else reading.spelled.until(end)
        if vocabulary is not self._vocabulary:
            self._begin(vocabulary)
        kinds = self._kinds.take(numbers)
        if not kinds.all():
            self._learn(numbers[kinds == 0])
            kinds = self._kinds.take(numbers)
        alone = (kinds == _ALONE).nonzero()[0]
        singles = list(map(self._singles.__getitem__, numbers.take(alone).tolist()))
        return Found(indices.take(alone).tolist(), singles, self._longer(reading, numbers, indices))

    def _learn(self, numbers: Numbers) -> None:
        """Works out what spellings may do in phrases: be one, open longer ones, go on with one."""
        for number in set(numbers.tolist()):
            ids = self._lexis.ids(self._vocabulary.spellings[number])
            singles = tuple(each for word in ids for each in self._alone.get(word, ()))
            nodes = [self._openings[word] for word in ids if word in self._openings]
            inner = tuple(word for word in ids if word in self._inner)
            self._kinds[number] = _ALONE if singles else _PLAIN
            self._before[number] = _mask({word for node in nodes for word in node.following})
            self._after[number] = _mask(inner)
            for table, value in ((self._singles, singles), (self._nodes, nodes), (self._ids, inner)):
                if value:
                    table[number] = value

    def _longer(self, reading: Reading, numbers: Numbers, indices: Numbers) -> list[Longer[Payload]]:
        places = (self._before.take(numbers[:-1]) & self._after.take(numbers[1:])).nonzero()[0]
        seconds = places + 1
        pairs = ((numbers.take(places) << _SECOND_BITS) | numbers.take(seconds)).tolist()
        longer: list[Longer[Payload]] = []
        for pair, first, second, place in zip(
            pairs, indices.take(places).tolist(), indices.take(seconds).tolist(), seconds.tolist(), strict=True
        ):
            nodes = self._pairs.get(pair)
            if nodes is None:
                nodes = self._pair(pair)
            if nodes and not reading.breaks_between(first, second):
                for node in nodes:
                    longer += [(first, second, each) for each in node.ends]
                    if node.following:
                        self._onward(reading, numbers, indices, place, node, first, longer)
        return longer

    def _pair(self, pair: int) -> list[_Node[Payload]]:
        """Where two spellings, one after the other, lead."""
        if len(self._pairs) >= MAX_PAIRS:
            self._pairs.clear()
        first, second = pair >> _SECOND_BITS, pair & ((1 << _SECOND_BITS) - 1)
        ids = self._ids[second]
        nodes = [node.following[word] for node in self._nodes[first] for word in ids if word in node.following]
        self._pairs[pair] = nodes
        return nodes

    def _onward(self, reading: Reading, numbers: Numbers, indices: Numbers, place: int, node: _Node[Payload],
                first: int, longer: list[Longer[Payload]]) -> None:  # fmt: skip
        """Adds what goes on from `node`, which the word at `place` reached; a sentence end breaks it."""
        place += 1
        if place == len(numbers):
            return
        last = int(indices[place])
        for word in self._ids.get(int(numbers[place]), ()):
            reached = node.following.get(word)
            if reached and not reading.breaks_between(int(indices[place - 1]), last):
                longer += [(first, last, each) for each in reached.ends]
                if reached.following:
                    self._onward(reading, numbers, indices, place, reached, first, longer)


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
