"""The entries that the names of the gazetteer make: whole names, surnames, what belongs to a country."""

from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from itertools import chain
from typing import Final

from rasid.lexicon import gazetteer
from rasid.lexicon.compounds import compounds
from rasid.lexicon.entry import SPELLED, Entry, Language, Phrase, phrases_of
from rasid.lexicon.transliteration import looks_foreign

_SURNAME: Final = 4  # letters: one of fewer in English, or no more in Arabic, is too many other words
_ALIKE: Final = 0.6  # of two spellings' letters; a nickname or another name shares fewer
_PARTICLES: Final = frozenset(
    "von van de der di da del della la le bin ben al el abu بن آل أبو فون فان دا دي لو".split()  # noqa: SIM905 -- a list of words
)
# Titles and verbs behind which a word is a surname.
_BEFORE_SURNAMES: Final = tuple(
    "الرئيس الوزير السيد السيناتور النائب الجنرال المستشار السفير الدكتور المدرب اللاعب النجم المهاجم الحارس"  # noqa: SIM905 -- a list of words
    " قال أكد أعلن أضاف أوضح صرح أشار كتب غرد".split()
)


def entries() -> Iterator[Entry]:
    """Those of every name that ships, by itself."""
    states = [name for name in gazetteer.own() if name.state]
    for each in gazetteer.own():
        yield from _name(each, _other_states(each, states) if each.state else {})


def surnames(is_other: Callable[[str], bool]) -> Iterator[Entry]:
    """The surnames of people in both languages, besides those that name them alone: هاريس, Harris; فيكو, of فيتسو.

    One that is a given name, or `is_other`, a noun, a concept or another's name, means the person by the whole name.
    """
    people = [name for name in gazetteer.own() if name.type == "PER" and name.ar and name.en]
    given = {word for name in people for spelled in (*name.ar, *name.en) for word in spelled.split()[:-1]}
    for name in people:
        found, english = _surnames(name)
        own = [each for each in found if each[0] in _PARTICLES or _is_alone(each[0], given, is_other)]
        alone, known_by = phrases_of(name.alone_ar), phrases_of(name.alone_en)
        like = tuple([each for each in own if each not in alone and any(_is_alike(each, other) for other in alone)])
        if like:
            yield Entry(f"{name.label_en}:surname", {"ar": (*alone, *like), "en": known_by}, {}, "name")
        if not english or is_other(" ".join(english)) or (english in known_by and alone):
            continue
        of_it = (*own, *(each for each in alone if any(_is_alike(each, other) for other in found)))
        if of_it and (english[1:] or given.isdisjoint(english) or _is_foreign(of_it)):
            rest = phrases_of(name.ar) if len(own) < len(found) else ()
            spelled: dict[Language, tuple[Phrase, ...]] = {"ar": (*of_it, *rest), "en": (english,)}
            under = (english,) if alone or known_by else (*own, english)
            yield Entry(f"{name.label_en}:surname", spelled, {}, "name", under=under)
        else:
            whole = (*phrases_of(name.ar), *_addressed(found, given))
            yield Entry(f"{name.label_en}:surname", {"ar": whole}, {}, "name", under=(english,))


def _is_alone(surname: str, given: set[str], is_other: Callable[[str], bool]) -> bool:
    """Whether a surname names somebody without more; a foreign one is hardly anything else, whoever bears it."""
    return len(surname) > _SURNAME and (surname not in given or looks_foreign(surname)) and not is_other(surname)


def _is_foreign(surnames: Iterable[Phrase]) -> bool:
    return all(looks_foreign(each[-1]) for each in surnames)


def _addressed(surnames: Iterable[Phrase], given: set[str]) -> Iterator[Phrase]:
    """Surnames that are ordinary words too, behind a title or what people do who say something: الرئيس روحاني."""
    for surname in surnames:
        if given.isdisjoint(surname):
            yield from ((title, *surname) for title in _BEFORE_SURNAMES)


def _is_alike(phrase: Phrase, other: Phrase) -> bool:
    return SequenceMatcher(None, "".join(phrase), "".join(other)).ratio() > _ALIKE


def _surnames(name: gazetteer.Name) -> tuple[list[Phrase], Phrase]:
    """The last name as it is spelled in Arabic, and in English, with its particle (von der Leyen).

    Empty where the two are not made alike, or it is short or a number.
    """
    english = phrases_of((name.label_en,))[0]
    at = next((at for at, word in enumerate(english) if at and word in _PARTICLES), len(english) - 1)
    long = len(english) - at
    arabic = [
        each[-long:] for each in phrases_of(name.ar) if len(each) > long and (long == 1 or len(each) == len(english))
    ]
    last = english[-1]
    if not at or not arabic or len(last) < _SURNAME or last.isupper() or not last[0].isupper():
        return [], ()
    if long > 1 and arabic[0][0] not in _PARTICLES:
        return [], ()
    return [each for each in dict.fromkeys(arabic) if _is_alike(each, arabic[0])], english[at:]


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
        yield Entry(f"{name.type}:{name.wikidata or name.label_en}{SPELLED}", {"ar": phrases_of(surnames)}, {}, "name")
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
