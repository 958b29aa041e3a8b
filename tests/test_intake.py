"""Reading articles: everything that can be wrong with a record has its reason, and what the contract allows is read."""

import json
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.intake import MAX_TEXT, Rejected, read_article
from schemas.article import ArticleEvent
from schemas.dead_letter import Reason

GOOD = {"uri": "urn:a", "title": "عنوان", "body": "نص"}

URLS = [
    "https://almadar.example.org/2026/05/18/96919", "HTTP://News.Example", "http://localhost/", "https://a.example?x=1",
    "https://x.example/أخبار/هدنة?صفحة=1#أعلى", "http://موقع.وزارة-الاتصالات.مصر/", "https://x.example/a|b(c)[d]",
    "http://user:word@news.example:8080/x", "http://[2001:db8::1]:80/a", "https://x.example/%D9%87",
]  # fmt: skip
NO_URLS = [
    "", "not a url", "/2026/05/18", "news.example/x", "//news.example/x", "http://", "http:///x", "https://?q=1", "http://@/",
    "javascript:alert(1)", "ftp://news.example/x", "urn:x:1", "mailto:desk@news.example", "http://[", "http://[zz]/",
    "http://news example/", "http://news.example/a b", " http://news.example", "http://news.example/\n",
    "http://news.example/\x00", "http://news.example:port/", "http://news.example:999999/", "http://news.example\\x",
]  # fmt: skip


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
        *((raw(country=code), Reason.BAD_VALUE) for code in ("Egypt", "", "ZZ", "UK", "EU", "E", "EG\n", "ıs")),
        (raw(language="not a language!!"), Reason.BAD_VALUE),
        (raw(language=""), Reason.BAD_VALUE),
        (raw(language="ar\n"), Reason.BAD_VALUE),
        *((raw(url=url), Reason.BAD_VALUE) for url in NO_URLS),
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
        raw(country="EG"),
        raw(country="eg"),
        raw(country="XK"),
        raw(url=None, country=None, language=None),
        *(raw(url=url) for url in URLS),
    ],
)
def test_what_the_contract_allows_is_read(value):
    assert isinstance(read_article(value, None), ArticleEvent)


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_is_read_has_a_host(url):
    assert urlsplit(read_article(raw(url=url), None).url).hostname


@pytest.mark.parametrize(("field", "value"), [("country", "ZZ"), ("url", "not a url")])
def test_a_bad_value_is_told_with_its_field(field, value):
    detail = read_article(raw(**{field: value}), None).detail
    assert repr(value) in detail
    assert f"`$.{field}`" in detail


def test_a_key_must_be_the_uri():
    assert read_article(raw(), b"urn:other").reason is Reason.KEY_MISMATCH
    assert isinstance(read_article(raw(), b"urn:a"), ArticleEvent)


@given(st.one_of(st.binary(max_size=200), st.text().map(str.encode)))
def test_any_bytes_are_an_article_or_have_a_reason(value):
    found = read_article(value, None)
    assert isinstance(found, ArticleEvent | Rejected)
