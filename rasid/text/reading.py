"""One pass over a text: its words as folded keys, and, for those that matter, where they stand.

A key is a word's folded letters in windows-1256, one byte a letter; a word with letters outside that code page is a
NUL byte and its UTF-8. The fast way folds the whole text in C; the exact way goes character by character and is the
definition: tests/text/test_reading.py holds them together.
"""

import codecs
import re
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from rasid import loops
from rasid.loops import Numbers
from rasid.text.letters import GAP, MARK, fold_char
from rasid.text.vocabulary import Shelf, Vocabulary, Words

CODE_PAGE: Final = "cp1256"
_FOLD_UNKNOWN: Final = "rasid-fold"
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_APOSTROPHES = "'\u2019\u2018\u02bc\u0060"
_ENDS = re.compile(r"[.!?\u061f\u2026\u06d4\u3002]|\n[^\S\n]*\n")
_INITIAL: Final = 2  # letters that spell one of an acronym: بي.بي.سي
# What is written with a full stop before a name. "St" and "gen" end sentences so seldom that it costs nothing.
_TITLES: Final = frozenset(b"dr mr mrs ms st gen sen rep gov lt col sgt prof capt rev hon".split())
FIELD_BREAK: Final = "\n\n"
POSSESSIVE: Final = b"s"  # the key of what stands after an apostrophe in Israel's


class _OtherScriptError(Exception):
    """A letter that windows-1256 does not have: only the exact way can read this text."""


def _fold_unknown(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    folded = [_one_byte(char) for char in error.object[error.start : error.end]]
    return b"".join(folded), error.end


def _one_byte(char: str) -> bytes:
    folded = fold_char(char)
    if folded == GAP:  # what it is beside a separator is still to be seen
        return b"!" if _ENDS.match(char) else GAP.encode() if char.isspace() else b"*"
    try:
        encoded = folded.encode(CODE_PAGE)
    except UnicodeEncodeError:
        raise _OtherScriptError from None
    if len(encoded) != 1:
        raise _OtherScriptError
    return encoded


codecs.register_error(_FOLD_UNKNOWN, _fold_unknown)


def _byte_table() -> bytes:
    """For each byte of windows-1256, the byte of its folded letter."""
    table = bytearray()
    for byte in range(256):
        folded = fold_char(bytes([byte]).decode(CODE_PAGE, "replace"))
        encoded = folded.encode(CODE_PAGE, "replace")
        table += encoded if len(encoded) == 1 else GAP.encode()
    return bytes(table)


_TABLE: Final = _byte_table()
_MARK: Final = MARK.encode()
_GAP: Final = GAP.encode()
_APOSTROPHE: Final = b"'"


def _is_letter(char: str) -> bool:
    return char.isalpha() and fold_char(char) not in {MARK, GAP}


def _kind(char: str) -> int:
    """What a character is to `loops.words`."""
    if char == ".":
        return loops.IS_POINT
    if char == "\n":
        return loops.IS_LINE
    if char in _APOSTROPHES:
        return loops.IS_APOSTROPHE
    ends = loops.IS_END if _ENDS.match(char) else 0
    return ends | (loops.IS_SPACE if char.isspace() else 0) | (loops.IS_ALPHA if _is_letter(char) else 0)


_KINDS: Final = np.array([_kind(bytes([byte]).decode(CODE_PAGE, "replace")) for byte in range(256)], np.uint8)
# Of a text that was read exactly only possessives are left to be told: whatever is no apostrophe may stand before one.
_EXACT_KINDS: Final = np.array(
    [loops.IS_APOSTROPHE if byte == _APOSTROPHE[0] else loops.IS_ALPHA for byte in range(256)], np.uint8
)
_SPECIAL: Final = _MARK[0], _GAP[0], POSSESSIVE[0]
_SHELF: Final = Shelf(sorted(_TITLES))


def key_of(word: str) -> bytes:
    """The key of one folded word."""
    try:
        return word.encode(CODE_PAGE)
    except UnicodeEncodeError:
        return b"\0" + word.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=100_000)  # a word's forms are asked for theirs again and again while watches are compiled
def word_key(word: str) -> bytes:
    """The key of one word as written; marks and separators in it are dropped."""
    try:
        return word.encode(CODE_PAGE, _FOLD_UNKNOWN).translate(_TABLE).translate(None, _MARK + _GAP)
    except _OtherScriptError:
        return key_of("".join(map(fold_char, word)).replace(MARK, "").replace(GAP, ""))


def word_keys(words: Sequence[str]) -> Sequence[bytes]:
    """The keys of words as `word_key` gives them, all in one step where that can be."""
    try:
        folded = GAP.join(words).encode(CODE_PAGE, _FOLD_UNKNOWN).translate(_TABLE).translate(None, _MARK)
    except _OtherScriptError:
        return [*map(word_key, words)]
    found = folded.split(_GAP)
    return found if len(found) == len(words) else [*map(word_key, words)]  # one has a separator in it


def keys_of(text: str) -> list[bytes]:
    """The keys of the words of `text`, for a watch's term or a name."""
    return [key for key in Reading(text).keys if key]


class Reading:
    """A text and its words.

    `keys` has one entry a word, and an empty one wherever two separators meet; an index into it is a word's index
    everywhere in Rasid. A place is a position among the words that take one: empty entries and a possessive 's do not.
    Spans are half-open code points of `text`.
    """

    __slots__ = ("__dict__", "_folded", "_written", "text")

    def __init__(self, text: str, *, exact: bool = False) -> None:
        self.text = text
        self._folded: bytes | None = None
        if not exact:
            with suppress(_OtherScriptError):
                self._written = text.encode(CODE_PAGE, _FOLD_UNKNOWN)
                blanked = _without_urls(text)
                written = self._written if blanked is text else blanked.encode(CODE_PAGE, _FOLD_UNKNOWN)
                self._folded = written.translate(_TABLE)

    @cached_property
    def _exact(self) -> "_Exact":
        return _Exact(self.text)

    @cached_property
    def keys(self) -> list[bytes]:
        """The folded key of each entry."""
        if self._folded is None:
            return self._exact.keys
        return self._folded.translate(None, _MARK).split(_GAP)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """That whose numbers the words have."""
        return _SHELF.current()

    @cached_property
    def _words(self) -> Words:
        """The entries, and the words that take a place."""
        if self._folded is None:
            return self._exact.words(self.vocabulary)
        written = np.frombuffer(self._written, np.uint8)
        return self.vocabulary.words(self._folded, written, _KINDS, _SPECIAL)

    @cached_property
    def numbers(self) -> Numbers:
        """The number of the spelling at each place."""
        return self._words.numbers

    @property
    def breaks(self) -> Numbers:
        """Whether a sentence ends between each place and the one before."""
        return self._words.breaks

    @property
    def spans(self) -> tuple[Numbers, Numbers]:
        """Where the word at each place starts and ends."""
        return self._words.spans

    @cached_property
    def at_place(self) -> list[int]:
        """The index of the word at each place."""
        return self._words.entries.tolist()  # type: ignore[no-any-return]

    @cached_property
    def words(self) -> list[bytes]:
        """The key of the word at each place."""
        return [*map(self.vocabulary.spellings.__getitem__, self.numbers.tolist())]

    def key_at(self, place: int) -> bytes:
        """The key of the word at one place."""
        key: bytes = self.vocabulary.spellings[self.numbers[place]]
        return key

    @cached_property
    def _starts(self) -> list[int]:
        return self._words.starts.tolist()  # type: ignore[no-any-return]

    @cached_property
    def _ends(self) -> list[int]:
        return self._words.ends.tolist()  # type: ignore[no-any-return]

    def span(self, index: int) -> tuple[int, int]:
        """Where word `index` stands in `text`, marks at its edges that belong to no letter left out."""
        return self._starts[index], self._ends[index]

    def surface(self, index: int) -> str:
        """Word `index` as it is written."""
        return self.text[self._starts[index] : self._ends[index]]

    def extent(self, first: int, last: int) -> tuple[int, int]:
        """Where words `first` to `last` stand in `text`, with what is between them."""
        return self._starts[first], self._ends[last]

    @cached_property
    def place_starts(self) -> list[int]:
        """Where the word at each place starts."""
        return self.spans[0].tolist()  # type: ignore[no-any-return]

    @cached_property
    def place_ends(self) -> list[int]:
        """Where it ends."""
        return self.spans[1].tolist()  # type: ignore[no-any-return]

    def cut(self, first: int, last: int) -> str:
        """The words from one place to another as they are written, with what is between them."""
        return self.text[self.place_starts[first] : self.place_ends[last]]

    def place_at(self, offset: int) -> int:
        """The place of the first word that begins at `offset` of the text or later."""
        return int(self.spans[0].searchsorted(offset))

    @cached_property
    def sentences(self) -> list[int]:
        """For each place, the number of its sentence."""
        return self.breaks.cumsum().tolist()  # type: ignore[no-any-return]

    def breaks_between(self, left: int, right: int) -> bool:
        """Whether a sentence ends between word `left` and the later word `right`."""
        places = [bisect_right(self.at_place, index) - 1 for index in (left, right)]  # a possessive goes with its word
        return self.sentences[places[0]] != self.sentences[places[1]]


class _Exact:
    """The same, character by character: for letters that windows-1256 does not have, and the definition."""

    def __init__(self, text: str) -> None:
        self.text = text
        pieces = [fold_char(char) for char in _without_urls(text)]
        folded = "".join(pieces)
        self._spelled = folded.split(GAP)
        self.keys = [key_of(word.replace(MARK, "")) for word in self._spelled]
        self._origin = [index for index, piece in enumerate(pieces) for _ in piece]
        self._begins = [*accumulate([len(word) + 1 for word in self._spelled], initial=0)]
        self.spans = [*map(self._span, range(len(self.keys)))]

    def _span(self, index: int) -> tuple[int, int]:
        word, start = self._spelled[index], self._begins[index]
        end = start + len(word)
        start += len(word) - len(word.lstrip(MARK))
        if start == end:
            before = self._origin[end - 1] + 1 if end else 0
            return before, before
        return self._origin[start], self._origin[end - 1] + 1

    def words(self, vocabulary: Vocabulary) -> Words:
        """The words as the fast way gives them."""
        between = [_GAP if not self._is_possessive(index) else _APOSTROPHE for index in range(1, len(self.keys))]
        written = b"".join([b"." * len(key) + gap for key, gap in zip(self.keys, [*between, b""], strict=True)])
        found = vocabulary.words(_GAP.join(self.keys), np.frombuffer(written, np.uint8), _EXACT_KINDS, _SPECIAL)
        starts, ends = np.array(self.spans, np.int64).T
        broken = [self.breaks_between(*pair) for pair in pairwise(found.entries.tolist())]
        return found.placed(starts, ends, np.array([False, *broken][: found.size], np.int64))

    def _is_possessive(self, index: int) -> bool:
        """Whether s stands after an apostrophe."""
        start = self.spans[index][0]
        return start > 1 and self.text[start - 1] in _APOSTROPHES and _is_letter(self.text[start - 2])

    def breaks_between(self, left: int, right: int) -> bool:
        """Whether a sentence ends between word `left` and the later word `right`."""
        return any(self._break_after(index, right) for index in range(left, right) if self.keys[index])

    def _break_after(self, index: int, last: int) -> bool:
        """Whether a sentence ends between this word and the next one up to `last`."""
        following = next(other for other in range(index + 1, last + 1) if self.keys[other])
        between = self.text[self.spans[index][1] : self.spans[following][0]]
        if not _ENDS.search(between):
            return False
        return not self._is_point_inside(index, following, between)

    def _is_point_inside(self, index: int, following: int, between: str) -> bool:
        """A full stop that ends no sentence: in a number (3.5), a host name, an acronym; after a letter or a title."""
        if between.count(".") != 1 or _ENDS.search(between.replace(".", "")):
            return False
        left, right = self.keys[index], self.keys[following]
        initials = max(len(left), len(right)) <= _INITIAL
        return (
            len(left) == 1 or left in _TITLES or (between == "." and (initials or (left.isascii() and right.isascii())))
        )


def _without_urls(text: str) -> str:
    """Addresses become spaces of the same length: their parts are no words of the article."""
    if "://" not in text and "www." not in text and "WWW." not in text:
        return text
    return _URL.sub(lambda found: " " * len(found.group()), text)
