"""Finding many phrases in one scanned article at once: single words by spelling, longer phrases along a trie.

What a spelling leads to is worked out the first time it comes and kept: most words of an article lead nowhere, and the
others come again and again.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from rasid.lexicon.scan import Scan
from rasid.text.reading import Reading

Payload = TypeVar("Payload")
Words = tuple[int, ...]
Ids = Mapping[int, Words]  # for each index of a reading where one may stand, the words it may be


class Found(NamedTuple, Generic[Payload]):
    """A phrase from word `first` to word `last` of the reading, and what was filed with it."""

    first: int
    last: int
    payload: Payload


@dataclass(slots=True)
class _Node(Generic[Payload]):
    """The phrases that end here, and the words that go on."""

    ends: list[Payload] = field(default_factory=list)
    following: "dict[int, _Node[Payload]]" = field(default_factory=dict)


class _Singles(dict[Words, tuple[Payload, ...]]):
    """The ids of a spelling to what they stand for alone."""

    def __init__(self) -> None:
        super().__init__()
        self.by_word: dict[int, list[Payload]] = {}

    def __missing__(self, ids: Words) -> tuple[Payload, ...]:
        found = self[ids] = tuple(each for number in ids for each in self.by_word.get(number, ()))
        return found


class _Openings(dict[Words, dict[int, list[_Node[Payload]]]]):
    """The ids of a spelling to the second words of the phrases that it opens."""

    def __init__(self) -> None:
        super().__init__()
        self.by_word: dict[int, _Node[Payload]] = {}

    def __missing__(self, ids: Words) -> dict[int, list[_Node[Payload]]]:
        found: dict[int, list[_Node[Payload]]] = {}
        for node in (self.by_word[number] for number in ids if number in self.by_word):
            for number, child in node.following.items():
                found.setdefault(number, []).append(child)
        self[ids] = found
        return found


class PhraseIndex(Generic[Payload]):
    """Phrases of a lexis' words, each with what it stands for. All are added before the first scan.

    `singles` has, for the ids of a spelling, what is filed under them as single words.
    """

    def __init__(self) -> None:
        self.singles: _Singles[Payload] = _Singles()
        self._openings: _Openings[Payload] = _Openings()

    def add(self, words: Words, payload: Payload) -> None:
        """Files a phrase; several may be the same."""
        if len(words) == 1:
            self.singles.by_word.setdefault(words[0], []).append(payload)
            return
        node = self._openings.by_word.setdefault(words[0], _Node())
        for number in words[1:]:
            node = node.following.setdefault(number, _Node())
        node.ends.append(payload)

    def longer(self, reading: Reading, ids: Ids) -> list[Found[Payload]]:
        """The phrases of several words that stand there by their letters, in order of their first words."""
        openings, found = self._openings, []
        for (index, opening), (following, numbers) in pairwise(ids.items()):
            seconds = openings[opening]
            if seconds:
                nodes = [node for number in numbers if number in seconds for node in seconds[number]]
                if nodes and following == reading.next_word(index) and not reading.breaks_between(index, following):
                    found += _reached(reading, ids, index, following, nodes)
        return found


def _reached(reading: Reading, ids: Ids, first: int, last: int, nodes: list[_Node[Payload]]) -> list[Found[Payload]]:
    """The phrases that end at `last`, or go on from there."""
    found = [Found(first, last, each) for node in nodes for each in node.ends]
    for node in nodes:
        if node.following:
            found += _onward(reading, ids, first, last, node)
    return found


def _onward(reading: Reading, ids: Ids, first: int, last: int, node: _Node[Payload]) -> list[Found[Payload]]:
    """What goes on from a node along the words after `last`; a sentence end breaks it."""
    following = reading.next_word(last)
    nodes = [node.following[number] for number in ids.get(following, ()) if number in node.following]
    if not nodes or reading.breaks_between(last, following):
        return []
    return _reached(reading, ids, first, following, nodes)


def stands(scan: Scan, words: Words, index: int) -> bool:
    """Whether the words from `index` on are these also by their marks and capitals."""
    for number in words:
        if scan.joined(number, index) is None:
            return False
        index = scan.reading.next_word(index)
    return True


def follow(scan: Scan, words: Words, index: int, slop: int = 0) -> int | None:
    """The index of the last of `words`, when the first stands at `index` and the others follow.

    At most `slop` other words stand between in all; a sentence end breaks the phrase.
    """
    if len(words) > 1 and any(number not in scan.words for number in words):
        return None
    if scan.joined(words[0], index) is None:
        return None
    if len(words) == 1:
        return index
    last = _rest(scan, words[1:], index, slop)
    if last is None or (not scan.one_sentence(index, last) if slop else scan.reading.breaks_between(index, last)):
        return None
    return last


def _rest(scan: Scan, words: Words, index: int, slop: int) -> int | None:
    """The index of the last of `words`, each where it comes first after `index`: so the fewest words are skipped."""
    places = scan.reading.places
    for number in words:
        where = scan.at(number)
        for following in where[bisect_right(where, index) :]:
            skipped = places[following] - places[index] - 1
            if skipped > slop:
                return None
            if skipped >= 0 and scan.joined(number, following):
                break
        else:
            return None
        index, slop = following, slop - skipped
    return index
