"""MinHash signatures of texts, by which copies of one report are told from other reports.

Broder, On the resemblance and containment of documents (1997); the hashing is datasketch's.
"""

from collections.abc import Sequence
from typing import Final
from zlib import crc32

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

PERMUTATIONS: Final = 64  # a standard error of 0.06 at a resemblance of one half
SHINGLE: Final = 4  # words: two reports of one event share few runs of four, copies most
SEED: Final = 1  # the same in every worker, or signatures could not be compared
_EMPTY: Final = MinHash(num_perm=PERMUTATIONS, seed=SEED, hashfunc=crc32)  # its permutations are costly to make


def signature(words: Sequence[bytes]) -> list[int]:
    """The signature of a text, given as its words' keys."""
    shingles = {b" ".join(words[start : start + SHINGLE]) for start in range(max(1, len(words) - SHINGLE + 1))}
    minhash = _EMPTY.copy()
    minhash.update_batch(shingles)
    return [int(value) for value in minhash.hashvalues]


def resemblances(known: NDArray[np.uint64], signature: Sequence[int]) -> NDArray[np.float64]:
    """The estimated share of shingles, 0 to 1, that a text has in common with each whose signature is a row."""
    alike: NDArray[np.float64] = np.mean(known == np.array(signature, np.uint64), axis=1)
    return alike
