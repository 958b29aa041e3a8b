"""The kept dictionaries, where they are installed: nouns that Rasid's own lists lack.

arramooz (the extra `morphology`) is read from its own SQLite file; what it lacks may be in camel-tools' morphological
database (calima.py). Both are asked when a watch is compiled and never when an article is read; without them nothing
here finds anything, and the engine works on.
"""

import sqlite3
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rasid.lexicon import calima
from rasid.lexicon.form import folded
from rasid.text.letters import SHADDA, SHORT_VOWELS
from rasid.text.reading import Reading, word_key

PACKAGE: Final = "arramooz"
_FILE: Final = Path("data") / "arabicdictionary.sqlite"
_NOUNS: Final = """SELECT unvocalized, gender, broken_plural, feminable, masculin_plural, feminin_plural, wordtype
                   FROM nouns WHERE unvocalized = ? AND number = 'مفرد'"""
_VERBS: Final = "SELECT unvocalized, future_type, triliteral FROM verbs"
_WORDS: Final = "SELECT unvocalized, feminable FROM nouns"
_ADJECTIVES: Final = ("صفة", "منسوب", "تفضيل")
_PLURAL_LETTERS: Final = range(3, 13)  # what is longer holds remarks, not plurals

Row = tuple[str, str | None, str | None, int, int, int, str]


@lru_cache(maxsize=1)
def path() -> Path | None:
    """Where the dictionary lies, or None where it is not installed."""
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    file = Path(next(iter(folders))) / _FILE if folders else None
    return file if file and file.is_file() else None


def installed() -> bool:
    """Whether the extra `morphology` is there: `rasid doctor` says it."""
    return path() is not None


@lru_cache(maxsize=1)
def _connection() -> sqlite3.Connection | None:
    file = path()
    return sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True, check_same_thread=False) if file else None


@lru_cache(maxsize=1)
def words() -> frozenset[bytes]:
    """The keys of all their nouns and of arramooz's feminines: words that stand for themselves."""
    connection = _connection()
    rows: list[tuple[str, int]] = connection.execute(_WORDS).fetchall() if connection else []
    listed = [word for word, _ in rows] + [word + "ة" for word, feminable in rows if feminable] + calima.words()
    return frozenset(key for key in Reading(" ".join(listed)).keys if len(key) > 1)


class Found(tuple[str, str, tuple[str, ...], bool, bool]):
    """Lemma, gender, plurals (broken ones written, ات and ون as endings), whether ة makes its feminine, adjective."""

    __slots__ = ()


def nouns(lemma: str) -> tuple[Found, ...]:
    """The singular nouns spelled `lemma`; never asked to lead a plural back, which mostly leads astray."""
    key = word_key(lemma)
    return _nouns(lemma) if len(key) == 1 or key in words() else ()


@lru_cache(maxsize=50_000)
def _nouns(lemma: str) -> tuple[Found, ...]:
    connection = _connection()
    rows: list[Row] = connection.execute(_NOUNS, (lemma,)).fetchall() if connection else []
    return tuple(_found(row) for row in rows) or tuple(map(Found, calima.nouns(lemma)))


def verbs(past: str) -> tuple[tuple[str, str], ...]:
    """The verbs with this past, each with its present."""
    return tuple(
        dict.fromkeys((past, _present(past, vowel, basic=basic)) for vowel, basic in _all_verbs().get(past, ()))
    )


@lru_cache(maxsize=1)
def _all_verbs() -> dict[str, list[tuple[str, bool]]]:
    """The past of every verb, to the vowel of its present and whether it is of the basic form."""
    connection, found = _connection(), dict[str, list[tuple[str, bool]]]()
    for past, vowel, basic in connection.execute(_VERBS) if connection else ():
        found.setdefault(past, []).append((vowel or "", bool(basic)))
    return found


def _present(past: str, vowel: str, *, basic: bool) -> str:
    """The present of the third person, after Ryding §§ 21 to 33; `vowel` is that of a basic verb's present."""
    return "ي" + (_basic(past, vowel) if basic else _derived(past))


def _basic(past: str, vowel: str) -> str:
    glide = {"ضمة": "و", "كسرة": "ي"}.get(vowel, "ا")
    if past[0] == "و" and past[-1] not in "ىي":
        return past[1:]
    if len(past) > 2 and past[1] == "ا":  # noqa: PLR2004 -- hollow
        return past[0] + glide + past[2:]
    if past[-1] in "اىي":
        return past[:-1] + {"و": "و", "ي": "ي"}.get(glide, "ى")
    return past


def _derived(past: str) -> str:
    stem = past[1:] if past[0] in "اأ" and len(past) > 3 else past  # noqa: PLR2004
    if past[0] == "ت":
        return past
    if stem[-1] == "ى":
        return stem[:-1] + "ي"
    causative = past[0] == "أ" or past.startswith("است")
    return stem[:-2] + "ي" + stem[-1] if causative and len(stem) > 2 and stem[-2] == "ا" else stem  # noqa: PLR2004


def _found(row: Row) -> Found:
    lemma, gender, broken, feminable, masculine, feminine, wordtype = row
    plurals = list(dict.fromkeys(_broken(broken or "")))
    if masculine and feminable:
        plurals.append("ون")
    if feminine and not (feminable and masculine):
        plurals.append("ات")
    adjective = any(kind in wordtype for kind in _ADJECTIVES)
    return Found((lemma, "f" if gender == "مؤنث" else "m", tuple(plurals), bool(feminable), adjective))


def _broken(cell: str) -> list[str]:
    """The plurals of a cell such as "لُصُوصٌ;لِصَصَةٌ;مؤ:"; what is no single Arabic word is left out."""
    found = []
    for part in cell.replace("،", ";").replace(",", ";").split(";"):
        plain = "".join(char for char in part if char not in SHORT_VOWELS and char != SHADDA).strip(' ."')
        if len(folded(plain)) in _PLURAL_LETTERS and plain.isalpha():
            found.append(plain)
    return found
