"""What the gazetteer promises the lexicon and the tagger: form, counts, one name for one person, the seed article."""

import collections
import csv
import functools
import re
from pathlib import Path

import pytest

GAZETTEER = Path(__file__).parents[2] / "seeds" / "gazetteer"
COLUMNS = {
    "people": "wikidata ar en alias_ar alias_en alone_ar alone_en field",
    "organisations": "wikidata ar en alias_ar alias_en acronym context field",
    "countries": "iso2 wikidata ar en alias_ar alias_en capital_ar capital_en capital_wikidata nisba_ar demonym_en"
    " ambiguous",
    "cities": "geonameid wikidata ar en alias_ar alias_en country population ambiguous",
    "cities_own": "ar en alias_ar alias_en country wikidata ambiguous",
    "regions": "wikidata ar en alias_ar alias_en country ambiguous",
    "events": "wikidata ar en alias_ar alias_en",
    "titles": "ar en",
}
LEAST = {
    "people": 600,
    "organisations": 500,
    "countries": 197,
    "cities": 1500,
    "regions": 150,
    "events": 60,
    "titles": 60,
}
FIELDS = set(
    "politics diplomacy conflict economy sport religion technology culture law media science health migration society"
    " environment education disaster".split()
)
ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u0652\d \-–.+]+")
MARKS = re.compile(r"[\u064b-\u0652]")
FOREIGN = re.compile(r"[پچڤگکیہەۆێ]")
KEYS = ("wikidata", "geonameid", "iso2")
ARABIC_COLUMNS = ("ar", "alias_ar", "alone_ar", "capital_ar", "nisba_ar")


def lines(name: str) -> list[str]:
    return (GAZETTEER / f"{name}.tsv").read_text("utf-8").split("\n")


@functools.cache
def rows(name: str) -> list[dict[str, str]]:
    kept = (line for line in lines(name) if line and not line.startswith("#"))
    return list(csv.DictReader(kept, delimiter="\t", quoting=csv.QUOTE_NONE))


def several(cell: str) -> list[str]:
    return cell.split(" | ") if cell else []


def names(row: dict[str, str], *columns: str) -> list[str]:
    return [name for column in columns for name in several(row.get(column, ""))]


every_table = pytest.mark.parametrize("table", COLUMNS)
named_tables = pytest.mark.parametrize("table", ["people", "organisations", "regions", "events"])


@every_table
def test_first_line_names_the_columns(table):
    assert lines(table)[0].split("\t") == COLUMNS[table].split()


@every_table
def test_every_row_has_every_column_and_no_stray_space(table):
    wide = len(COLUMNS[table].split())
    for line in lines(table):
        if line and not line.startswith("#"):
            cells = line.split("\t")
            assert len(cells) == wide, line
            values = [value for cell in cells for value in cell.split(" | ")]
            assert [value for value in values if value != " ".join(value.split()) or "|" in value] == [], line


@pytest.mark.parametrize("table", LEAST)
def test_tables_are_large_enough(table):
    assert len(rows(table)) >= LEAST[table]


@every_table
def test_ids_are_well_formed_and_used_once(table):
    for key in KEYS:
        ids = [row[key] for row in rows(table) if row.get(key)]
        shape = {"wikidata": r"Q[1-9]\d*", "geonameid": r"[1-9]\d*", "iso2": r"[A-Z]{2}"}[key]
        assert [one for one in ids if not re.fullmatch(shape, one)] == []
        assert [one for one, times in collections.Counter(ids).items() if times > 1] == []


def test_ids_of_different_tables_differ():
    ids = [row["wikidata"] for table in ("people", "organisations", "regions", "events") for row in rows(table)]
    assert [one for one, times in collections.Counter(filter(None, ids)).items() if times > 1] == []


@every_table
def test_arabic_cells_are_in_arabic_letters_alone(table):
    for row in rows(table):
        for name in names(row, *ARABIC_COLUMNS):
            assert ARABIC.fullmatch(name), name
            assert not FOREIGN.search(name), name


@every_table
def test_english_cells_hold_no_arabic(table):
    for row in rows(table):
        for name in names(row, "en", "alias_en", "alone_en", "acronym", "demonym_en", "capital_en"):
            assert not re.search(r"[\u0600-\u06ff]", name), name


@every_table
def test_every_row_is_named_in_both_languages(table):
    assert [row for row in rows(table) if not (row["ar"] and row["en"])] == []


@every_table
def test_no_value_stands_twice_in_a_row(table):
    for row in rows(table):
        for canonical, aliases in (("ar", "alias_ar"), ("en", "alias_en")):
            found = names(row, canonical, aliases)
            assert len(found) == len(set(found)), found


@named_tables
def test_a_name_belongs_to_one_row(table):
    for columns in (("ar", "alias_ar"), ("en", "alias_en")):
        found = collections.Counter(name for row in rows(table) for name in set(names(row, *columns)))
        assert [name for name, times in found.items() if times > 1] == []


@pytest.mark.parametrize("column", ["alone_ar", "alone_en"])
def test_a_word_alone_means_one_person(column):
    found = collections.Counter(word for row in rows("people") for word in several(row[column]))
    assert [word for word, times in found.items() if times > 1] == []


@pytest.mark.parametrize("word", "سلام خان عباس أحمد محمد عون صالح حسن الأسد الشرع ماسك لولا عمر علي كوبر".split())
def test_an_ambiguous_surname_means_nobody_alone(word):
    assert [row["en"] for row in rows("people") if word in several(row["alone_ar"])] == []


def test_a_person_alone_is_no_place_and_no_organisation():
    others = {
        name
        for table in ("organisations", "countries", "cities", "regions", "events")
        for row in rows(table)
        for name in names(row, "ar", "alias_ar", "en", "alias_en", "capital_ar", "capital_en", "nisba_ar", "demonym_en")
    }
    alone = {word for row in rows("people") for word in names(row, "alone_ar", "alone_en")}
    assert alone & others == {"Gavi"} & alone


@pytest.mark.parametrize("table", ["people", "organisations"])
def test_fields_are_known(table):
    assert {row["field"] for row in rows(table)} <= FIELDS


def test_acronyms_are_capitals_and_unique_unless_context_decides():
    found = collections.defaultdict(list)
    for row in rows("organisations"):
        for acronym in several(row["acronym"]):
            assert re.search(r"[A-Z].*[A-Z\d]", acronym), acronym
            found[acronym].append(row)
    shared = {name: owners for name, owners in found.items() if len(owners) > 1}
    assert shared == {}


def test_context_is_marked_by_one_word():
    assert {row["context"] for row in rows("organisations")} == {"", "context"}


def test_clubs_that_are_words_need_context():
    marked = {row["en"]: row["context"] for row in rows("organisations")}
    for club in ("Al Hilal", "Al Nassr", "Al Ittihad", "Al Ahly", "Zamalek", "Apple", "Meta"):
        assert marked[club] == "context", club


def test_every_country_of_the_united_nations_is_there():
    iso = {row["iso2"] for row in rows("countries")}
    assert len(iso) >= 197
    assert {"PS", "VA", "XK", "TW", "US", "GB", "SS", "TL", "ME"} <= iso


def test_countries_have_four_forms_of_the_adjective():
    assert [row["en"] for row in rows("countries") if len(several(row["nisba_ar"])) != 4] == []


@pytest.mark.parametrize(
    ("iso2", "forms"),
    [
        ("RU", "روسي روسية روس روسيات"),
        ("US", "أميركي أميركية أميركيون أميركيات"),
        ("TR", "تركي تركية أتراك تركيات"),
        ("MA", "مغربي مغربية مغاربة مغربيات"),
        ("AF", "أفغاني أفغانية أفغان أفغانيات"),
        ("CY", "قبرصي قبرصية قبارصة قبرصيات"),
    ],
)
def test_adjectives_as_they_are_used(iso2, forms):
    (row,) = (row for row in rows("countries") if row["iso2"] == iso2)
    assert several(row["nisba_ar"]) == forms.split()


@pytest.mark.parametrize("word", "مالي عمان قطر تشاد بنين المغرب الكويت الجزائر تونس غانية".split())
def test_ambiguous_words_of_countries_are_explained(word):
    reasons = [reason for row in rows("countries") for reason in several(row["ambiguous"])]
    assert any(reason.startswith(f"{word}: ") for reason in reasons)


@pytest.mark.parametrize("table", ["countries", "cities", "regions"])
def test_an_ambiguous_word_is_a_name_of_its_row(table):
    columns = ("ar", "alias_ar", "capital_ar", "nisba_ar", "en", "alias_en")
    for row in rows(table):
        own = {MARKS.sub("", name).removeprefix("ال") for name in names(row, *columns)}
        for reason in several(row["ambiguous"]):
            word, colon, why = reason.partition(": ")
            assert colon, reason
            assert why, reason
            assert any(word.removeprefix("ال") in name for name in own), reason


def test_cities_stand_in_known_countries_with_their_population():
    for row in rows("cities"):
        assert re.fullmatch(r"[A-Z]{2}", row["country"]), row
        assert re.fullmatch(r"\d*", row["population"]), row


def test_cities_that_share_an_arabic_name_are_marked():
    found = collections.defaultdict(list)
    for row in rows("cities"):
        for name in names(row, "ar", "alias_ar"):
            found[name].append(row)
    shared = [row for owners in found.values() if len(owners) > 1 for row in owners]
    assert [row["en"] for row in shared if not row["ambiguous"]] == []


def test_cities_are_what_the_own_list_says():
    built = {(row["ar"], row["country"]): row for row in rows("cities")}
    for own in rows("cities_own"):
        row = built[own["ar"], own["country"]]
        assert all(row[column] == own[column] for column in ("en", "alias_ar", "wikidata", "ambiguous")), own


@pytest.mark.parametrize(
    ("name", "country", "geonameid"),
    [
        ("إسطنبول", "TR", "745044"),
        ("دمشق", "SY", "170654"),
        ("الخرطوم", "SD", "379252"),
        ("باريس", "FR", "2988507"),
        ("موسكو", "RU", "524901"),
        ("أبوظبي", "AE", "292968"),
    ],
)
def test_cities_of_the_news_are_the_right_places(name, country, geonameid):
    (row,) = (row for row in rows("cities") if row["ar"] == name and row["country"] == country)
    assert row["geonameid"] == geonameid


def test_lists_of_cities_know_the_capitals():
    cities = {name for row in rows("cities") for name in names(row, "ar", "alias_ar")}
    for iso2 in "SA EG SY IQ YE LY SD LB JO AE QA OM MA MR RU UA US GB FR DE TR IR CN IN PK".split():
        (row,) = (row for row in rows("countries") if row["iso2"] == iso2)
        assert set(several(row["capital_ar"])) <= cities, iso2


@pytest.mark.parametrize(
    ("table", "arabic", "english"),
    [
        ("people", "فلاديمير بوتين", "Vladimir Putin"),
        ("people", "بوتين", "Vladimir Putin"),
        ("people", "ستيف ويتكوف", "Steve Witkoff"),
        ("people", "ويتكوف", "Steve Witkoff"),
        ("people", "يوري أوشاكوف", "Yuri Ushakov"),
        ("people", "جاريد كوشنر", "Jared Kushner"),
        ("people", "دونالد ترمب", "Donald Trump"),
        ("people", "دونالد ترامب", "Donald Trump"),
        ("people", "ترمب", "Donald Trump"),
        ("people", "ترامب", "Donald Trump"),
        ("people", "كيريل ديميترييف", "Kirill Dmitriev"),
        ("people", "دميترييف", "Kirill Dmitriev"),
        ("people", "فولوديمير زيلينسكي", "Volodymyr Zelensky"),
        ("people", "زيلينسكي", "Volodymyr Zelensky"),
        ("organisations", "الكرملين", "Kremlin"),
        ("organisations", "حلف شمال الأطلسي", "NATO"),
        ("organisations", "الناتو", "NATO"),
        ("organisations", "حلف الناتو", "NATO"),
        ("organisations", "المنتدى الاقتصادي العالمي", "World Economic Forum"),
        ("countries", "روسيا", "Russia"),
        ("countries", "أوكرانيا", "Ukraine"),
        ("countries", "الولايات المتحدة", "United States"),
        ("countries", "أميركا", "United States"),
        ("countries", "الإمارات", "United Arab Emirates"),
        ("cities", "أبوظبي", "Abu Dhabi"),
        ("cities", "دافوس", "Davos"),
        ("cities", "إسطنبول", "Istanbul"),
        ("cities", "اسطنبول", "Istanbul"),
        ("cities", "كييف", "Kyiv"),
        ("cities", "موسكو", "Moscow"),
        ("cities", "واشنطن", "Washington"),
        ("regions", "دونباس", "Donbas"),
        ("events", "كأس العالم", "FIFA World Cup"),
    ],
)
def test_names_of_the_seed_article_are_there(table, arabic, english):
    found = {row["en"] for row in rows(table) if arabic in names(row, "ar", "alias_ar", "alone_ar")}
    assert found == {english}


@pytest.mark.parametrize(
    ("table", "english", "wikidata"),
    [
        ("people", "Donald Trump", "Q22686"),
        ("people", "Vladimir Putin", "Q7747"),
        ("people", "Volodymyr Zelensky", "Q3874799"),
        ("organisations", "NATO", "Q7184"),
        ("organisations", "World Economic Forum", "Q170418"),
        ("countries", "Ukraine", "Q212"),
        ("cities", "Kyiv", "Q1899"),
        ("cities", "Davos", "Q68097"),
        ("regions", "Gaza Strip", "Q39760"),
    ],
)
def test_ids_that_are_beyond_doubt(table, english, wikidata):
    assert [row["wikidata"] for row in rows(table) if row["en"] == english] == [wikidata]


@pytest.mark.parametrize(
    "title", "الرئيس رئيس_الوزراء وزير_الخارجية المبعوث الأمين_العام الجنرال السيدة المستشار".split("_ ")
)
def test_titles_before_a_name_are_there(title):
    known = {name for row in rows("titles") for name in several(row["ar"])}
    assert {word.replace("_", " ") for word in title.split()} <= known
