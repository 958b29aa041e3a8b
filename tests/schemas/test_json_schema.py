"""The JSON Schemas under schemas/json are those of the records, and say what the contract says."""

import json
from importlib.resources import files
from typing import get_type_hints

import jsonschema
import msgspec
import pytest

from schemas import json_schema
from schemas.article import ArticleEvent
from schemas.country import COUNTRIES
from schemas.silence import Silence
from schemas.watch import Watch


@pytest.mark.parametrize("record", json_schema.RECORDS, ids=lambda record: record.__name__)
def test_files_are_in_step_with_the_records(record):
    written = (json_schema.FOLDER / json_schema.file_name(record)).read_text("utf-8")
    assert written == json_schema.text(record), "run `python -m schemas.json_schema`"


def test_no_file_is_left_over():
    names = {path.name for path in json_schema.FOLDER.iterdir()}
    assert names == {json_schema.file_name(record) for record in json_schema.RECORDS}


@pytest.mark.parametrize(
    ("article", "valid"),
    [
        ({"uri": "urn:a", "title": "عنوان"}, True),
        ({"uri": "urn:a", "body": "نص", "unknown": [1]}, True),
        ({"title": "عنوان"}, False),
        ({"uri": "", "title": "عنوان"}, False),
        ({"uri": "x" * 2049, "title": "عنوان"}, False),
        ({"uri": "urn:a", "title": 3}, False),
        ({"uri": "urn:a", "title": "t", "country": "Egypt"}, False),
        ({"uri": "urn:a", "title": "t", "country": "ZZ"}, False),
        ({"uri": "urn:a", "title": "t", "country": "EG", "url": "https://x.example/هدنة"}, True),
        ({"uri": "urn:a", "title": "t", "country": None, "url": None}, True),
        ({"uri": "urn:a", "title": "t", "url": "x.example"}, False),
    ],
)
def test_article_schema_accepts_what_the_contract_does(article, valid):
    schema = json.loads((json_schema.FOLDER / json_schema.file_name(ArticleEvent)).read_text("utf-8"))
    assert jsonschema.Draft202012Validator(schema).is_valid(article) is valid


@pytest.mark.parametrize(("record", "field", "value"), [
    (Watch, "id", "talks"), (Silence, "id", "1f2e3d4c"), (ArticleEvent, "language", "ar-EG"),
])  # fmt: skip
def test_what_has_a_form_ends_with_it(record, field, value):
    """Python's $ lets a line end follow, which no other reader of the schema does."""
    kind = get_type_hints(record, include_extras=True)[field]
    assert msgspec.convert(value, kind) == value
    with pytest.raises(msgspec.ValidationError, match="matching regex"):
        msgspec.convert(value + "\n", kind)


def test_countries_are_those_of_the_time_zone_database_and_kosovo():
    """Its iso3166.tab is of any recent year: a code that came or went since would show here."""
    rows = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8").splitlines()
    assigned = {row.split("\t")[0] for row in rows if not row.startswith("#")}
    assert {"XK"} == COUNTRIES - assigned
    assert assigned <= COUNTRIES
