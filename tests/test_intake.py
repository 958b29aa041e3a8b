"""Reading articles: everything that can be wrong with a record has its reason, and what the contract allows is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.intake import MAX_TEXT, Rejected, read_article
from schemas.article import ArticleEvent
from schemas.dead_letter import Reason

GOOD = {"uri": "urn:a", "title": "عنوان", "body": "نص"}


def raw(**changes):
    return json.dumps({**GOOD, **changes}, ensure_ascii=False).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.NULL_VALUE),
        (b"", Reason.NOT_JSON),
        (raw()[:-1], Reason.NOT_JSON),
        (b'{"uri": "urn:a", "title": NaN}', Reason.NOT_JSON),
        (b"\xff\xfe", Reason.NOT_UTF8),
        (b'{"uri": "urn:a", "title": "\xff"}', Reason.NOT_UTF8),
        (raw(title="\ud800"), Reason.NOT_UTF8),
        (b'{"uri": "urn:a", "title": "\\ud800"}', Reason.NOT_JSON),
        (b"[]", Reason.WRONG_TYPE),
        (b'"text"', Reason.WRONG_TYPE),
        (b"3", Reason.WRONG_TYPE),
        (b"null", Reason.WRONG_TYPE),
        (raw(title=3), Reason.WRONG_TYPE),
        (raw(body=None), Reason.WRONG_TYPE),
        (raw(authors="كاتب"), Reason.WRONG_TYPE),
        (b'{"title": "x"}', Reason.MISSING_FIELD),
        (raw(uri=""), Reason.BAD_VALUE),
        (raw(uri="x" * 2049), Reason.BAD_VALUE),
        (raw(country="Egypt"), Reason.BAD_VALUE),
        (raw(language="not a language!!"), Reason.BAD_VALUE),
        (raw(language=""), Reason.BAD_VALUE),
        (raw(published="yesterday"), Reason.BAD_VALUE),
        (raw(published="2026-01-01T00:00:00"), Reason.BAD_VALUE),
        (raw(published="99999-01-01T00:00:00Z"), Reason.BAD_VALUE),
        (raw(title="", body=""), Reason.EMPTY_TEXT),
        (raw(title=" \n", body="\u064b\u0650"), Reason.EMPTY_TEXT),
        (raw(title="\u202e\u202d\u200f", body=""), Reason.EMPTY_TEXT),
        (raw(title="\u0640\u0640", body=""), Reason.EMPTY_TEXT),
        (raw(body="ن" * (MAX_TEXT + 1)), Reason.TOO_LARGE),
        (b'{"uri": "urn:a", "title": "x", "extra": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", Reason.TOO_DEEP),
    ],
)
def test_bad_records_have_their_reason(value, reason):
    found = read_article(value, None)
    assert isinstance(found, Rejected), found
    assert found.reason == reason, found
    assert found.detail


@pytest.mark.parametrize(
    "value",
    [
        raw(),
        raw(title=""),
        raw(body=""),
        raw(unknown={"a": [1]}),
        raw(published="2999-01-01T00:00:00+03:00"),
        raw(body="ن" * 1_000_000),
        raw(body="[" * 10_000),
        raw(title="🙂", body=""),
    ],
)
def test_what_the_contract_allows_is_read(value):
    assert isinstance(read_article(value, None), ArticleEvent)


def test_a_key_must_be_the_uri():
    assert read_article(raw(), b"urn:other").reason is Reason.KEY_MISMATCH
    assert isinstance(read_article(raw(), b"urn:a"), ArticleEvent)


@given(st.one_of(st.binary(max_size=200), st.text().map(str.encode)))
def test_any_bytes_are_an_article_or_have_a_reason(value):
    found = read_article(value, None)
    assert isinstance(found, ArticleEvent | Rejected)
