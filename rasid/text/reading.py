"""One pass over a text: its words as folded keys, and, for those that matter, where they stand.

A key is a word's folded letters in windows-1256, one byte a letter; a word with letters outside that code page is a
NUL byte and its UTF-8. The fast way folds the whole text in C; the exact way goes character by character and is the
definition: tests/text/test_reading.py holds them together.
"""

import codecs
import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, compress
from typing import Final, NamedTuple

import numpy as np

from rasid.text import vocabulary
from rasid.text.letters import GAP, MARK, fold_char
from rasid.text.slots import Numbers
from rasid.text.vocabulary import Vocabulary

CODE_PAGE: Final = "cp1256"
_FOLD_UNKNOWN: Final = "rasid-fold"
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_APOSTROPHES = "'\u2019\u2018\u02bc\u0060"
_ENDS = re.compile(r"[.!?\u061f\u2026\u06d4\u3002]|\n[^\S\n]*\n")
_INITIAL: Final = 2  # letters that spell one of an acronym: بي.بي.سي
# What is written with a full stop before a name. "St" and "gen" end sentences so seldom that it costs nothing.
_TITLES: Final = frozenset(b"dr mr mrs ms st gen sen rep gov lt col sgt prof capt rev hon".split())
_INSIDE = " -،,"  # a sentence goes on after one of these alone
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


class Spelled(NamedTuple):
    """The words of a text that take a place: the numbers of their spellings, and their indices."""

    vocabulary: Vocabulary
    numbers: Numbers
    indices: Numbers

    def until(self, end: int) -> "Spelled":
        """Those before index `end` of the text."""
        size = self.indices.searchsorted(end)
        return Spelled(self.vocabulary, self.numbers[:size], self.indices[:size])


class Reading:
    """A text and its words.

    `keys` has one entry a word, and an empty one wherever two separators meet; an index into it is a word's index
    everywhere in Rasid. Spans are half-open code points of `text`.
    """

    __slots__ = ("__dict__", "_folded", "_marked", "_origin", "keys", "text")

    def __init__(self, text: str, *, exact: bool = False) -> None:
        self.text = text
        self._origin: Sequence[int] | None = None
        self._folded: bytes | str
        if not exact:
            try:
                self._read_fast(_without_urls(text))
            except _OtherScriptError:
                exact = True
        if exact:
            self._read_exactly(_without_urls(text))

    def _read_fast(self, text: str) -> None:
        folded = text.encode(CODE_PAGE, _FOLD_UNKNOWN).translate(_TABLE)
        self._folded = folded
        self._marked = _MARK in folded
        self.keys: list[bytes] = (folded.translate(None, _MARK) if self._marked else folded).split(_GAP)

    def _read_exactly(self, text: str) -> None:
        self._marked = True  # there may be some
        pieces = [fold_char(char) for char in text]
        folded = "".join(pieces)
        if len(folded) != len(text):
            self._origin = [index for index, piece in enumerate(pieces) for _ in piece]
        self._folded = folded
        self.keys = [key_of(word) for word in folded.replace(MARK, "").split(GAP)]

    @cached_property
    def _lengths(self) -> list[int]:
        """How many letters and marks stand before each word of `keys`, separators not counted; all of them last."""
        if isinstance(self._folded, str):
            return list(accumulate(map(len, self._folded.split(GAP)), initial=0))
        return (self._bounds - np.arange(-1, len(self.keys))).tolist()  # type: ignore[no-any-return]

    @cached_property
    def _bounds(self) -> Numbers:
        """The separators before each word and after the last one, in a folded text that has a byte a character."""
        folded = self._folded if isinstance(self._folded, bytes) else b""
        gaps = (np.frombuffer(folded, np.uint8) == _GAP[0]).nonzero()[0]
        return np.concatenate(([-1], gaps, [len(folded)]))

    def span(self, index: int) -> tuple[int, int]:
        """Where word `index` stands in `text`, marks at its edges that belong to no letter left out."""
        start, end = self._lengths[index] + index, self._lengths[index + 1] + index
        if not self._marked:
            return start, end
        mark: int | str = _MARK[0] if isinstance(self._folded, bytes) else MARK
        while start < end and self._folded[start] == mark:
            start += 1
        if self._origin is None:
            return start, end
        return self._origin[start], self._origin[end - 1] + 1

    def index_at(self, offset: int) -> int:
        """The index of the first entry that begins at `offset` of the text or later."""
        if self._origin is None and isinstance(self._folded, bytes):
            return self._folded.count(_GAP, 0, offset)
        return bisect_left(range(len(self.keys)), offset, key=lambda index: self.span(index)[0])

    def most(self, key: bytes) -> int:
        """How often the word `key` stands there at most, counted where its letters do: in words or alone."""
        if self._marked or isinstance(self._folded, str):
            return len(self.keys)
        return self._folded.count(key)

    def next_word(self, index: int) -> int:
        """The index of the word after `index`, or one past the end: empty entries and a possessive 's are no words."""
        end = len(self.keys)
        index += 1
        while index < end and not self._takes_place(index):
            index += 1
        return index

    def previous_word(self, index: int) -> int | None:
        """The index of the word before `index`, None where it is the first."""
        return next((each for each in range(index - 1, -1, -1) if self._takes_place(each)), None)

    def _takes_place(self, index: int) -> bool:
        key = self.keys[index]
        return bool(key) and not (key == POSSESSIVE and self._is_possessive(index))

    def surface(self, index: int) -> str:
        """Word `index` as it is written."""
        if self._origin is None:  # a mark before the first letter changes nothing for whoever compares
            return self.text[self._lengths[index] + index : self._lengths[index + 1] + index]
        start, end = self.span(index)
        return self.text[start:end]

    def extent(self, first: int, last: int) -> tuple[int, int]:
        """Where words `first` to `last` stand in `text`, with what is between them."""
        if not self._marked:
            return self._lengths[first] + first, self._lengths[last + 1] + last
        return self.span(first)[0], self.span(last)[1]

    def extents(self, firsts: Numbers, lasts: Numbers) -> list[tuple[int, int]]:
        """The extent of each of these."""
        if not self._marked:
            starts, ends = self._bounds.take(firsts) + 1, self._bounds.take(lasts + 1)
            return list(zip(starts.tolist(), ends.tolist(), strict=True))
        return [*map(self.extent, firsts.tolist(), lasts.tolist())]

    @cached_property
    def at_place(self) -> list[int]:
        """The index of the word at each place: what a phrase counts. Empty ones and a possessive 's take none."""
        return self._at_place.tolist()  # type: ignore[no-any-return]

    @cached_property
    def _at_place(self) -> Numbers:
        if self._marked or self._placed is not self.keys:
            return np.fromiter(compress(range(len(self.keys)), self._placed), np.intp)
        return (self._bounds[1:] - self._bounds[:-1] > 1).nonzero()[0]

    @cached_property
    def words(self) -> list[bytes]:
        """The key of the word at each place."""
        return list(compress(self.keys, self._placed))

    @cached_property
    def spelled(self) -> Spelled:
        """The words at all places, by number."""
        known = vocabulary.current()
        return Spelled(known, known.numbers(self.words), self._at_place)

    @cached_property
    def _placed(self) -> Sequence[object]:
        """Whether each word of `keys` takes a place, as true and false ones."""
        return self.keys if POSSESSIVE not in self.keys else [*map(self._takes_place, range(len(self.keys)))]

    def _is_possessive(self, index: int) -> bool:
        start = self.span(index)[0]
        return start > 1 and self.text[start - 1] in _APOSTROPHES and self.text[start - 2].isalpha()

    def breaks_between(self, left: int, right: int) -> bool:
        """Whether a sentence ends between word `left` and the later word `right`."""
        if left + 1 == right and self._origin is None and self.text[self._lengths[right] + left] in _INSIDE:
            return False
        if not _ENDS.search(self.text, self.span(left)[1], self.span(right)[0]):
            return False
        return any(self._break_after(index, right) for index in range(left, right) if self.keys[index])

    def unbroken(self, lefts: Numbers, rights: Numbers) -> list[bool]:
        """For each pair of words whether no sentence ends between them."""
        pairs = zip(lefts.tolist(), rights.tolist(), strict=True)
        if isinstance(self._folded, str):
            return [not self.breaks_between(left, right) for left, right in pairs]
        text = self.text
        return [
            (left + 1 == right and text[after] in _INSIDE) or not self.breaks_between(left, right)
            for (left, right), after in zip(pairs, self._bounds.take(lefts + 1).tolist(), strict=True)
        ]

    def _break_after(self, index: int, last: int) -> bool:
        """Whether a sentence ends between this word and the next one up to `last`."""
        following = next(other for other in range(index + 1, last + 1) if self.keys[other])
        end, start = self.span(index)[1], self.span(following)[0]
        between = self.text[end:start]
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
