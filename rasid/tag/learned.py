"""What words beyond the terms say of an article's head topic: a linear model, as one whole number a word.

seeds/models/topic_words.tsv has a weight for each word and head; bench/training/topics.py makes it. The weights of a
word are packed into one integer, `_BITS` bits a head, so that an article costs one addition a distinct word.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from rasid.lexicon import seeds

FOLDER: Final = "models"
FILE: Final = "topic_words.tsv"
UNIT: Final = 100  # a weight of 1 as it is written in the file
_BITS: Final = 32
_HALF: Final = 1 << (_BITS - 1)
_PROCLITICS: Final = frozenset("وفبلك".encode("cp1256"))
_LAM: Final = "لل".encode("cp1256")
_ARTICLE: Final = "ال".encode("cp1256")
_SHORTEST: Final = 3  # letters that have to remain
LEAST_WORDS: Final = 60  # known words below which a text says less in proportion: a few may be there by chance
MAX_WORDS: Final = 400_000  # words remembered, as many as the lexis remembers


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


class Learned(dict[bytes, int]):
    """A folded word to its packed weights; 0 for words that say nothing. A new word is worked out on the way."""

    def __init__(self, heads: Iterable[str], weights: Mapping[bytes, Iterable[int]]) -> None:
        super().__init__()
        self.heads = tuple(heads)
        self._packed = {key: sum(weight << (_BITS * place) for place, weight in enumerate(row))
                        for key, row in weights.items()}  # fmt: skip
        self._zero = sum(_HALF << (_BITS * place) for place in range(len(self.heads)))

    def __missing__(self, key: bytes) -> int:
        if len(self) >= MAX_WORDS:
            self.clear()
        known = base(key, self._packed)
        found = self[key] = 0 if known is None else self._packed[known]
        return found

    def weights(self, keys: Iterable[bytes]) -> dict[str, float]:
        """What distinct words say together for each head: their sum over the root of how many say anything.

        Of fewer than `LEAST_WORDS` over the root of that.
        """
        said = list(filter(None, map(self.__getitem__, keys)))
        if not said:
            return {}
        total = (sum(said) + self._zero).to_bytes(_BITS // 8 * len(self.heads) + 1, "little")
        size, scale = _BITS // 8, UNIT * max(LEAST_WORDS, len(said)) ** 0.5
        return {
            head: (int.from_bytes(total[place * size : (place + 1) * size], "little") - _HALF) / scale
            for place, head in enumerate(self.heads)
        }


def own() -> Learned:
    """The model that ships; one that says nothing where the file is not there."""
    if FILE not in seeds.names(FOLDER, FILE):
        return Learned((), {})
    rows = list(seeds.table(FOLDER, FILE))
    heads = tuple(name for name in rows[0] if name != "word")
    return Learned(heads, {row["word"].encode("cp1256"): [int(row[head]) for head in heads] for row in rows})
