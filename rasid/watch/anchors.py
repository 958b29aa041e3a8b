"""Which words, or neighbours, every matching article must have one of: what a watch is filed under."""

from math import prod

from rasid.lexicon.lexis import Lexis
from rasid.watch.clause import (
    AllClause,
    AnyClause,
    AtLeastClause,
    Clause,
    NearClause,
    ScoreClause,
    TermClause,
)
from rasid.watch.presearch import Anchor

Anchors = list[Anchor]


class Cost:
    """How common a word is likely to be, by its letters: short words are common ones."""

    def __init__(self, lexis: Lexis) -> None:
        self._lexis = lexis

    def __call__(self, anchor: Anchor) -> float:
        """Greater where the word or pair is likely to be commoner."""
        return prod(map(self._of_word, anchor.words))

    def _of_word(self, number: int) -> float:
        return (4.0 if self._lexis.is_prefix(number) else 1.0) / max(1, self._lexis.letters(number)) ** 2


def anchors(clause: Clause, cost: Cost) -> Anchors | None:
    """Words and neighbours of which every matching article has at least one; None where nothing is necessary.

    A term has an anchor for each of its phrases, or none at all.
    """
    match clause:
        case TermClause():
            return [_of_phrase(clause, number, cost) for number in range(len(clause.alternatives))]
        case AnyClause(parts):
            return _union([anchors(part, cost) for part in parts])
        case AllClause(parts):
            return _cheapest([anchors(part, cost) for part in parts], cost)
        case NearClause(left, right):
            return _cheapest([anchors(left, cost), anchors(right, cost)], cost)
        case AtLeastClause(_, part):
            return anchors(part, cost)
        case ScoreClause():
            return _of_score(clause, cost)
        case _:
            return None


def _of_phrase(clause: TermClause, number: int, cost: Cost) -> Anchor:
    """What has to stand where a phrase stands: two neighbours of it, or one word where others may come between."""
    words, slop = clause.alternatives[number].words, clause.term.slop
    length = 1 if slop or len(words) == 1 else 2
    if len(words) == length:
        return Anchor(words, clause, number, None if slop else 0)
    starts = range(len(words) - length + 1)
    found = [Anchor(words[each : each + length], clause, number, None if slop else each) for each in starts]
    return min(found, key=cost)


def _union(found: list[Anchors | None]) -> Anchors | None:
    """The anchors of all parts, those of a term that stands in several once."""
    some = [each for each in found if each is not None]
    if len(some) < len(found):
        return None
    return list({(id(each.term), each.number): each for part in some for each in part}.values())


def _cheapest(found: list[Anchors | None], cost: Cost) -> Anchors | None:
    some = [each for each in found if each is not None]
    return min(some, key=lambda each: (max(map(cost, each)), len(each)), default=None)


def _of_score(clause: ScoreClause, cost: Cost) -> Anchors | None:
    """The parts that are left when the commonest, which together do not reach the threshold, are put aside."""
    gains = [(anchors(part, cost), weight) for part, weight in clause.parts if weight > 0]
    gains.sort(key=lambda each: float("inf") if each[0] is None else max(map(cost, each[0])), reverse=True)
    spare = clause.threshold - 1
    needed: list[Anchors | None] = []
    for found, weight in gains:
        if weight <= spare:
            spare -= weight
        else:
            needed.append(found)
    return _union(needed)
