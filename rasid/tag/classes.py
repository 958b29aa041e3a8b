"""Classes of words that are used alike, learned from text without labels, and the splitting of proclitics by how common
what remains is. seeds/models/classes.tsv holds them; bench/training/classes.py makes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from rasid.lexicon import seeds

FOLDER: Final = "models"
FILE: Final = "classes.tsv"
HEADER: Final = ("word", "seen", "coarse", "middle", "fine", "kind")
_PROCLITICS: Final = ("و", "ف", "ب", "ل", "ك")
_SHORTEST: Final = 3  # letters that have to remain


def split(word: str, seen: Mapping[str, float]) -> tuple[str, ...]:
    """A folded word as its proclitics and what remains: وبالكرملين is و + ب + الكرملين.

    A letter is a proclitic where what remains is seen at least as often as the whole.
    """
    before: tuple[str, ...] = ()
    while True:
        whole = "ا" + word[1:]
        if word.startswith("لل") and whole in seen and seen[whole] >= seen.get(word, 0):
            return (*before, "ل", whole)
        rest = word[1:]
        if len(rest) < _SHORTEST or word[0] not in _PROCLITICS or rest not in seen or seen[rest] < seen.get(word, 0):
            return (*before, word)
        before, word = (*before, word[0]), rest


@dataclass(slots=True)
class Classes:
    """`seen` is how often a word stood in the text, as a logarithm to base 2; `of` has its classes and its kind."""

    seen: dict[str, float] = field(default_factory=dict)
    of: dict[str, tuple[str, str, str, str]] = field(default_factory=dict)
    _splits: dict[str, tuple[str, str]] = field(default_factory=dict)

    def parts(self, word: str) -> tuple[str, str]:
        """The proclitics of a folded word, joined, and what remains."""
        found = self._splits.get(word)
        if found is None:
            *clitics, rest = split(word, self.seen)
            if len(self._splits) > 400_000:  # noqa: PLR2004  # as many as the lexis remembers
                self._splits.clear()
            found = self._splits[word] = "".join(clitics), rest
        return found


@lru_cache(maxsize=1)
def own() -> Classes:
    """The classes that ship. Raises SeedError where the file breaks its rules."""
    classes = Classes()
    for row in seeds.table(FOLDER, FILE):
        word = row["word"]
        classes.seen[word] = float(row["seen"])
        classes.of[word] = (row["coarse"], row["middle"], row["fine"], row["kind"])
    return classes
