"""A look-up of many keys in one step: an array of slots, each with the number of the key that came there last.

A dictionary of many thousand keys waits for memory several times a key, one key after the other. An array that is asked
for all keys of an article waits for all of them at once.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.intp]
_NOBODYS: Final = -1


class Slots:
    """Numbers below 2 to the power of `bits`, by 64-bit hashes of keys.

    The last bits of a hash say which slot is its; the slot holds the number there and the hash's other bits before it.
    So what is found is as sure as the hashes are different. Of keys with one slot the last one is known. (An empty slot
    looks like one of a hash of ones throughout but for its last bits: no more likely than any other two alike.)
    """

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._last = (1 << bits) - 1
        self._held = np.full(1 << bits, _NOBODYS, np.int64)

    def find(self, hashes: Numbers) -> tuple[Numbers, Numbers]:
        """The number of each hash, and the places of those that are not known; what stands for these means nothing."""
        held = self._held.take(hashes & self._last)
        return held & self._last, ((held ^ hashes) >> self._bits).nonzero()[0]

    def keep(self, hashes: Numbers, numbers: Numbers) -> None:
        """Gives these numbers to these hashes."""
        self._held[hashes & self._last] = (hashes & ~self._last) | numbers
