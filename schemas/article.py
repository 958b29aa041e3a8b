"""ArticleEvent: what a publisher puts on the topic `articles`."""

from datetime import datetime
from typing import Annotated

import msgspec

Uri = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
Language = Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
Country = Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2}$")]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class ArticleEvent(msgspec.Struct, omit_defaults=True):
    """One version of one article; the same `uri` again is a new version of it.

    `title` and `body` are plain text and at least one of them has some; `language` is BCP 47; `country` is the
    publisher's ISO 3166-1 alpha-2 code. What is absent stays None: the reader of the stream fills in what it finds.
    """

    uri: Uri
    title: str = ""
    body: str = ""
    language: Language | None = None
    source: str | None = None
    url: str | None = None
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
