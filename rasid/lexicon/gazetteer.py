"""People, organisations, places and events with their names in Arabic and English: seeds/gazetteer, read once."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rasid.lexicon import seeds
from schemas.tagged_article import EntityType

FOLDER: Final = "gazetteer"


@dataclass(frozen=True, slots=True)
class Name:
    """Someone or something with a name. The first of `ar` and `en` is the canonical one.

    `alone_*` are surnames that name a person without more; `acronym` is compared with its capitals. `doubtful` are
    those that are also ordinary words and count in context only; `adjectives` are what belongs to a country (السعودية
    is both), `demonyms` the same in English. A `state` is a country itself, `country` the one in which a place lies.
    """

    type: EntityType
    wikidata: str | None
    ar: tuple[str, ...]
    en: tuple[str, ...]
    alone_ar: tuple[str, ...] = ()
    alone_en: tuple[str, ...] = ()
    doubtful: frozenset[str] = frozenset()
    country: str = ""
    state: bool = False
    adjectives: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()

    @property
    def label_ar(self) -> str:
        """The canonical Arabic name, or the English one where there is none."""
        return self.ar[0] if self.ar else self.en[0]

    @property
    def label_en(self) -> str:
        """The canonical English name, or the Arabic one where there is none."""
        return self.en[0] if self.en else self.ar[0]


_FILES: Final[tuple[tuple[str, EntityType], ...]] = (
    ("people.tsv", "PER"), ("organisations.tsv", "ORG"), ("countries.tsv", "LOC"), ("regions.tsv", "LOC"),
    ("cities.tsv", "LOC"), ("events.tsv", "EVT"),
)  # fmt: skip


@lru_cache(maxsize=1)
def own() -> tuple[Name, ...]:
    """Everyone and everything that ships."""
    present = set(seeds.names(FOLDER))
    return tuple(name for file, kind in _FILES if file in present for row in seeds.table(FOLDER, file)
                 for name in _names(row, kind))  # fmt: skip


def _names(row: seeds.Row, kind: EntityType) -> Iterator[Name]:
    cells = {column: tuple(seeds.values(value)) for column, value in row.items()}
    english = (*cells["en"], *cells.get("alias_en", ()), *cells.get("acronym", ()))
    arabic = (*cells["ar"], *cells.get("alias_ar", ()))
    state = "nisba_ar" in row
    ordinary = (*arabic, *english) if row.get("context") else _ordinary(cells.get("ambiguous", ()), state=state)
    country = row.get("country", "") or row.get("iso2", "")
    alone = cells.get("alone_ar", ()), cells.get("alone_en", ())
    yield Name(
        kind, row["wikidata"] or None, arabic, english, *alone, frozenset(ordinary), country, state,
        cells.get("nisba_ar", ()), cells.get("demonym_en", ()),
    )  # fmt: skip
    if row.get("capital_ar"):
        yield Name("LOC", row.get("capital_wikidata") or None, cells["capital_ar"], cells["capital_en"],
                   country=row["iso2"])  # fmt: skip


def _ordinary(ambiguous: tuple[str, ...], *, state: bool) -> Iterator[str]:
    """Of the words that a row calls ambiguous the ordinary ones: their reason translates a word or counts letters.

    Another bearer of the name (a club, a talk, a surname) makes none. A country's name is mostly the country, unless
    the reason says otherwise.
    """
    for each in ambiguous:
        word, _, reason = each.partition(":")
        if ("mostly" in reason) if state else ('"' in reason or "letters" in reason):
            yield word.strip()
