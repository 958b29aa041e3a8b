"""Which words every matching article must have one of: what a watch is filed under."""

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


class Cost:
    """How common a word is likely to be, by its letters: short words are common ones."""

    def __init__(self, lexis: Lexis) -> None:
        self._lexis = lexis

    def __call__(self, number: int) -> float:
        """Greater where the word is likely to be commoner."""
        word = self._lexis.word(number)
        return (4.0 if word.prefix else 1.0) / max(1, min(len(form.spelled) for form in word.forms)) ** 2


def anchors(clause: Clause, cost: Cost) -> frozenset[int] | None:
    """Words of which every matching article has at least one; None where nothing is necessary."""
    match clause:
        case TermClause():
            return frozenset(min(alternative.words, key=cost) for alternative in clause.alternatives)
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


def _union(found: list[frozenset[int] | None]) -> frozenset[int] | None:
    some = [each for each in found if each is not None]
    return frozenset().union(*some) if len(some) == len(found) else None


def _cheapest(found: list[frozenset[int] | None], cost: Cost) -> frozenset[int] | None:
    some = [each for each in found if each is not None]
    return min(some, key=lambda each: (max(map(cost, each)), len(each)), default=None)


def _of_score(clause: ScoreClause, cost: Cost) -> frozenset[int] | None:
    """The parts that are left when the commonest, which together do not reach the threshold, are put aside."""
    gains = [(anchors(part, cost), weight) for part, weight in clause.parts if weight > 0]
    gains.sort(key=lambda each: float("inf") if each[0] is None else max(map(cost, each[0])), reverse=True)
    spare = clause.threshold - 1
    needed: list[frozenset[int] | None] = []
    for found, weight in gains:
        if weight <= spare:
            spare -= weight
        else:
            needed.append(found)
    return _union(needed)
