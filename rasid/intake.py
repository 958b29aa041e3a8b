"""Reading what publishers send: bytes to an ArticleEvent, or the reason why not. Never a guess."""

import re
from typing import Final, NamedTuple, TypeVar

import msgspec

from schemas.article import URL, ArticleEvent
from schemas.country import COUNTRIES
from schemas.dead_letter import Reason

MAX_TEXT: Final = 2_000_000  # code points of title and body: a long book; more is a file in the wrong place
MAX_DETAIL: Final = 300  # characters of an explanation
MAX_SHOWN: Final = 100  # of a value in it
_IS_URL: Final = re.compile(URL).match
_VISIBLE: Final = re.compile(r"[^\W_\u0640]|[^\w\s\u0300-\u036f\u0610-\u061a\u061c\u064b-\u065f\u0670\u06d6-\u06ed"
                             r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")  # fmt: skip

Record = TypeVar("Record")


class Rejected(NamedTuple):
    """Why a record cannot be read."""

    reason: Reason
    detail: str


_ARTICLE: Final = msgspec.json.Decoder(ArticleEvent)


def read_article(value: bytes | None, key: bytes | None) -> ArticleEvent | Rejected:
    """The article in a record of the topic `articles`; `key`, where there is one, must be its uri."""
    article = decode(_ARTICLE, value)
    return article if isinstance(article, Rejected) else _checked(article, key)


def decode(decoder: msgspec.json.Decoder[Record], value: bytes | None) -> Record | Rejected:
    """What `decoder` makes of `value`, or the reason why it cannot."""
    if value is None:
        return Rejected(Reason.NULL_VALUE, "the record has no value")
    try:
        return decoder.decode(value)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        return Rejected(_reason(error, value), str(error)[:MAX_DETAIL])


def _reason(error: Exception, value: bytes) -> Reason:
    if isinstance(error, RecursionError):
        return Reason.TOO_DEEP
    try:
        value.decode()
    except UnicodeDecodeError:
        return Reason.NOT_UTF8
    if isinstance(error, msgspec.ValidationError):
        return _invalid(str(error))
    return Reason.NOT_UTF8 if "surrogate" in str(error) else Reason.NOT_JSON


def _invalid(message: str) -> Reason:
    """Msgspec says in words which rule a value breaks."""
    if "missing required field" in message:
        return Reason.MISSING_FIELD
    return Reason.WRONG_TYPE if message.startswith("Expected `") and ", got `" in message else Reason.BAD_VALUE


def _is_text(text: str) -> bool:
    """Whether there are no lone surrogates: encoding finds them many times sooner than a search."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_country(code: str) -> bool:
    """Whether it is assigned; ASCII, since 'ı' too is an I in upper case."""
    return code.isascii() and code.upper() in COUNTRIES


def _bad(field: str, value: str, what: str) -> Rejected:
    return Rejected(Reason.BAD_VALUE, f"{value[:MAX_SHOWN]!r} is {what} - at `$.{field}`")


def _checked(article: ArticleEvent, key: bytes | None) -> ArticleEvent | Rejected:
    size = len(article.title) + len(article.body)
    if size > MAX_TEXT:
        return Rejected(Reason.TOO_LARGE, f"title and body have {size:,} characters, at most {MAX_TEXT:,} are read")
    if not _VISIBLE.search(article.title) and not _VISIBLE.search(article.body):
        return Rejected(Reason.EMPTY_TEXT, "neither title nor body has a visible character")
    if not all(map(_is_text, (article.uri, article.title, article.body))):
        return Rejected(Reason.NOT_UTF8, "the text has lone surrogates, which are no characters")
    if article.country is not None and not _is_country(article.country):
        return _bad("country", article.country, "no country's code of ISO 3166-1 alpha-2, such as EG")
    if article.url is not None and not _IS_URL(article.url):
        return _bad("url", article.url, "no absolute http or https URL without spaces")
    if key is not None and key != article.uri.encode():
        return Rejected(Reason.KEY_MISMATCH, f"the key {key[:MAX_SHOWN]!r} is not the uri {article.uri[:MAX_SHOWN]!r}")
    return article
