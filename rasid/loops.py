"""The loops that go over every word of an article, compiled by numba when they are first called.

Here are numbers and arrays alone; what they mean is said where they are used. A loop calls those of its own module
only: numba keeps what it compiled for as long as the file of a loop is the same, whatever others it calls.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Scores = NDArray[np.float64]
Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """Compiles a loop when it is first called, and keeps the code beside this file or in the user's cache.

    Where neither can be written (a container whose file system is read-only) each process compiles for itself.
    """
    try:
        return cast(Loop, numba.njit(cache=True)(loop))
    except RuntimeError:  # numba: "no locator available for file"
        return cast(Loop, numba.njit(loop))


# A table is an array of rows (key, number), a power of two of them. What is not taken has this number.
NOBODYS: Final = -1
_SPREAD: Final = -0x61C8864680B583EB  # odd, so that no two keys become one: the golden ratio's bits (Fibonacci hashing)


@compiled
def _slot(table: Numbers, key: int) -> int:
    """The row of `key`, or the first free one where it would stand."""
    last: int = table.shape[0] - 1
    mixed = key * _SPREAD
    slot = (mixed ^ (mixed >> 32)) & last
    while table[slot, 1] != NOBODYS and table[slot, 0] != key:
        slot = (slot + 1) & last
    return slot


@compiled
def find(table: Numbers, key: int) -> int:
    """The number of `key`, or `NOBODYS`."""
    return table[_slot(table, key), 1]  # type: ignore[no-any-return]


@compiled
def put(table: Numbers, keys: Numbers, numbers: Numbers) -> None:
    """Gives these numbers to these keys. There has to be room."""
    for each in range(len(keys)):
        slot = _slot(table, keys[each])
        table[slot, 0] = keys[each]
        table[slot, 1] = numbers[each]


def emptied(size: int) -> Numbers:
    """A table of `size` rows with nothing in it."""
    table = np.zeros((size, 2), np.int64)
    table[:, 1] = NOBODYS
    return table


@compiled
def grown(table: Numbers) -> Numbers:
    """The same in a table of twice the size."""
    larger = np.empty((table.shape[0] * 2, 2), np.int64)
    larger[:, 1] = NOBODYS
    for row in range(table.shape[0]):
        if table[row, 1] != NOBODYS:
            slot = _slot(larger, table[row, 0])
            larger[slot, 0] = table[row, 0]
            larger[slot, 1] = table[row, 1]
    return larger


# What a character is beside its letter: bits of a table that `rasid.text.reading` makes.
IS_END: Final = 1  # ends a sentence, wherever it stands
IS_POINT: Final = 2  # a full stop, which may stand inside one
IS_LINE: Final = 4  # a line's end
IS_SPACE: Final = 8
IS_ALPHA: Final = 16
IS_APOSTROPHE: Final = 32


# Rows of what `words` gives: for each entry where its letters start and end; for each place the same, the number of its
# spelling, its entry, whether a sentence ends between it and the place before, and the hash of its spelling.
STARTS, ENDS, PLACE_STARTS, PLACE_ENDS, NUMBERS, ENTRIES, BREAKS, HASHES, WORD_ROWS = 0, 1, 2, 3, 4, 5, 6, 7, 8


@compiled
def words(
    folded: Bytes, written: Bytes, kinds: Bytes, special: tuple[int, int, int], table: Numbers, titles: int, seed: int,
    found: Numbers,
) -> tuple[int, int]:  # fmt: skip
    """Puts the entries of a text, and those of them that take a place, into the rows of `found`.

    `folded` has a byte a character, `written` the same before folding, `kinds` what each of its bytes is; `special` are
    the bytes of a mark, of a separator, and of the possessive. Spellings with a number up to `titles` end no sentence.
    The number of a new spelling is `NOBODYS`; hashes are seeded with `seed`. Gives how many places and new ones there
    are.
    """
    mark, gap, possessive = special
    size, position, count, new = len(folded), 0, 0, 0
    broken, any_before, before_end, before_letters, before_ascii, before_title = False, False, 0, 0, False, False
    for entry in range(found.shape[1]):
        start, letters, hashed, last, ascii_only = -1, 0, seed, 0, True
        while position < size and folded[position] != gap:
            byte = folded[position]
            if byte != mark:
                if start < 0:
                    start = position
                letters += 1
                last = byte
                ascii_only = ascii_only and byte < 0x80  # noqa: PLR2004
                hashed = (hashed ^ byte) * 0x100000001B3
            position += 1
        found[STARTS, entry], found[ENDS, entry] = (position if start < 0 else start), position
        position += 1
        if start < 0:
            continue
        if any_before:
            broken |= _ended(written, kinds, before_end, start, before_letters, letters,
                             before_ascii and ascii_only, before_title)  # fmt: skip
        any_before, before_end, before_letters, before_ascii, before_title = (
            True,
            position - 1,
            letters,
            ascii_only,
            False,
        )
        if (
            letters == 1
            and last == possessive
            and start > 1
            and kinds[written[start - 1]] & IS_APOSTROPHE
            and kinds[written[start - 2]] & IS_ALPHA
        ):
            continue
        hashed ^= hashed >> 29
        number = find(table, hashed)
        before_title = 0 <= number <= titles
        new += number == NOBODYS
        found[PLACE_STARTS, count], found[PLACE_ENDS, count] = start, position - 1
        found[NUMBERS, count], found[ENTRIES, count] = number, entry
        found[BREAKS, count], found[HASHES, count] = broken, hashed
        count += 1
        broken = False
    return count, new


@compiled
def _ended(
    written: Bytes, kinds: Bytes, start: int, end: int, before: int, after: int, both_ascii: bool, title: bool
) -> bool:
    """Whether a sentence ends between two words, of `before` and `after` letters: in `written` from `start` to `end`.

    A full stop alone ends none after a letter or a title, in an acronym, in a number, in a host's name.
    """
    points, line = 0, False
    for position in range(start, end):
        kind = kinds[written[position]]
        if kind & IS_END:
            return True
        if kind & IS_LINE:
            if line:
                return True
            line = True
        elif not kind & IS_SPACE:
            line = False
        points += kind & IS_POINT != 0
    if points != 1:
        return points > 1
    alone = end - start == 1
    return not (before == 1 or title or (alone and (both_ascii or (before <= 2 and after <= 2))))  # noqa: PLR2004


# Columns of a spelling's row in an index of phrases: the set of phrases that it is by itself, the state in which it
# opens longer ones, a bit for each word that may come second then, a bit for each that it may be itself as a later one,
# and the number of those words.
ALONE, OPENS, BEFORE, AFTER, INNER, PHRASE_COLUMNS = 0, 1, 2, 3, 4, 5
# Columns of where a state leads with one more word: the set of phrases that end there, the next state and its bits.
ENDING, ONWARD, GOING_ON = 0, 1, 2
NOTHING: Final = 0  # the empty set, the state in which nothing goes on, a step that leads nowhere
FILLING: Final = -1  # the rest of a set's row
STEP_BITS: Final = 32  # of the later word's number in the key of a step
_MASK_BITS: Final = 63
KIND_BITS: Final = 1  # the last ones of a phrase's number in a set


@compiled
def phrases(
    numbers: Numbers, breaks: Numbers, spans: tuple[Numbers, Numbers], rows: Numbers, steps: Numbers, leads: Numbers,
    sets: Numbers, room: Numbers, lacking: Numbers,
) -> tuple[int, int, int]:  # fmt: skip
    """The phrases among the words of an article, given by their spellings' numbers; a sentence end breaks one.

    `spans` are where the word at each place starts and ends. `room[kind]` gets a row for each phrase of the kind: its
    number, the places of its first and last word, and where these start and end; by place, the longest first.
    `lacking` gets the steps that the table lacks, as (state, number of the later words).
    How many of each kind there are and how many steps are lacking: what there is no room for is counted alone.
    """
    counts = np.zeros(2, np.int64)
    lacks = 0
    size = len(numbers)
    for place in range(size):
        row = rows[numbers[place]]
        begun = counts[0], counts[1]
        if row[ALONE] != NOTHING:
            _add(sets[row[ALONE]], place, place, spans, room, counts)
        state, mask, last = row[OPENS], row[BEFORE], place
        while state != NOTHING and last + 1 < size and not breaks[last + 1]:
            later = rows[numbers[last + 1]]
            if not mask & later[AFTER]:
                break
            step = state << STEP_BITS | later[INNER]
            lead = find(steps, step)
            if lead == NOBODYS:
                if lacks < len(lacking):
                    lacking[lacks] = step
                lacks += 1
                break
            if lead == NOTHING:
                break
            last += 1
            _add(sets[leads[lead, ENDING]], place, last, spans, room, counts)
            state, mask = leads[lead, ONWARD], leads[lead, GOING_ON]
        for kind in range(2):
            if counts[kind] - begun[kind] > 1 and counts[kind] <= room.shape[1]:
                _longest_first(room[kind, begun[kind] : counts[kind]])
    return counts[0], counts[1], lacks


@compiled
def _add(
    members: Numbers, first: int, last: int, spans: tuple[Numbers, Numbers], room: Numbers, counts: Numbers
) -> None:
    for member in members:
        if member == FILLING:
            return
        kind = member & ((1 << KIND_BITS) - 1)
        if counts[kind] < room.shape[1]:
            there = room[kind, counts[kind]]
            there[0], there[1], there[2] = member >> KIND_BITS, first, last
            there[3], there[4] = spans[0][first], spans[1][last]
        counts[kind] += 1


@compiled
def _longest_first(found: Numbers) -> None:
    """Sorts phrases of one place, those of one length in the order they had."""
    for each in range(1, len(found)):
        number, last, end = found[each, 0], found[each, 2], found[each, 4]
        at = each
        while at and found[at - 1, 2] < last:
            for column in (0, 2, 4):
                found[at, column] = found[at - 1, column]
            at -= 1
        found[at, 0], found[at, 2], found[at, 4] = number, last, end


@compiled
def standing(numbers: Numbers, wanted: Numbers) -> Numbers:
    """Rows of the places where one of a few wanted spellings stands, and its number."""
    found, size = np.empty((len(numbers), 2), np.int64), 0
    for place in range(len(numbers)):
        for number in wanted:
            if numbers[place] == number:
                found[size, 0], found[size, 1] = place, number
                size += 1
    return found[:size]


# Columns of a spelling's row in presearch: what it may be, a bit for each word that may come second after it, and for
# each that it may be itself as a second one.
MAY_BE, WANTED, OFFERED, PRESEARCH_COLUMNS = 0, 1, 2, 3
UNKNOWN: Final = 0  # in place of what it may be: not worked out yet
KNOWN: Final = 1
IS_FILED: Final = 2  # something is filed under it alone
IS_SOUGHT: Final = 4  # it is a word by which watches are verified


# Rows of what `candidates` gives.
FILED, PAIRS, SOUGHT, LACKING, CANDIDATE_ROWS = 0, 1, 2, 3, 4


def bits(words: Iterable[int]) -> int:
    """A mask with a bit for each word; two may share one."""
    mask = 0
    for word in words:
        mask |= 1 << (word % _MASK_BITS)
    return mask


@compiled
def candidates(numbers: Numbers, rows: Numbers, found: Numbers) -> tuple[int, int, int, int]:
    """The places of an article, given by its spellings' numbers, where something may be filed or sought.

    The rows of `found` get the words under which something is filed, the first of two neighbours under which something
    may be, sought words, and spellings whose rows are not known; the answer is how many of each.
    """
    filed, pairs, sought, lacking, wanted = 0, 0, 0, 0, 0
    for place in range(len(numbers)):
        row = rows[numbers[place]]
        if wanted & row[OFFERED]:
            found[PAIRS, pairs] = place - 1
            pairs += 1
        wanted = row[WANTED]
        if row[MAY_BE] & IS_FILED:
            found[FILED, filed] = place
            filed += 1
        if row[MAY_BE] & IS_SOUGHT:
            found[SOUGHT, sought] = place
            sought += 1
        if row[MAY_BE] == UNKNOWN:
            found[LACKING, lacking] = place
            lacking += 1
    return filed, pairs, sought, lacking
