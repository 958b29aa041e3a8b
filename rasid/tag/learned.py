"""What words beyond the terms say of an article's head topic: a linear model, a row of weights a word.

seeds/models/topic_words.tsv has a weight for each word and head; bench/training/topics.py makes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from rasid.lexicon import seeds
from rasid.loops import Numbers, Scores
from rasid.text.vocabulary import CAPACITY, Vocabulary

FOLDER: Final = "models"
FILE: Final = "topic_words.tsv"
UNIT: Final = 100  # a weight of 1 as it is written in the file
_PROCLITICS: Final = frozenset("وفبلك".encode("cp1256"))
_LAM: Final = "لل".encode("cp1256")
_ARTICLE: Final = "ال".encode("cp1256")
_SHORTEST: Final = 3  # letters that have to remain
LEAST_WORDS: Final = 60  # known words below which a text says less in proportion: a few may be there by chance
_SILENT: Final = 0  # in place of a row: a spelling that says nothing


def base(key: bytes, table: Mapping[bytes, object]) -> bytes | None:
    """The word of `table` that a folded word is: itself, or without its first clitics. None where it is none."""
    if key in table:
        return key
    if key.startswith(_LAM) and (whole := _ARTICLE + key[2:]) in table:
        return whole
    while len(key) > _SHORTEST and key[0] in _PROCLITICS:
        key = key[1:]
        if key in table:
            return key
    return None


class Learned:
    """What each word says for each head, by the number of its spelling; a new one is worked out on the way."""

    def __init__(self, heads: Iterable[str], weights: Mapping[bytes, Sequence[int]]) -> None:
        self.heads = tuple(heads)
        said = {key: row for key, row in weights.items() if any(row)}
        self._rows = {key: row for row, key in enumerate(said, 1)}
        self._weights = np.array([[0] * len(self.heads), *said.values()], np.float64) / UNIT
        self._vocabulary: Vocabulary | None = None

    def of(self, heads: Sequence[str]) -> "Learned":
        """The same for these heads, in this order; of one that it does not know it says nothing."""
        made = Learned(heads, {})
        made._rows = self._rows
        made._weights = np.zeros((len(self._weights), len(heads)))
        for column, head in enumerate(heads):
            if head in self.heads:
                made._weights[:, column] = self._weights[:, self.heads.index(head)]
        return made

    def _begin(self, vocabulary: Vocabulary) -> None:
        """Forgets every spelling, to go by the numbers of `vocabulary`."""
        self._vocabulary = vocabulary
        self._row = np.zeros(CAPACITY, np.int64)
        self._learned = 0  # how many spellings of the vocabulary
        self._seen = np.zeros(CAPACITY, np.int64)

    def _learn(self, vocabulary: Vocabulary) -> None:
        """Works out what the spellings say that are new."""
        for number in range(self._learned, len(vocabulary)):
            known = base(vocabulary.spellings[number], self._rows)
            self._row[number] = _SILENT if known is None else self._rows[known]
        self._learned = len(vocabulary)

    def arrays(self, vocabulary: Vocabulary) -> tuple[Numbers, Scores, Numbers, int]:
        """What `topic_loops.said` goes by, for all spellings that the vocabulary has by now."""
        if vocabulary is not self._vocabulary:
            self._begin(vocabulary)
        if len(vocabulary) > self._learned:
            self._learn(vocabulary)
        return self._row, self._weights, self._seen, LEAST_WORDS


def own() -> Learned:
    """The model that ships; one that says nothing where the file is not there."""
    if FILE not in seeds.names(FOLDER, FILE):
        return Learned((), {})
    rows = list(seeds.table(FOLDER, FILE))
    heads = tuple(name for name in rows[0] if name != "word")
    return Learned(heads, {row["word"].encode("cp1256"): [int(row[head]) for head in heads] for row in rows})
