"""What a query asks of an article other than its words: `source:`, `topic:`, `per:` and their like.

Names are compared by spelling, as `norm:` compares words; an alias of the gazetteer stands for all its owner's names.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from rasid.lexicon import gazetteer
from rasid.text.reading import keys_of
from rasid.watch.query import Attribute, Has, Published
from schemas.article import ArticleEvent
from schemas.tagged_article import Entity, Topic

ENTITY_TYPES: Final = {Attribute.PER: "PER", Attribute.ORG: "ORG", Attribute.LOC: "LOC"}
_ENTITIES: Final = {*ENTITY_TYPES, Attribute.ENTITY}
_NAMES: Final = {Attribute.SOURCE, Attribute.AUTHOR, Attribute.TOPIC, *_ENTITIES}

Name = tuple[bytes, ...]


class Condition(NamedTuple):
    """`clause` with its value as it is compared: names by their words, the rest by letters."""

    clause: Has
    plain: str
    names: frozenset[Name]


def condition(clause: Has) -> Condition:
    """What `clause` asks for, its aliases looked up."""
    names: set[Name] = {name_of(clause.value)} if clause.attribute in _NAMES else set()
    if clause.attribute in _ENTITIES:
        names |= set(map(name_of, _other_names(clause)))
    return Condition(clause, clause.value.casefold(), frozenset(names))


def name_of(text: str) -> Name:
    """A name's words folded; its letters as they are where it has none that fold."""
    return tuple(keys_of(text)) or (text.casefold().encode("utf-8", "surrogatepass"),)


def _other_names(clause: Has) -> Iterator[str]:
    kind = ENTITY_TYPES.get(clause.attribute)
    for known in aliases().get(name_of(clause.value), ()):
        if kind is None or known.type == kind:
            yield from (known.label_ar, known.label_en, known.wikidata or known.label_en)


@lru_cache(maxsize=1)
def aliases() -> dict[Name, list[gazetteer.Name]]:
    """Everyone and everything the gazetteer has, by each name and by Wikidata id."""
    found: dict[Name, list[gazetteer.Name]] = {}
    for known in gazetteer.own():
        texts = {*known.ar, *known.en, *known.alone_ar, *known.alone_en, *filter(None, [known.wikidata])}
        for name in set(map(name_of, texts)):
            found.setdefault(name, []).append(known)
    return found


def has(asked: Condition, article: ArticleEvent, topics: Iterable[Topic], entities: Iterable[Entity]) -> bool:
    """Whether the article, with its tags, is as asked."""
    match asked.clause.attribute:
        case Attribute.LANG:
            language = (article.language or "").casefold()
            return language == asked.plain or language.startswith(f"{asked.plain}-")
        case Attribute.COUNTRY:
            return (article.country or "").casefold() == asked.plain
        case Attribute.SOURCE:
            return article.source is not None and name_of(article.source) in asked.names
        case Attribute.AUTHOR:
            return any(name_of(author) in asked.names for author in article.authors)
        case Attribute.SITE:
            return _on_site(article.url, asked.plain)
        case Attribute.TOPIC:
            return any(_is_topic(asked, topic) for topic in topics)
        case _:
            return any(_is_entity(asked, entity) for entity in entities)


def _on_site(url: str | None, wanted: str) -> bool:
    try:
        host = (urlsplit(url or "").hostname or "").casefold()
    except ValueError:
        return False
    return host == wanted or host.endswith(f".{wanted}")


def _is_topic(asked: Condition, topic: Topic) -> bool:
    if asked.plain in {topic.code, topic.code.removeprefix("medtop:")}:
        return True
    return name_of(topic.label.ar) in asked.names or name_of(topic.label.en) in asked.names


def _is_entity(asked: Condition, entity: Entity) -> bool:
    kind = ENTITY_TYPES.get(asked.clause.attribute)
    if kind is not None and entity.type != kind:
        return False
    texts = {entity.name.ar, entity.name.en, entity.wikidata or "", *(mention.text for mention in entity.mentions)}
    return any(name_of(text) in asked.names for text in texts if text)


def published(clause: Published, article: ArticleEvent) -> bool:
    """Whether the article's time lies in the range."""
    moment = article.published
    if moment is None:
        return False
    return (clause.since is None or clause.since <= moment) and (clause.until is None or moment <= clause.until)
