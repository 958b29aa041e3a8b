"""The JSON Schemas under schemas/json are those of the records, and say what the contract says."""

import json

import jsonschema
import pytest

from schemas import json_schema
from schemas.article import ArticleEvent


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
    ],
)
def test_article_schema_accepts_what_the_contract_does(article, valid):
    schema = json.loads((json_schema.FOLDER / json_schema.file_name(ArticleEvent)).read_text("utf-8"))
    assert jsonschema.Draft202012Validator(schema).is_valid(article) is valid
