"""What is likely wrong with a watch that can be read: findings with a code, a column and a way to mend each."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rasid.errors import QueryError
from rasid.lexicon import seeds, thesaurus
from rasid.lexicon.lemmas import lemmas
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.thesaurus import language_of
from rasid.text.reading import keys_of
from rasid.watch.anchors import Cost, anchors
from rasid.watch.attributes import ENTITY_TYPES, aliases, name_of
from rasid.watch.clause import Clause
from rasid.watch.compile import Compiler, Lookup, nobody, words_of
from rasid.watch.parser import parse
from rasid.watch.query import (
    And,
    Attribute,
    Has,
    Level,
    Near,
    Node,
    Or,
    Term,
    column_of,
    walk,
)
from rasid.watch.redundancy import contradictions, redundancies
from schemas.country import COUNTRIES

CODES: Final = (
    "cannot-be-read", "never-matches", "always-verified", "redundant", "near-brackets", "broad-prefix", "unknown-name",
    "ambiguous-word", "not-translated", "lower-case-operator", "unquoted-value",
)  # fmt: skip
SHORT: Final = 3  # letters: most such Arabic words are several words, and many English ones are
BROAD: Final = 3  # letters of a prefix, the article left out, that still begin too many words
_LANGUAGES: Final = {
    "arabic": "ar", "english": "en", "french": "fr", "persian": "fa", "hebrew": "he", "turkish": "tr", "russian": "ru",
    "spanish": "es", "german": "de", "urdu": "ur", "kurdish": "ku", "العربية": "ar", "عربي": "ar", "الإنجليزية": "en",
}  # fmt: skip
_FREE_VALUES: Final = {Attribute.SOURCE, Attribute.AUTHOR, Attribute.TOPIC, *ENTITY_TYPES, Attribute.ENTITY}


@dataclass(frozen=True, slots=True)
class Finding:
    """`column` counts code points from 0. `error` findings mean that the watch does not do what it says."""

    code: str
    column: int
    message: str
    fix: str
    error: bool = False


class Linter:
    """Lints queries. `lookup` finds the watches that `search:` may name."""

    def __init__(self, lookup: Lookup | None = None) -> None:
        self._lexis = Lexis()
        self._thesaurus = thesaurus.own()
        self._compiler = Compiler(self._lexis, self._thesaurus, lookup or nobody, context=False)

    def findings(self, query: str, *, translate: bool = True, own_id: str = "") -> list[Finding]:
        """What there is to say of a query, in the order of its columns."""
        try:
            tree = parse(query)
            clause = self._compiler.compile(tree, translate=translate, own_id=own_id)
        except QueryError as error:
            return [Finding("cannot-be-read", error.column, error.message, "mend it as the message says", error=True)]
        found = list(self._of_query(query, tree, clause))
        found += [Finding(*said) for said in (*redundancies(tree, clause), *contradictions(tree, clause))]
        if translate:
            found += self._untranslated(tree)
        return sorted(found, key=lambda each: (each.column, each.code))

    def _of_query(self, query: str, tree: Node, clause: Clause) -> Iterator[Finding]:
        if anchors(clause, Cost(self._lexis)) is None:
            what = "no word is necessary, so every article is looked at in full"
            yield Finding("always-verified", column_of(tree), what, "add a word or phrase that must be there with AND")
        yield from self._alone(tree)
        for node in walk(tree):
            match node:
                case Or(parts):
                    yield from _loose_nears(parts)
                case And(parts):
                    yield from _loose_values(query, parts)
                case Term():
                    yield from _of_term(node)
                case Has():
                    yield from _unknown(node)

    def _alone(self, node: Node) -> Iterator[Finding]:
        """Words that decide alone, and are short or several words at once."""
        if isinstance(node, Or):
            for part in node.parts:
                yield from self._alone(part)
        if not isinstance(node, Term) or node.level is not Level.WORD:
            return
        words = words_of(node.text)
        if len(words) == 1 and not words[0].endswith("*") and self._is_ambiguous(words[0]):
            what = f"{node.text!r} alone is short, and likely several words in one spelling"
            fix = f'make it a phrase, add a second word with AND, or keep to the spelling with norm:"{node.text}"'
            yield Finding("ambiguous-word", node.column, what, fix)

    def _is_ambiguous(self, word: str) -> bool:
        """A short word that the lexicon does not have, or has as several."""
        stem = word.removeprefix("ال")
        if len(stem) > SHORT or word.isupper() or word.isdecimal():
            return False
        entries = self._thesaurus.entries((word,))
        kinds = {entry.kind for entry in entries} - {"adj", "phrase"}
        return not entries or len(kinds) > 1 or len(lemmas(stem, self._thesaurus.known)) > 1

    def _untranslated(self, tree: Node) -> Iterator[Finding]:
        """Terms without a word in the other language, where the query has none of that language itself."""
        terms = [node for node in walk(tree) if isinstance(node, Term) and node.level is Level.WORD]
        if len({language_of(node.text) for node in terms}) != 1:
            return
        for node in terms:
            words = words_of(node.text)
            plain = not any(word.endswith("*") or word.isdecimal() for word in words)
            if plain and not self._thesaurus.render(words):
                other = "English" if language_of(node.text) == "ar" else "Arabic"
                fix = f"add what {other} calls it with OR, or say --no-translate"
                yield Finding("not-translated", node.column, f"{node.text!r} has no {other} rendering here", fix)


def _loose_nears(parts: Iterable[Node]) -> Iterator[Finding]:
    for part in parts:
        if isinstance(part, Near) and not part.bracketed:
            what = "NEAR binds tighter than the OR beside it, which is easily read the other way"
            yield Finding("near-brackets", part.column, what, f"write ({part})")


def _loose_values(query: str, parts: Iterable[Node]) -> Iterator[Finding]:
    """A value of one word without quotation marks, and more words right after it."""
    for part, after in pairwise(parts):
        if not isinstance(after, Term) or after.quoted or after.field or not _takes_one(query, part):
            continue
        between = query[column_of(part) : after.column]
        if re.fullmatch(r'\w+:[^\s"“”«»()]+\s+', between):
            name, value = between.strip().split(":", 1)
            what = f"{name}: takes one word, {value!r}; {after.text!r} is looked for in the text"
            fix = f'write {name}:"{value} {after.text}", or AND between them if that is meant'
            yield Finding("unquoted-value", after.column, what, fix)


def _takes_one(query: str, part: Node) -> bool:
    if isinstance(part, Has):
        return not part.quoted and part.attribute in _FREE_VALUES
    return isinstance(part, Term) and part.level is not Level.WORD and query.find(":", part.column) >= 0


def _of_term(node: Term) -> Iterator[Finding]:
    for word in node.text.split():
        stem = word.rstrip("*")
        letters = sum(map(str.isalpha, stem.removeprefix("ال")))
        if word.endswith("*") and node.level is Level.WORD and letters <= BROAD:
            what = f"{word!r} begins very many words" + (
                ", as the article is no letter of theirs" * word.startswith("ال")
            )
            yield Finding("broad-prefix", node.column, what, "add letters, or write the words out with OR")
        if not node.quoted and word in {"and", "or", "not", "near", "And", "Or", "Not"}:
            what = f"{word!r} in small letters is a word of the phrase {node.text!r}"
            fix = f'write {word.upper()} for the operator, or "{node.text}" for the phrase'
            yield Finding("lower-case-operator", node.column, what, fix)


def _unknown(node: Has) -> Iterator[Finding]:
    """Names and codes that nothing can have."""
    column, value = node.column, node.value
    if node.attribute is Attribute.LANG and not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*", value):
        fix = f"write lang:{_LANGUAGES.get(value.casefold(), 'ar')}"
        yield Finding("unknown-name", column, f"{value!r} is no language code", fix, error=True)
    if node.attribute is Attribute.COUNTRY and value.upper() not in COUNTRIES:
        what = f"{value!r} is no country's code of two letters (ISO 3166-1)"
        yield Finding("unknown-name", column, what, "write the code, as in country:EG", error=True)
    if node.attribute is Attribute.SITE and re.search(r"[/:]|^www\.", value):
        host = re.sub(r"^\w+://|^www\.", "", value).split("/")[0]
        yield Finding("unknown-name", column, f"{value!r} is no host", f"write site:{host}", error=True)
    if node.attribute is Attribute.TOPIC and name_of(value) not in _topics():
        yield _nearest(node, "is no topic that articles are tagged with", _topics().values())
    if node.attribute in {*ENTITY_TYPES, Attribute.ENTITY} and not _known_entity(node):
        labels = {label for names in aliases().values() for name in names for label in (name.label_en, name.label_ar)}
        yield _nearest(node, "is no name that the gazetteer has, so only names found by context can match", labels)


def _known_entity(node: Has) -> bool:
    kind = ENTITY_TYPES.get(node.attribute)
    return any(kind in {None, known.type} for known in aliases().get(name_of(node.value), ()))


def _nearest(node: Has, what: str, known: Iterable[str]) -> Finding:
    by_letters = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(node.value.casefold(), by_letters, 1, 0.7)
    fix = (
        f'write {node.attribute}:"{by_letters[close[0]]}"' if close else "check the spelling, or use a word of the text"
    )
    return Finding("unknown-name", node.column, f"{node.value!r} {what}", fix)


@lru_cache(maxsize=1)
def _topics() -> dict[tuple[bytes, ...], str]:
    """The topics there are, by code and label."""
    found: dict[tuple[bytes, ...], str] = {}
    for row in seeds.table("topics", "topics.tsv"):
        for name in (row["code"], row["code"].removeprefix("medtop:"), row["en"], row["ar"]):
            found[tuple(keys_of(name))] = row["en"]
    return found
