"""The names of an article from both taggers: the gazetteer's, those the sequence tagger adds, and surnames alone.

Where they overlap the longer one stands, and the gazetteer's where they are of one length: it knows who is meant.
Nothing here looks beyond the sentence but the surnames, and those only add.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from rasid import loops
from rasid.lexicon import gazetteer, seeds
from rasid.lexicon.gazetteer import Name
from rasid.lexicon.scan import Scan
from rasid.tag.entities import clitic_length
from rasid.tag.sequence import Named, NameTagger
from rasid.text.reading import word_key
from schemas.span import Field, Span
from schemas.tagged_article import Entity, EntityType, Label

_BEFORE_NAMES: Final = tuple(each.encode("cp1256") for each in ("", "و", "ف", "ب", "ل", "ك"))
_SHORTEST: Final = 3  # letters of a surname that may stand alone
_WORDS: Final = 2  # a name has from which its last is a surname


class _Given(NamedTuple):
    """A span, and the gazetteer's entity or the sequence tagger's type that it was given for."""

    span: Span
    entity: Entity | None
    type: EntityType


def with_sequence(scan: Scan, entities: list[Entity], tagger: NameTagger) -> list[Entity]:
    """The gazetteer's entities and those that the tagger adds, by first mention."""
    found = [_Given(span_of(scan, named), None, named.type) for named in tagger.names(scan, entities)]
    added = [each for each in found if word_key(each.span.text) not in _peoples()]
    listed = [_Given(span, entity, entity.type) for entity in entities for span in entity.mentions]
    given = [_trimmed(each, added) for each in listed] + added
    given.sort(key=lambda each: (-len(each.span.text.split()), each.entity is None, each.span.start - each.span.end))
    kept: list[_Given] = []
    held: dict[str, set[int]] = {"title": set(), "body": set()}
    for each in given:
        places = range(each.span.start, each.span.end)
        if held[each.span.field].isdisjoint(places):
            held[each.span.field].update(places)
            kept.append(each)
    return _gathered(kept, tagger.called)


def _trimmed(listed: _Given, added: list[_Given]) -> _Given:
    """A listed name without the title or kind before it, where the sequence tagger leaves those out: مدينة غزة."""
    span = listed.span
    for each in added:
        other = each.span
        if (
            each.type == listed.type
            and other.field == span.field
            and span.start < other.start
            and other.end == span.end
        ):
            return listed._replace(span=other)
    return listed


def _gathered(kept: list[_Given], by: str) -> list[Entity]:
    """One entity for each that the gazetteer knows, and for each type and spelling of the others."""
    found: dict[object, Entity] = {}
    for span, entity, kind in sorted(kept, key=lambda each: _order(each.span)):
        made = _made(span, kind, by) if entity is None else entity
        key = made.type, made.name, made.wikidata
        found.setdefault(key, Entity(made.type, made.name, made.wikidata, made.tagger, [])).mentions.append(span)
    return _joined(list(found.values()), by)


def _joined(entities: list[Entity], by: str) -> list[Entity]:
    """The same, with a person called by surname alone joined to the only one before with that surname."""
    kept: list[Entity] = []
    for entity in entities:
        key = word_key(entity.name.ar)
        bearers = [
            each for each in kept if each.type == "PER" and key in [_surname(span.text) for span in each.mentions]
        ]
        if entity.type == "PER" and entity.tagger == by and len(bearers) == 1:
            bearers[0].mentions.extend(entity.mentions)
            bearers[0].mentions.sort(key=_order)
        else:
            kept.append(entity)
    return kept


def _made(span: Span, kind: EntityType, by: str) -> Entity:
    """A name the tagger found, as the gazetteer knows it or else as it is written."""
    name = _listed().get((kind, _spelling(span.text)))
    if name is None:
        return Entity(kind, Label(span.text, span.text), None, by, [])
    return Entity(kind, Label(name.label_ar, name.label_en), name.wikidata, by, [])


@lru_cache(maxsize=1)
def _listed() -> dict[tuple[EntityType, bytes], Name]:
    """The gazetteer's names that mean one of their type alone, by spelling."""
    found: dict[tuple[EntityType, bytes], Name] = {}
    several: set[tuple[EntityType, bytes]] = set()
    for name in gazetteer.own():
        for key in {
            (name.type, _spelling(written)) for written in (*name.ar, *name.en, *name.alone_ar, *name.alone_en)
        }:
            if found.setdefault(key, name) is not name:
                several.add(key)
    return {key: name for key, name in found.items() if key not in several}


@lru_cache(maxsize=1)
def _peoples() -> frozenset[bytes]:
    """What the people of a country are called, with the article and without: أردني is no name."""
    rows = seeds.table(gazetteer.FOLDER, "countries.tsv")
    words = [word for row in rows for word in (*seeds.values(row["nisba_ar"]), *seeds.values(row["demonym_en"]))]
    return frozenset(word_key(prefix + word) for word in words for prefix in ("", "ال", "لل"))


def _spelling(text: str) -> bytes:
    return b" ".join(word_key(word) for word in text.split())


def span_of(scan: Scan, named: Named) -> Span:
    """A name's span without the proclitics before it, where they leave a clean cut."""
    span = scan.span(named.first, named.last)
    key = scan.reading.keys[named.first]
    cut = clitic_length(scan.reading, key[named.cut :], named.first)
    return Span(span.field, span.start + cut, span.end, span.text[cut:])


def with_surnames(scan: Scan, entities: list[Entity], is_word: Callable[[bytes], bool]) -> list[Entity]:
    """The same entities, with mentions of people by surname alone after their full name.

    A surname that is an ordinary word (`is_word`), that two people of the article bear, or that is part of another name
    there, stays out.
    """
    bearers = {
        key: each
        for key, each in _bearers(entities).items()
        if all(other is each[0] for other in each) and not is_word(key)
    }
    if not bearers:
        return entities
    standing = _standing(scan, bearers)
    alone = {key: each[0] for key, each in bearers.items() if len(standing[key]) > len(each)}
    if alone:
        held = {
            (each.field, at) for entity in entities for each in entity.mentions for at in (each.start, each.end - 1)
        }
        for key, entity in alone.items():
            _add_mentions(entity, standing[key], held)
    return entities


def _add_mentions(entity: Entity, spans: Iterable[Span], held: set[tuple[Field, int]]) -> None:
    """Adds those spans that stand after the entity's first mention and that no mention of any has `held`."""
    first = min(map(_order, entity.mentions))
    added = [
        span
        for span in spans
        if held.isdisjoint({(span.field, span.start), (span.field, span.end - 1)}) and _order(span) > first
    ]
    if added:
        entity.mentions.extend(added)
        entity.mentions.sort(key=_order)


def _order(span: Span) -> tuple[bool, int]:
    return span.field == "body", span.start


def _bearers(entities: Iterable[Entity]) -> dict[bytes, list[Entity]]:
    """For each surname, the person of every mention that has it."""
    bearers: dict[bytes, list[Entity]] = {}
    for entity in entities:
        if entity.type == "PER":
            for key in [_surname(span.text) for span in entity.mentions]:
                bearers.setdefault(key, []).append(entity)
    bearers.pop(b"", None)
    return bearers


@lru_cache(maxsize=50_000)  # the same people are in the news for weeks
def _surname(text: str) -> bytes:
    """The key of the last word of a name of several, empty where it has none or one too short to stand alone."""
    words = text.split()
    key = word_key(words[-1]) if len(words) >= _WORDS else b""
    return key if len(key) >= _SHORTEST else b""


def _standing(scan: Scan, keys: Iterable[bytes]) -> dict[bytes, list[Span]]:
    """Where each of these words stands, with a proclitic or without: the spans without it."""
    vocabulary, found = scan.reading.vocabulary, dict[bytes, list[Span]]()
    wanted = dict[int, tuple[int, bytes]]()
    for key in keys:
        found[key] = []
        for before in _BEFORE_NAMES:
            number = vocabulary.get(before + key)
            if number is not None:
                wanted[number] = len(before), key
    for place, number in loops.standing(scan.reading.numbers, np.array([*wanted], np.int64)).tolist():
        cut, key = wanted[number]
        start, end = scan.reading.place_starts[place], scan.reading.place_ends[place]
        found[key].append(scan.span_of(start + cut, end))
    return found
