"""Where something stands in an article."""

from typing import Literal

import msgspec

Field = Literal["title", "body"]


class Span(msgspec.Struct, frozen=True):
    """Half-open code points of the original field, so that `article[field][start:end] == text` always."""

    field: Field
    start: int
    end: int
    text: str
