"""ArticleEvent: what a publisher puts on the topic `articles`."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from schemas.country import COUNTRIES

Uri = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
# Python's $ lets a line end follow, which JSON Schema's does not.
Language = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$(?!\n)")]
# An absolute http or https URL or IRI (RFC 3986, 3987): a host, perhaps a user before and a port behind it, and neither
# spaces nor control characters anywhere.
URL: Final = (
    r"^[Hh][Tt][Tt][Pp][Ss]?://([^\s\x00-\x1f/?#@\\]*@)?"
    r"(\[[0-9A-Fa-f:.]+\]|[^\s\x00-\x1f/?#@:\\<>\"^`{|}[\]]+)(:[0-9]{1,5})?([/?#][^\s\x00-\x1f]*)?$(?!\n)"
)
# These two are in the JSON Schema alone: rasid.intake looks at them when an article comes, and takes eg for EG.
Country = Annotated[str, msgspec.Meta(extra_json_schema={"enum": sorted(COUNTRIES)})]
Url = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": URL})]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class ArticleEvent(msgspec.Struct, omit_defaults=True):
    """One version of one article; the same `uri` again is a new version of it.

    `title` and `body` are plain text and at least one of them has some; `language` is BCP 47; `url` is the page, whose
    host is the article's site; `country` is the publisher's ISO 3166-1 alpha-2 code. What is absent stays None: the
    reader of the stream fills in what it finds.
    """

    uri: Uri
    title: str = ""
    body: str = ""
    language: Language | None = None
    source: str | None = None
    url: Url | None = None
    country: Country | None = None
    authors: list[str] = []
    keywords: list[str] = []
    published: Moment | None = None


class ArticleRef(msgspec.Struct):
    """An article as an alert names it, without its text."""

    uri: str
    url: str | None
    title: str
    source: str | None
    language: str | None
    published: Moment | None
