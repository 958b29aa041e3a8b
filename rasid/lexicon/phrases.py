"""Finding many phrases in one article at once: single words by spelling, longer phrases along a trie.

What a spelling leads to is worked out the first time it comes and kept: most words of an article lead nowhere, and the
others come again and again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Final, Generic, Literal, NamedTuple, TypeVar

from rasid.lexicon.lexis import Lexis, View
from rasid.text.reading import POSSESSIVE, Reading

Payload = TypeVar("Payload")
Words = tuple[int, ...]


Longer = tuple[int, Payload]  # the last word of a longer phrase, and what was filed with it
# What starts at a word of a reading: its index, what is filed under it alone, and the longer phrases from it on.
Start = tuple[int, Sequence[Payload], Sequence[Longer[Payload]]]


@dataclass(slots=True)
class _Node(Generic[Payload]):
    """The phrases that end here, and the words that go on."""

    ends: list[Payload] = field(default_factory=list)
    following: "dict[int, list[_Node[Payload]]]" = field(default_factory=dict)


class _Entry(NamedTuple, Generic[Payload]):
    """What a spelling may do in phrases: be one, open longer ones (`nodes` by second word), go on with one as `ids`.

    A `skipped` one may stand between two words that follow each other.
    """

    singles: tuple[Payload, ...]
    seconds: frozenset[int]
    nodes: dict[int, list[_Node[Payload]]]
    inner: frozenset[int]
    ids: tuple[int, ...]
    skipped: bool


_SKIPPED: Final = frozenset({b"", POSSESSIVE})
_Entries = Sequence[_Entry[Payload] | Literal[False] | None]  # None: in no phrase; False: nor does it end one


class PhraseIndex(Generic[Payload]):
    """Phrases of a lexis' words, each with what it stands for. All are added before the first walk."""

    def __init__(self, lexis: Lexis) -> None:
        self._lexis = lexis
        self._alone: dict[int, list[Payload]] = {}
        self._openings: dict[int, _Node[Payload]] = {}
        self._inner: set[int] = set()
        self._entries: View[_Entry[Payload] | Literal[False] | None] = lexis.view(self._entry)

    def add(self, words: Words, payload: Payload) -> None:
        """Files a phrase; several may be the same."""
        if len(words) == 1:
            self._alone.setdefault(words[0], []).append(payload)
            return
        node = self._openings.setdefault(words[0], _Node())
        for number in words[1:]:
            (node,) = node.following.setdefault(number, [_Node()])
        node.ends.append(payload)
        self._inner.update(words[1:])

    def _entry(self, key: bytes) -> _Entry[Payload] | Literal[False] | None:
        ids = self._lexis.ids(key)
        singles = tuple(each for number in ids for each in self._alone.get(number, ()))
        nodes: dict[int, list[_Node[Payload]]] = {}
        for node in (self._openings[number] for number in ids if number in self._openings):
            for number, children in node.following.items():
                nodes.setdefault(number, []).extend(children)
        inner = self._inner.intersection(ids)
        if singles or nodes or inner:
            return _Entry(singles, frozenset(nodes), nodes, frozenset(inner), tuple(sorted(inner)), key in _SKIPPED)
        return False if key in _SKIPPED else None

    def starts(self, reading: Reading, end: int | None = None) -> list[Start[Payload]]:
        """What starts at each word, by its letters, in order; nothing from word `end` on is looked at."""
        found = self._entries.all([*reading.keys[:end], b""])
        starts: list[Start[Payload]] = []
        for index in compress(range(len(found)), found):
            entry = found[index]
            assert entry
            singles, seconds, nodes = entry[:3]
            if seconds:
                after = found[index + 1]
                if after is not None and (not after or after[5] or not after[3].isdisjoint(seconds)):
                    longer = _onward(reading, found, index, nodes)
                    if longer:
                        starts.append((index, singles, longer))
                        continue
            if singles:
                starts.append((index, singles, ()))
        return starts


def _onward(
    reading: Reading, found: _Entries[Payload], last: int, nodes: dict[int, list[_Node[Payload]]]
) -> list[Longer[Payload]]:
    """What goes on along the words after `last`; a sentence end breaks it."""
    following = last + 1
    entry = found[following]
    if not entry or entry[5]:
        following = reading.next_word(last)
        entry = found[following] if following < len(found) else None
        if not entry:
            return []
    reached = [node for number in entry[4] if number in nodes for node in nodes[number]]
    if not reached or reading.breaks_between(last, following):
        return []
    phrases = [(following, each) for node in reached for each in node.ends]
    for node in reached:
        if node.following:
            phrases += _onward(reading, found, following, node.following)
    return phrases


def stands(lexis: Lexis, reading: Reading, words: Words, index: int) -> bool:
    """Whether the words from `index` on are these also by their marks and capitals."""
    for number in words:
        if lexis.judge(number, reading, index) is None:
            return False
        index = reading.next_word(index)
    return True
