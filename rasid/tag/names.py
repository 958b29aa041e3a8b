"""The names of an article from both taggers: the gazetteer's, those the sequence tagger adds, and surnames alone.

Where they overlap the longer one stands, and the gazetteer's where they are of one length: it knows who is meant.
Nothing here looks beyond the sentence but the surnames, and those only add.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from rasid.lexicon.scan import Scan
from rasid.tag.sequence import Named, SequenceTagger
from rasid.text.reading import word_key
from schemas.span import Span
from schemas.tagged_article import Entity, Label

TAGGER: Final = "sequence"
_PROCLITICS: Final = frozenset("وفبلك".encode("cp1256"))
_SHORTEST: Final = 3  # letters of a surname that may stand alone
_WORDS: Final = 2  # a name has from which its last is a surname


def with_sequence(scan: Scan, entities: list[Entity], tagger: SequenceTagger) -> list[Entity]:
    """The gazetteer's entities and those that the sequence tagger adds, by first mention."""
    taken = [(span, entity) for entity in entities for span in entity.mentions]
    given: list[tuple[Span, Entity | None, Named | None]] = [(span, entity, None) for span, entity in taken]
    given += [(span_of(scan, named), None, named) for named in tagger.names(scan, entities)]
    given.sort(key=lambda each: (-(each[0].end - each[0].start), each[1] is None))
    kept: list[tuple[Span, Entity | None, Named | None]] = []
    held: dict[str, set[int]] = {"title": set(), "body": set()}
    for each in given:
        span = each[0]
        if held[span.field].isdisjoint(range(span.start, span.end)):
            held[span.field].update(range(span.start, span.end))
            kept.append(each)
    return _gathered(kept)


def _gathered(kept: list[tuple[Span, Entity | None, Named | None]]) -> list[Entity]:
    """One entity for each that the gazetteer knows, and for each type and spelling of the others."""
    found: dict[object, Entity] = {}
    for span, entity, named in sorted(kept, key=lambda each: (each[0].field == "body", each[0].start)):
        if entity is not None:
            key: object = (entity.type, entity.name, entity.wikidata)
            made = Entity(entity.type, entity.name, entity.wikidata, entity.tagger, [])
        elif named is not None:
            key = named.type, word_key(span.text.replace(" ", ""))
            made = Entity(named.type, Label(span.text, span.text), None, TAGGER, [])
        found.setdefault(key, made).mentions.append(span)
    return list(found.values())


def span_of(scan: Scan, named: Named) -> Span:
    """A name's span without the proclitics before it, where they leave a clean cut."""
    span = scan.span(named.first, named.last)
    plain = len(scan.reading.surface(named.first)) == len(scan.reading.keys[named.first])
    cut = named.cut if plain else 0
    return Span(span.field, span.start + cut, span.end, span.text[cut:])


def with_surnames(scan: Scan, entities: list[Entity], is_word: Callable[[bytes], bool]) -> list[Entity]:
    """The same entities, with mentions of people by surname alone after their full name.

    A surname that is an ordinary word (`is_word`), that two people of the article bear, or that is part of another name
    there, stays out.
    """
    bearers: dict[bytes, list[Entity]] = {}
    for entity in entities:
        if entity.type == "PER":
            for key in {_surname(span) for span in entity.mentions} - {b""}:
                bearers.setdefault(key, []).append(entity)
    alone = {key: some[0] for key, some in bearers.items() if len(some) == 1 and not is_word(key)}
    if not alone:
        return entities
    held = {
        (span.field, place) for entity in entities for span in entity.mentions for place in (span.start, span.end - 1)
    }
    for span, key in _standing(scan, alone):
        entity = alone[key]
        first = min((each.field == "body", each.start) for each in entity.mentions)
        if {(span.field, span.start), (span.field, span.end - 1)}.isdisjoint(held) and (
            span.field == "body",
            span.start,
        ) > first:
            entity.mentions.append(span)
    for entity in alone.values():
        entity.mentions.sort(key=lambda span: (span.field == "body", span.start))
    return entities


def _surname(span: Span) -> bytes:
    words = span.text.split()
    key = word_key(words[-1]) if len(words) >= _WORDS else b""
    return key if len(key) >= _SHORTEST else b""


def _standing(scan: Scan, keys: Iterable[bytes]) -> Iterator[tuple[Span, bytes]]:
    """Where these words stand, with a proclitic or without, and the spans without it."""
    wanted = set(keys)
    for index, key in enumerate(scan.reading.keys):
        cut = 0 if key in wanted else 1 if key and key[0] in _PROCLITICS and key[1:] in wanted else -1
        if cut >= 0:
            span = scan.span(index, index)
            yield Span(span.field, span.start + cut, span.end, span.text[cut:]), key[cut:]
