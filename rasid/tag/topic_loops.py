"""The loops that go from an article's terms to its topics, compiled as those of `rasid.loops` are."""

import math

import numpy as np

from rasid import loops
from rasid.loops import Numbers, Scores, compiled


@compiled
def counted(
    found: Numbers, limits: tuple[int, int, int], times: tuple[int, int, int], seen: Numbers
) -> tuple[Numbers, Numbers]:
    """The distinct terms among the rows of `phrases` before a place: the row of the first mention, and their counts.

    `limits` are the places where the body, what follows its opening, and what is not looked at begin; a mention counts
    `times` in the title, in the opening, and after it. `seen` has a zero for each term there is.
    """
    kept, counts = np.empty(len(found), np.int64), np.empty(len(found), np.int64)
    size = 0
    for each in range(len(found)):
        term, first = found[each, 0], found[each, 1]
        if found[each, 2] >= limits[2]:
            continue
        if not seen[term]:
            kept[size], counts[size] = each, 0
            size += 1
            seen[term] = size
        counts[seen[term] - 1] += times[0] if first < limits[0] else times[1] if first < limits[1] else times[2]
    for each in range(size):
        seen[found[kept[each], 0]] = 0
    return kept[:size], counts[:size]


@compiled
def scored(terms: Numbers, counts: Numbers, weights: Scores, repeated: Scores, lines: Numbers, topics: int) -> Scores:
    """What terms say for each topic: their weights, as often as they are `repeated`, for each topic of their line.

    A line is filled up with numbers from `topics` on.
    """
    scores = np.zeros(topics, np.float64)
    for each in range(len(terms)):
        said = weights[terms[each]] * repeated[min(counts[each], len(repeated) - 1)]
        for topic in lines[terms[each]]:
            if topic >= topics:
                break
            scores[topic] += said
    return scores


@compiled
def said(numbers: Numbers, learned: tuple[Numbers, Scores, Numbers, int]) -> Scores:
    """What distinct spellings say together: their sum over the root of how many say anything, or of a least number.

    `learned` are the row of each spelling in the weights (0 for none), the weights, zeros for each, the least number.
    """
    rows, weights, seen, least = learned
    total, count = np.zeros(weights.shape[1], np.float64), 0
    for number in numbers:
        if rows[number] and not seen[number]:
            seen[number] = 1
            count += 1
            for head in range(len(total)):
                total[head] += weights[rows[number], head]
    for number in numbers:
        seen[number] = 0
    total /= max(least, count) ** 0.5
    return total


@compiled
def raised(scores: Scores, heads: Numbers, head_of: Numbers, said: Scores) -> None:
    """Adds to the score of each of `heads` what is `said` for it, and in proportion to the topics under it.

    Topic t is under head `head_of[t]`. A head that scores nothing gets nothing.
    """
    factors = np.ones(len(heads), np.float64)
    for each in range(len(heads)):
        score = scores[heads[each]]
        if score > 0:
            factors[each] = (score + said[each]) / score
    for topic in range(len(scores)):
        scores[topic] *= factors[head_of[topic]]


@compiled
def foremost(scores: Scores, heads: Numbers, head_of: Numbers, least: float, odds: tuple[float, float, float],
             topics: Numbers, sure: Scores) -> int:  # fmt: skip
    """Puts the topics that score at least so much into `topics`, the surest first, and how sure each is into `sure`.

    How sure: a logistic function, given by its `odds` (what it is at nothing, and by how much a lead over the best head
    that is not the topic's own and a score above the least count, both as logarithms). How many there are; those that
    there is no room for are left out.
    """
    first = second = 0.0
    for head in heads:
        if scores[head] > first:
            first, second = scores[head], first
        elif scores[head] > second:
            second = scores[head]
    size = 0
    for topic in range(len(scores)):
        if scores[topic] < least:
            continue
        rival = second if scores[heads[head_of[topic]]] == first else first
        lead, strength = math.log((scores[topic] + 1) / (rival + 1)), math.log(scores[topic] / least)
        chance = 1 / (1 + math.exp(-odds[0] - odds[1] * lead - odds[2] * strength))
        at = size
        while at and sure[at - 1] < chance:
            at -= 1
        if at < len(topics):
            size = min(size + 1, len(topics))
            for later in range(size - 1, at, -1):
                topics[later], sure[later] = topics[later - 1], sure[later - 1]
            topics[at], sure[at] = topic, chance
    return size


@compiled
def about(
    found: Numbers, numbers: Numbers, limits: tuple[int, int, int], times: tuple[int, int, int], least: float,
    terms: tuple[Scores, Scores, Numbers, Numbers], heads: tuple[Numbers, Numbers],
    learned: tuple[Numbers, Scores, Numbers, int], odds: tuple[float, float, float],
    room: tuple[Numbers, Scores, Numbers],
) -> int:  # fmt: skip
    """What an article is about: how many topics it puts into `room`, the surest first.

    `terms` are what `scored` and `counted` go by (weights, how often they are repeated, lines, zeros), `heads` the
    heads and for each topic which it is under; the rest is as in `said`, `foremost` and `spoken`. There is room for
    topics, for how sure each is, and for where the terms stand that speak most for it.
    """
    weights, repeated, lines, seen = terms
    topics, sure, spans = room
    kept, counts = counted(found, limits, times, seen)
    scores = scored(found[:, 0][kept], counts, weights, repeated, lines, len(heads[1]))
    raised(scores, heads[0], heads[1], said(numbers[: limits[2]], learned))
    size = foremost(scores, heads[0], heads[1], least, odds, topics, sure)
    spoken(topics[:size], found, kept, weights, lines, spans)
    return size


@compiled
def spoken(topics: Numbers, found: Numbers, kept: Numbers, weights: Scores, lines: Numbers, spans: Numbers) -> None:
    """For each topic where the terms that speak most for it stand, as many as there is room for, then `loops.FILLING`.

    `kept` are the terms' rows in `found`. Their places are in order, as (start, end), and each is there once.
    """
    chosen, filled = np.empty(spans.shape[:2], np.int64), np.zeros(len(topics), np.int64)
    for row in kept:
        if weights[found[row, 0]] > 0:
            for topic in lines[found[row, 0]]:
                for at in range(len(topics)):
                    if topics[at] == topic:
                        filled[at] = _with_heavier(chosen[at], filled[at], row, found, weights)
    for at in range(len(topics)):
        size, row = 0, -1
        for _ in range(filled[at]):
            row = _next(chosen[at, : filled[at]], row)
            start, end = found[row, 3], found[row, 4]
            if not size or spans[at, size - 1, 0] != start or spans[at, size - 1, 1] != end:
                spans[at, size, 0], spans[at, size, 1] = start, end
                size += 1
        for rest in range(size, spans.shape[1]):
            spans[at, rest, 0] = loops.FILLING


@compiled
def _next(rows: Numbers, before: int) -> int:
    """The least of a few rows that comes after one."""
    least = -1
    for row in rows:
        if row > before and (least < 0 or row < least):
            least = row
    return least


@compiled
def _with_heavier(kept: Numbers, filled: int, row: int, found: Numbers, weights: Scores) -> int:
    """Puts a term among the heaviest ones, which are in that order, the earlier first; how many there are then."""
    at = filled
    while at and weights[found[kept[at - 1], 0]] < weights[found[row, 0]]:
        at -= 1
    if at == len(kept):
        return filled
    filled = min(filled + 1, len(kept))
    for later in range(filled - 1, at, -1):
        kept[later] = kept[later - 1]
    kept[at] = row
    return filled
