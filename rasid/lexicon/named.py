"""The entries that the names of the gazetteer make: whole names, surnames, what belongs to a country."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from rasid.lexicon import gazetteer
from rasid.lexicon.compounds import compounds
from rasid.lexicon.entry import Entry, Language, Phrase, phrases_of
from rasid.lexicon.transliteration import looks_foreign

_SURNAME: Final = 4  # letters of a surname that is nothing else
_PARTICLES: Final = {"von", "van", "de", "der", "di", "da", "del", "della", "la", "le", "bin", "ben", "al", "el", "abu"}


def entries() -> Iterator[Entry]:
    """Those of every name that ships, by itself."""
    states = [name for name in gazetteer.own() if name.state]
    for each in gazetteer.own():
        yield from _name(each, _other_states(each, states) if each.state else {})


def surnames(is_word: Callable[[str], bool]) -> Iterator[Entry]:
    """The surnames of people who are not known by them alone, to their spelling in the other language: هاريس, Harris.

    One that is a given name too, or an `is_word`, a noun or another's name, means the person by the whole name only.
    """
    people = [name for name in gazetteer.own() if name.type == "PER" and name.ar and name.en]
    given = {word for name in people for spelled in (*name.ar, *name.en) for word in spelled.split()[:-1]}
    for name in people:
        arabic, english = _surname(name)
        if name.alone_ar or name.alone_en or not english:
            continue
        other = len(arabic[0]) < _SURNAME or not given.isdisjoint((*arabic, *english)) or is_word(arabic[0])
        if arabic[1:] or not other:
            yield Entry(f"{name.label_en}:surname", {"ar": (arabic,), "en": (english,)}, {}, "name")
        else:
            yield Entry(f"{name.label_en}:surname", {"ar": phrases_of(name.ar)}, {}, "name", under=(english,))


def _surname(name: gazetteer.Name) -> tuple[Phrase, Phrase]:
    """The last name in both languages, with its particle (von der Leyen); empty where they do not go together."""
    arabic, english = phrases_of((name.label_ar, name.label_en))
    at = next((at for at, word in enumerate(english) if at and word.lower() in _PARTICLES), len(english) - 1)
    together = at > 0 and (at == len(english) - 1 or len(arabic) == len(english))
    return (arabic[at - len(english) :], english[at:]) if together and len(arabic) > 1 else ((), ())


def _name(name: gazetteer.Name, stops: dict[Language, tuple[Phrase, ...]]) -> Iterator[Entry]:
    """A person has two entries: by whole name, and by the surname that names them alone; a country one for what is
    its own (Russian).
    """
    arabic = dict.fromkeys(chain(name.ar, *map(compounds, name.ar))) if name.type == "PER" else name.ar
    whole: dict[Language, tuple[Phrase, ...]] = {"ar": phrases_of(arabic), "en": phrases_of(name.en)}
    yield Entry(f"{name.type}:{name.wikidata or name.label_en}", whole, stops, "name")
    if name.alone_ar or name.alone_en:
        alone: dict[Language, tuple[Phrase, ...]] = {"ar": phrases_of(name.alone_ar), "en": phrases_of(name.alone_en)}
        yield Entry(f"{name.type}:{name.wikidata or name.label_en}:alone", alone, {}, "name")
    if bool(name.alone_ar) != bool(name.alone_en):  # Assad; الأسد alone is a lion
        by = phrases_of(name.alone_ar or name.alone_en)
        full: dict[Language, tuple[Phrase, ...]] = {"en": whole["en"]} if name.alone_ar else {"ar": whole["ar"]}
        yield Entry(f"{name.type}:{name.wikidata or name.label_en}:whole", full, {}, "name", under=by)
    surnames = dict.fromkeys(each.split()[-1] for each in name.ar if " " in each) if name.type == "PER" else {}
    if len(surnames) > 1 and not name.alone_ar and all(map(looks_foreign, surnames)):  # لوبان, لوبين
        yield Entry(f"{name.type}:{name.wikidata or name.label_en}:spelled", {"ar": phrases_of(surnames)}, {}, "name")
    if name.adjectives and name.demonyms:
        own: dict[Language, tuple[Phrase, ...]] = {
            "ar": phrases_of(each for each in name.adjectives if not each.endswith(("ية", "ون", "ات"))),
            "en": phrases_of(name.demonyms),
        }
        yield Entry(f"{name.type}:{name.wikidata or name.label_en}:its", own, {}, "adj")


def _other_states(state: gazetteer.Name, states: list[gazetteer.Name]) -> dict[Language, tuple[Phrase, ...]]:
    """The names of other states in which one of this state's stands: South Sudan is not Sudan."""
    others = [each for each in states if each is not state]
    return {
        "ar": _longer(state.ar, (name for each in others for name in each.ar)),
        "en": _longer(state.en, (name for each in others for name in each.en)),
    }


def _longer(names: Iterable[str], others: Iterable[str]) -> tuple[Phrase, ...]:
    """Those of `others` in which one of `names` stands, and that stand in none themselves (Republic of China)."""
    own = [f" {name} " for name in names]
    spaced = [f" {other} " for other in others]
    longer = [other for other in spaced if any(name in other for name in own)]
    return phrases_of(other.strip() for other in longer if not any(other in name for name in own))
