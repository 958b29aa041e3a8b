"""Deciding whether a clause holds for an article, and with which hits. The definition that presearching must equal."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from rasid.lexicon.form import Rule
from rasid.lexicon.phrases import follow
from rasid.lexicon.scan import Scan
from rasid.watch.compile import (
    AllClause,
    Alternative,
    AnyClause,
    AtLeastClause,
    Clause,
    NearClause,
    NotClause,
    TermClause,
)
from rasid.watch.query import Attribute, Has, Published, Term
from schemas.article import ArticleEvent
from schemas.tagged_article import Entity, Topic

_ENTITY_TYPES = {Attribute.PER: "PER", Attribute.ORG: "ORG", Attribute.LOC: "LOC"}


class Hit(NamedTuple):
    """A phrase that stands in the article: the indices of its first and last word, and why it counts."""

    first: int
    last: int
    term: Term
    rule: Rule


class Subject(NamedTuple):
    """What a clause is asked of: the scanned article and its tags."""

    scan: Scan
    topics: list[Topic]
    entities: list[Entity]


def hits(clause: Clause, subject: Subject) -> list[Hit] | None:
    """The hits by which `clause` holds, or None where it does not. A clause on attributes holds without hits."""
    match clause:
        case TermClause():
            return list(term_hits(clause, subject.scan)) or None
        case AllClause(parts):
            return _all(parts, subject)
        case AnyClause(parts):
            found = [each for part in parts if (each := hits(part, subject)) is not None]
            return [hit for each in found for hit in each] if found else None
        case NotClause(part):
            return [] if hits(part, subject) is None else None
        case NearClause():
            return list(_near(clause, subject)) or None
        case AtLeastClause(count, part):
            found_hits = _distinct(hits(part, subject) or [])
            return found_hits if len(found_hits) >= count else None
        case Has():
            return [] if _has(clause, subject) else None
        case Published():
            return [] if _published(clause, subject.scan.article) else None


def _all(parts: Iterable[Clause], subject: Subject) -> list[Hit] | None:
    found: list[Hit] = []
    for part in parts:
        each = hits(part, subject)
        if each is None:
            return None
        found.extend(each)
    return found


def _distinct(found: list[Hit]) -> list[Hit]:
    """One hit a place: alternatives of one term may meet on the same words."""
    return list({(hit.first, hit.last): hit for hit in found}.values())


def term_hits(clause: TermClause, scan: Scan) -> Iterator[Hit]:
    """Where a term stands; overlapping alternatives give the first of them."""
    taken: set[int] = set()
    for alternative in clause.alternatives:
        for first, last, rule in _phrases(alternative, clause.term, scan):
            if first not in taken and not _stopped(alternative, first, last, scan):
                taken.add(first)
                yield Hit(first, last, clause.term, alternative.rule or rule)


def _phrases(alternative: Alternative, term: Term, scan: Scan) -> Iterator[tuple[int, int, Rule]]:
    words = alternative.words
    for index in scan.at(words[0]):
        last = None if term.field and scan.field_at(index) != term.field else follow(scan, words, index, term.slop)
        joined = scan.joined(words[0], index)
        if last is not None and joined is not None:
            yield index, last, joined.rule


def _stopped(alternative: Alternative, first: int, last: int, scan: Scan) -> bool:
    """Whether the phrase is part of a longer one in which it means something else."""
    places, at_place = scan.reading.places, scan.reading.at_place
    for stop in alternative.stops:
        for start in range(max(0, places[last] - len(stop) + 1), places[first] + 1):
            end = follow(scan, stop, at_place[start]) if stop[0] in scan.ids.get(at_place[start], ()) else None
            if end is not None and end >= last:
                return True
    return False


def _near(clause: NearClause, subject: Subject) -> Iterator[Hit]:
    left, right = hits(clause.left, subject) or [], hits(clause.right, subject) or []
    seen: set[Hit] = set()
    for one in left:
        for other in right:
            if _close(one, other, clause, subject.scan):
                yield from (hit for hit in (one, other) if hit not in seen)
                seen |= {one, other}


def _close(one: Hit, other: Hit, clause: NearClause, scan: Scan) -> bool:
    if scan.field_at(one.first) != scan.field_at(other.first):
        return False
    places = scan.reading.places
    if places[other.first] > places[one.last]:
        return places[other.first] - places[one.last] <= clause.distance
    if places[one.first] > places[other.last] and not clause.ordered:
        return places[one.first] - places[other.last] <= clause.distance
    return False


def _has(clause: Has, subject: Subject) -> bool:
    article, wanted = subject.scan.article, clause.value.casefold()
    match clause.attribute:
        case Attribute.LANG:
            language = (article.language or "").casefold()
            return language == wanted or language.startswith(f"{wanted}-")
        case Attribute.SOURCE:
            return (article.source or "").casefold() == wanted
        case Attribute.COUNTRY:
            return (article.country or "").casefold() == wanted
        case Attribute.AUTHOR:
            return any(author.casefold() == wanted for author in article.authors)
        case Attribute.SITE:
            return _on_site(article.url, wanted)
        case Attribute.TOPIC:
            return any(wanted in {topic.code, topic.code.removeprefix("medtop:"), topic.label.ar.casefold(),
                                  topic.label.en.casefold()} for topic in subject.topics)  # fmt: skip
        case _:
            return any(_names(entity, clause.attribute, wanted) for entity in subject.entities)


def _on_site(url: str | None, wanted: str) -> bool:
    try:
        host = (urlsplit(url or "").hostname or "").casefold()
    except ValueError:
        return False
    return host == wanted or host.endswith(f".{wanted}")


def _names(entity: Entity, attribute: Attribute, wanted: str) -> bool:
    if attribute in _ENTITY_TYPES and entity.type != _ENTITY_TYPES[attribute]:
        return False
    names = {entity.name.ar, entity.name.en, entity.wikidata or "", *(mention.text for mention in entity.mentions)}
    return wanted in {name.casefold() for name in names if name}


def _published(clause: Published, article: ArticleEvent) -> bool:
    moment = article.published
    if moment is None:
        return False
    return (clause.since is None or clause.since <= moment) and (clause.until is None or moment <= clause.until)
