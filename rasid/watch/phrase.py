"""Where a phrase stands in an article, by the places of its words."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from rasid.lexicon.form import Rule
from rasid.lexicon.scan import Scan

Words = Sequence[int]
Places = Mapping[int, list[int]]  # where each word may stand
Standing = tuple[int, Rule]  # the place of a phrase's last word, and what joins its first word to the text


def stands_at(scan: Scan, words: Words, place: int) -> Standing | None:
    """Whether `words` stand one after another from `place` on. A sentence end breaks them."""
    rule = scan.joined(words[0], place)
    if rule is None:
        return None
    last = place
    for number in words[1:]:
        last += 1
        joined = scan.joined(number, last)
        if joined is None or (joined is Rule.PLURAL and scan.is_deed(number, last)):
            return None
    return None if last > place and not scan.one_sentence(place, last) else (last, rule)


def stands_loosely(scan: Scan, words: Words, place: int, slop: int, places: Places) -> Standing | None:
    """The same, with at most `slop` other words between in all: each word where it comes first, so the fewest."""
    rule = scan.joined(words[0], place)
    if rule is None:
        return None
    last = place
    for number in words[1:]:
        following = _next(scan, number, last, slop, places)
        if following is None:
            return None
        last, slop = following, slop - (following - last - 1)
    return (last, rule) if scan.one_sentence(place, last) else None


def _next(scan: Scan, number: int, place: int, slop: int, places: Places) -> int | None:
    """The first place of a word behind `place`, at most `slop` words away."""
    where = places.get(number, [])
    for following in where[bisect_right(where, place) :]:
        if following - place - 1 > slop:
            return None
        if scan.joined(number, following) is not None:
            return following
    return None
