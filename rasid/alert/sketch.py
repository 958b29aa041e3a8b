"""Sketches of texts, by which copies of one report are told from other reports.

A sketch is a MinHash of the text's runs of two words (Broder, On the resemblance and containment of documents, 1997)
and how many runs there are, for the whole text and for its first half, and the text's figures, each with the word
before it. Runs say what two texts have in common: longer ones would lose more to each word that an editor changes. The
first half tells later news, which keeps old background below it. Figures tell two reports of one template apart, which
have the sentences in common and nothing of what they report.
"""

import sys
from array import array
from collections.abc import Sequence
from itertools import pairwise
from typing import Final
from zlib import crc32

from rensa import RMinHash

from schemas.watch_match import Sketch

PERMUTATIONS: Final = 128  # a standard error of 0.044 at a resemblance of one half
HEAD: Final = 64  # numbers kept of the first half, whose question is a coarser one
SEED: Final = 1  # the same in every worker, or sketches could not be compared
MOST_FIGURES: Final = 48  # the smallest by hash, so that a text and its part keep the same ones
# Folded: what a daily report changes every day besides its figures.
_DAYS: Final = frozenset(
    day.encode("cp1256")
    for days in (
        "الاحد الاثنين الثلاثاء الاربعاء الخميس الجمعه السبت",
        "sunday monday tuesday wednesday thursday friday saturday",
        "dimanche lundi mardi mercredi jeudi vendredi samedi",
    )
    for day in days.split()
)


def sketch(words: Sequence[bytes]) -> Sketch:
    """The sketch of a text, given as its words' folded keys in order."""
    minhash, runs = _minhash(words)
    head, head_runs = _minhash(words[: len(words) // 2 + 1])
    return Sketch(minhash.tobytes(), runs, head[:HEAD].tobytes(), head_runs, _figures(words))


def _minhash(words: Sequence[bytes]) -> "tuple[array[int], int]":
    runs = list({b" ".join(run) for run in pairwise(words)}) or [b"".join(words)]
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    minhash.update(runs)
    numbers = array("I", minhash.digest())
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers, len(runs)


def _figures(words: Sequence[bytes]) -> list[int]:
    """Hashes of figures and days, each with the word before it: "36" of two bulletins may be two things."""
    found = {
        crc32(before + b" " + word)
        for before, word in zip((b"", *words), words, strict=False)
        if word[:1].isdigit() or word in _DAYS
    }
    return sorted(found)[:MOST_FIGURES]
