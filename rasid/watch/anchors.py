"""Which words, or neighbours, every matching article must have one of: what a watch is filed under."""

from itertools import pairwise
from math import prod

from rasid.lexicon.lexis import Lexis
from rasid.watch.clause import (
    AllClause,
    Alternative,
    AnyClause,
    AtLeastClause,
    Clause,
    NearClause,
    ScoreClause,
    TermClause,
)
from rasid.watch.presearch import Anchor

Anchors = frozenset[Anchor]


class Cost:
    """How common a word is likely to be, by its letters: short words are common ones."""

    def __init__(self, lexis: Lexis) -> None:
        self._lexis = lexis

    def __call__(self, anchor: Anchor) -> float:
        """Greater where the word or pair is likely to be commoner."""
        return prod(map(self._of_word, anchor))

    def _of_word(self, number: int) -> float:
        word = self._lexis.word(number)
        return (4.0 if word.prefix else 1.0) / max(1, min(len(form.spelled) for form in word.forms)) ** 2


def anchors(clause: Clause, cost: Cost) -> Anchors | None:
    """Words and neighbours of which every matching article has at least one; None where nothing is necessary."""
    match clause:
        case TermClause():
            return frozenset(min(_of_phrase(each, clause.term.slop), key=cost) for each in clause.alternatives)
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


def _of_phrase(alternative: Alternative, slop: int) -> list[Anchor]:
    """What has to stand where a phrase stands: two neighbours of it, or one word where others may come between."""
    words = alternative.words
    return [(number,) for number in words] if slop or len(words) == 1 else list(pairwise(words))


def _union(found: list[Anchors | None]) -> Anchors | None:
    some = [each for each in found if each is not None]
    return frozenset().union(*some) if len(some) == len(found) else None


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
