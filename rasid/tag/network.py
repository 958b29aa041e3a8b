"""A second opinion on names: a network that reads a sentence in both directions (one LSTM each way), in plain numpy.

It sees a word as the sum of what its attributes say (affixes, classes, the gazetteer's find …) and its place among
words used alike. It was first taught to tell the class of a word from the words around it, then names. The model is
seeds/models/names_network.npz; bench/training/network.py makes it.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
FOLDER: Final = "models"
FILE: Final = "names_network.npz"
TAGS: Final = ("O", *(f"{edge}-{kind}" for kind in ("PER", "LOC", "ORG", "MISC") for edge in "BI"))


class Network:
    """The trained network. `word` numbers rows of `places` from 1, `attribute` those of `meanings`; 0 says nothing."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self.word = _numbered(arrays["words"])
        self.attribute = _numbered(arrays["attributes"])
        self._places = arrays["places"].astype(np.float32) * arrays["places_step"]
        self._meanings = arrays["meanings"].astype(np.float32) * arrays["meanings_step"]
        self._input, self._state, self._gates, self._out, self._out_bias = (
            arrays[name].astype(np.float32) for name in ("input", "state", "gates", "out", "out_bias")
        )

    def shares(self, words: Sequence[Sequence[int]], attributes: Sequence[Sequence[Sequence[int]]]) -> list[Floats]:
        """How likely each tag of `TAGS` is for each word of each sentence: rows that add up to 1."""
        order = sorted(range(len(words)), key=lambda number: -len(words[number]))
        given = [self._seen(words[number], attributes[number]) for number in order]
        states = self._read(given)
        found: list[Floats] = [np.empty(0, np.float32)] * len(words)
        for number, state in zip(order, states, strict=True):
            found[number] = _shares(state @ self._out + self._out_bias)
        return found

    def _seen(self, words: Sequence[int], attributes: Sequence[Sequence[int]]) -> Floats:
        """What enters the gates of both directions, [direction, word, gates]."""
        most = max(map(len, attributes))
        padded = np.array([[*each, *[0] * (most - len(each))] for each in attributes])
        seen = np.concatenate([self._meanings[padded].sum(1), self._places[list(words)]], axis=1)
        entering: Floats = seen @ self._input + self._gates[:, None]
        return entering

    def _read(self, given: Sequence[Floats]) -> list[Floats]:
        """The states of both directions at each word; sentences come longest first, and are read side by side."""
        lengths = [each.shape[1] for each in given]
        hidden = self._state.shape[1]
        entering = np.zeros((2, lengths[0], len(given), self._state.shape[2]), np.float32)
        for column, each in enumerate(given):
            entering[0, : lengths[column], column] = each[0]
            entering[1, : lengths[column], column] = each[1, ::-1]
        states = np.zeros((2, lengths[0], len(given), hidden), np.float32)
        state, memory = np.zeros((2, 2, len(given), hidden), np.float32)
        for place in range(lengths[0]):
            still = sum(length > place for length in lengths)
            state, memory = _step(entering[:, place, :still] + state[:, :still] @ self._state, memory[:, :still])
            states[:, place, :still] = state
        return [np.concatenate([states[0, :length, column], states[1, :length, column][::-1]], axis=1)
                for column, length in enumerate(lengths)]  # fmt: skip


def _step(gates: Floats, memory: Floats) -> tuple[Floats, Floats]:
    """State and memory of an LSTM after a word; `gates` are input, forget, output and candidate, side by side."""
    hidden = memory.shape[2]
    opened: Floats = 1 / (1 + np.exp(-gates[..., : 3 * hidden]))
    memory = opened[..., hidden : 2 * hidden] * memory + opened[..., :hidden] * np.tanh(gates[..., 3 * hidden :])
    return opened[..., 2 * hidden :] * np.tanh(memory), memory


def _shares(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(1, keepdims=True))
    shares: Floats = raised / raised.sum(1, keepdims=True)
    return shares


def _numbered(lines: Any) -> dict[str, int]:
    """Names kept as the bytes of lines, by number from 1."""
    return {name: number for number, name in enumerate(lines.tobytes().decode().split("\n"), 1)}


@lru_cache(maxsize=1)
def own() -> Network:
    """The network that ships, opened once."""
    with as_file(files("seeds") / FOLDER / FILE) as path, np.load(path, allow_pickle=False) as arrays:
        return Network(arrays)


def spelled(shares: Floats) -> list[str]:
    """The likeliest tags in a row that spell names: I- only after the same type."""
    best = shares.argmax(1).tolist()
    if all(FOLLOWS[before][tag] for before, tag in zip([0, *best], best, strict=False)):
        return [TAGS[tag] for tag in best]
    return [TAGS[tag] for tag in _likeliest(shares)]


FOLLOWS: Final = [[not tag.startswith("I") or before[2:] == tag[2:] for tag in TAGS] for before in TAGS]
_BARRED: Final = np.where(FOLLOWS, 0.0, -1e9)


def _likeliest(shares: Floats) -> list[int]:
    """Viterbi's path."""
    scores = np.log(shares + 1e-9)
    path, sums = [], scores[0] + _BARRED[0]
    for row in scores[1:]:
        ways = sums[:, None] + _BARRED
        path.append(ways.argmax(0))
        sums = ways.max(0) + row
    found = [int(sums.argmax())]
    for back in reversed(path):
        found.append(int(back[found[-1]]))
    return found[::-1]
