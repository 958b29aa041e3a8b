"""The concept lexicon keeps its form: columns, unique ids, scripts, and both languages for every concept."""

import re
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).parents[2] / "seeds" / "lexicon"
FILES: Final = sorted(FOLDER.glob("concepts_*.tsv"))
COLUMNS: Final = ["id", "en", "ar", "kind", "not_en", "not_ar", "note"]
KINDS: Final = {"noun", "adj", "verb", "phrase", "adv", "name"}
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ENGLISH: Final = re.compile(r"[A-Za-z0-9À-ÿ][A-Za-z0-9À-ÿ'’.&-]*( [A-Za-z0-9À-ÿ'’.&-]+)*")
ARABIC: Final = re.compile(r"[\u0621-\u063a\u0641-\u064a]+( [\u0621-\u063a\u0641-\u064a]+)*")
SCRIPTS: Final = [("en", ENGLISH), ("not_en", ENGLISH), ("ar", ARABIC), ("not_ar", ARABIC)]
LEAST_CONCEPTS: Final = 2500  # what the whole lexicon has to hold

Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    lines = path.read_text("utf-8").splitlines()
    header, *rest = [line for line in lines if line and not line.startswith("#")]
    assert header.split("\t") == COLUMNS
    cells = [line.split("\t") for line in rest]
    ragged = [row for row in cells if not len(COLUMNS) - 4 <= len(row) <= len(COLUMNS)]
    assert ragged == []
    return [dict(zip(COLUMNS, [*row, *[""] * (len(COLUMNS) - len(row))], strict=True)) for row in cells]


def forms(cell: str) -> list[str]:
    return cell.split(" | ") if cell else []


every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@every_file
def test_a_row_names_its_concept_and_kind(path: Path) -> None:
    rows = rows_of(path)
    assert [row["id"] for row in rows if not SLUG.fullmatch(row["id"])] == []
    assert [row["id"] for row in rows if row["kind"] not in KINDS] == []


@every_file
def test_every_concept_has_both_languages(path: Path) -> None:
    assert [row["id"] for row in rows_of(path) if not row["en"] or not row["ar"]] == []


@every_file
@pytest.mark.parametrize(("column", "script"), SCRIPTS)
def test_a_cell_is_in_its_own_script_with_single_spaces(path: Path, column: str, script: re.Pattern[str]) -> None:
    bad = [(row["id"], form) for row in rows_of(path) for form in forms(row[column]) if not script.fullmatch(form)]
    assert bad == []


@every_file
def test_no_cell_says_a_form_twice(path: Path) -> None:
    cells = [(row["id"], column, row[column]) for row in rows_of(path) for column in ("en", "ar", "not_en", "not_ar")]
    assert [(name, column) for name, column, cell in cells if len(set(forms(cell))) < len(forms(cell))] == []


@every_file
def test_a_phrase_that_stops_a_form_is_not_itself_a_form(path: Path) -> None:
    rows = rows_of(path)
    assert [row["id"] for row in rows if set(forms(row["ar"])) & set(forms(row["not_ar"]))] == []
    assert [row["id"] for row in rows if set(forms(row["en"])) & set(forms(row["not_en"]))] == []


@every_file
def test_a_phrase_that_stops_is_more_than_one_word(path: Path) -> None:
    stops = [(row["id"], form) for row in rows_of(path) for form in forms(row["not_ar"]) if " " not in form]
    assert stops == []


def test_ids_are_unique_over_all_files() -> None:
    counted = Counter(row["id"] for path in FILES for row in rows_of(path))
    assert [name for name, count in counted.items() if count > 1] == []


def test_the_lexicon_is_broad() -> None:
    assert sum(len(rows_of(path)) for path in FILES) >= LEAST_CONCEPTS
