"""The nouns of camel-tools' morphological database (CALIMA Star), where `camel_data` has installed one.

It is asked when a watch is compiled, for nouns that neither Rasid's own lists nor arramooz have. Whoever starts the
program says with `use` how to open it; that is done when it is first asked, since it takes seconds.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

# Lemma, gender, plurals (broken ones written, ات and ون as endings), whether ة makes its feminine, adjective.
Noun = tuple[str, str, tuple[str, ...], bool, bool]
Open = Callable[[], Any]  # a camel_tools.morphology.database.MorphologyDB that generates

_KINDS: Final = ("noun", "adj", "adj_comp")  # parts of speech: proper nouns are the gazetteer's
_CASES: Final = ("n", "u", "na")  # nominative, where no ا of the accusative and no ين is written; or unmarked
_CONSTRUCT: Final = "c"  # the state in which a sound plural loses its ن
_open: Open | None = None


def use(opening: Open | None) -> None:
    """Says how the database is opened; None where there is none. To be said before the first word is asked about."""
    global _open  # noqa: PLW0603  # one database a process, as there is one dictionary
    _open = opening
    for remembered in (_database, _generator, _lemmas):
        remembered.cache_clear()


@lru_cache(maxsize=1)
def _database() -> Any:
    return _open() if _open else None


@lru_cache(maxsize=1)
def _generator() -> Any:
    """camel-tools' generator of forms, for a database that is open: its import would fetch what is not there."""
    from camel_tools.morphology.generator import Generator

    return Generator(_database())


@lru_cache(maxsize=1)
def _lemmas() -> dict[str, list[tuple[str, str]]]:
    """For each word without vowels, the vowelled lemmas that are spelled so, each with its part of speech."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for lemma, stems in _database().lemma_hash.items() if _database() else ():
        for kind in {stem["pos"] for stem in stems}.intersection(_KINDS):
            found.setdefault(_plain(lemma), {})[lemma, kind] = None
    return {word: list(lemmas) for word, lemmas in found.items()}


def words() -> list[str]:
    """All its nouns and adjectives, as they are written."""
    return list(_lemmas())


def nouns(word: str) -> tuple[Noun, ...]:
    """The nouns and adjectives spelled `word`; a plural is not led back."""
    lemmas = _lemmas().get(word)
    return tuple(dict.fromkeys(_noun(word, *each) for each in lemmas)) if lemmas else ()


def _noun(word: str, lemma: str, kind: str) -> Noun:
    singular = list(_forms(lemma, kind, "s"))
    genders = [gender for spelled, gender, _ in singular if spelled == word] or [gender for _, gender, _ in singular]
    gender = "f" if "f" in genders and "m" not in genders else "m"
    feminine = gender == "m" and any(spelled == word + "ة" for spelled, _, _ in singular)
    plurals = dict.fromkeys(_plural(word, spelled, sound=sound) for spelled, _, sound in _forms(lemma, kind, "p"))
    if feminine and "ون" in plurals:
        plurals.pop("ات", None)  # it is the feminine's
    return word, gender, tuple(filter(None, plurals)), feminine, kind != "noun"


def _plural(word: str, spelled: str, *, sound: bool) -> str:
    """A plural as nouns have it; empty for a sound one that is not regularly made."""
    if not sound:
        return spelled
    if spelled == word + "ون":
        return "ون"
    return "ات" if spelled == word.removesuffix("ة").removesuffix("ا") + "ات" else ""


def _forms(lemma: str, kind: str, number: str) -> Iterator[tuple[str, str, bool]]:
    """Spelling and gender of the forms in a number, and whether an ending makes it. Without clitics."""
    for form in _generator().generate(lemma, {"pos": kind, "num": number}):
        if form.get("cas", "u") in _CASES and form.get("stt") != _CONSTRUCT:
            yield _plain(form["diac"]), form.get("gen", ""), form.get("form_num", "s") == "p"


def _plain(vowelled: str) -> str:
    from camel_tools.utils.dediac import dediac_ar

    plain: str = dediac_ar(vowelled)
    return plain.replace("ٱ", "ا")
