"""The FreeDict English-Arabic dictionary, where Debian's dict-freedict-eng-ara is installed: a second, lower source.

It is asked, when a watch is compiled, only for single English words that no concept has; it knows no phrases and no
senses, so only its translations of one word, long enough not to be another word by accident, are taken.
"""

import gzip
from functools import lru_cache
from pathlib import Path
from typing import Final

from rasid.lexicon.form import folded
from rasid.text.letters import SHADDA, SHORT_VOWELS

FILE: Final = Path("/usr/share/dictd/freedict-eng-ara.dict.dz")  # where Debian puts it; dictzip is gzip
_LEAST_LETTERS: Final = 4  # a shorter Arabic word has too many homographs without its vowels
_MOST: Final = 4  # translations of one word
_HEADWORD: Final = " /"  # before the pronunciation, on an entry's first line


def installed(file: Path = FILE) -> bool:
    """Whether the dictionary is there: `rasid doctor` says it."""
    return file.is_file()


def translations(word: str, file: Path = FILE) -> tuple[str, ...]:
    """What one English word is in Arabic, without ال; empty where the dictionary or the word is not there."""
    text, head = _text(file), f"\n{word.lower()}{_HEADWORD}"
    found: dict[str, None] = {}
    at = text.find(head)
    while at >= 0:
        end = text.find(_HEADWORD, at + len(head))
        found.update(dict.fromkeys(filter(None, map(_word, text[at:end].splitlines()[2:]))))
        at = text.find(head, at + 1)
    return tuple(found)[:_MOST]


@lru_cache(maxsize=2)
def _text(file: Path) -> str:
    """The whole dictionary in small letters, read once it is first asked."""
    return gzip.decompress(file.read_bytes()).decode("utf-8", "replace").lower() if installed(file) else ""


def _word(line: str) -> str:
    """A line that is one Arabic word, as newspapers spell it, or nothing."""
    plain = "".join(char for char in line.strip() if char not in SHORT_VOWELS and char != SHADDA)
    plain = plain.removeprefix("ال")
    return plain if plain.isalpha() and not plain.isascii() and len(folded(plain)) >= _LEAST_LETTERS else ""
