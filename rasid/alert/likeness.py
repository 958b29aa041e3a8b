"""Whether two texts are copies of one report, from their sketches alone.

Copies run cut, under another lead, with credits or background added: the question is therefore how much of the shorter
text stands in the longer one (containment), not how much of both is common to both (resemblance). Later news of the
same matter contains as much at times, below a first half that is all new.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rasid.alert.sketch import HEAD, PERMUTATIONS
from schemas.watch_match import Sketch

Numbers = NDArray[np.uint32]
Shares = NDArray[np.float64]

# Chosen on the labelled pairs of tests/alert/labelled.py, with room on both sides.
CONTAINED: Final = 0.42  # of the shorter text's runs, from which two texts may be copies
LEADING: Final = 0.22  # of either text's first half: below, one of them opens with other news
OWN_LEADING: Final = 0.5  # the same of one publisher: it runs its text again because there is something new above it
TELLING: Final = 4  # figures that the poorer text must have before they tell anything
AGREEING: Final = 0.4  # of the poorer text's figures, below which two texts are two reports of one template
_LITTLE: Final = np.dtype("<u4")


def numbers(minhash: bytes, wanted: int = PERMUTATIONS) -> Numbers:
    """A MinHash as numbers. Raises ValueError where it has another length than ours."""
    found: Numbers = np.frombuffer(minhash, _LITTLE)
    if len(found) != wanted:
        raise ValueError(f"a sketch of {len(found)} numbers cannot be compared: {wanted} are wanted")
    return found


def shares(known: Numbers, runs: NDArray[np.int64], minhash: Numbers, count: int) -> Shares:
    """The estimated share, 0 to 1, of the smaller set of runs that stands in the larger one, for each row of `known`.

    `runs` has the size of each, `count` that of the other set. From the resemblance J of sets of sizes a and b, their
    intersection is J(a+b)/(1+J).
    """
    alike = np.count_nonzero(known == minhash, axis=1) / known.shape[1]
    common = alike * (runs + count) / (1 + alike)
    found: Shares = np.minimum(1.0, common / np.minimum(runs, count))
    return found


def likeliest(
    known: Sequence[Sketch], rows: Numbers, runs: NDArray[np.int64], one: Sketch,
    is_own: Callable[[int], bool] = lambda _: False,
) -> Iterator[int]:  # fmt: skip
    """Which of `known` are copies of `one`, as indices, the most alike first; `rows` and `runs` are theirs.

    `is_own` says which of them the publisher of `one` has run itself.
    """
    found = shares(rows, runs, numbers(one.minhash), one.runs)
    candidates: Any = np.flatnonzero(found >= CONTAINED)
    for index in candidates[np.argsort(-found[candidates], kind="stable")]:
        leading = OWN_LEADING if is_own(index) else LEADING
        if _leads_agree(known[index], one, leading) and _figures_agree(known[index].figures, one.figures):
            yield int(index)


def copies(left: Sketch, right: Sketch) -> bool:
    """Whether two texts are copies of one report."""
    return 0 in likeliest([left], numbers(left.minhash)[None, :], np.array([left.runs]), right)


def _leads_agree(left: Sketch, right: Sketch, leading: float) -> bool:
    """Whether the first half of each stands in the other, as far as there is room for it there."""
    return min(_head_share(left, right), _head_share(right, left)) >= leading


def _head_share(leading: Sketch, other: Sketch) -> float:
    known = numbers(leading.head, HEAD)[None, :]
    return float(shares(known, np.array([leading.head_runs]), numbers(other.minhash)[:HEAD], other.runs)[0])


def _figures_agree(left: Sequence[int], right: Sequence[int]) -> bool:
    poorer, richer = sorted((set(left), set(right)), key=len)
    return len(poorer) < TELLING or len(poorer & richer) >= AGREEING * len(poorer)
