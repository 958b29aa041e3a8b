"""A query's tokens. What they mean together is parser.py's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rasid.errors import QueryError

MAX_QUERY: Final = 65_536  # characters; a longer one is a mistake


class Kind(StrEnum):
    """What a token is."""

    OPEN = "("
    CLOSE = ")"
    AND = "AND"
    OR = "OR"
    NOT = "NOT"
    NEAR = "NEAR/n"
    ATLEAST = "ATLEAST/n"
    FIELD = "field:"
    PHRASE = "phrase"
    RANGE = "range"
    WORD = "word"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """`number` is the n of NEAR/n, ATLEAST/n and of a phrase's ~n."""

    kind: Kind
    text: str
    column: int
    number: int = 0


# Quotation marks of every house open and close a phrase; ” closes what “ opens, but typists mix them.
_OPENING: Final = '"“”„«»'
_PATTERN = re.compile(
    r"""(?P<space>\s+|<<<.*?>>>)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<phrase>["“”„«](?P<inside>[^"“”«»]*)["“”»](?:~(?P<slop>\d+))?)
      | (?P<range>\[[^\]]*\])
      | (?P<near>O?NEAR/(?P<distance>\d+))(?![^\s()])
      | (?P<atleast>ATLEAST/(?P<count>\d+))(?![^\s()])
      | (?P<field>[A-Za-z]+):(?=\S)
      | (?P<word>[^\s()"“”„«»\[\]]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS: Final = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}


def tokens(query: str) -> Iterator[Token]:
    """The tokens of `query`, an END last. Raises QueryError with the column of what cannot be one."""
    if len(query) > MAX_QUERY:
        raise QueryError(f"a query has at most {MAX_QUERY:,} characters, this one {len(query):,}", MAX_QUERY)
    at = 0
    while at < len(query):
        found = _PATTERN.match(query, at)
        if found is None:
            raise _unreadable(query, at)
        if found.lastgroup is not None and not found["space"]:
            yield _token(found)
        at = found.end()
    yield Token(Kind.END, "", len(query))


def _token(found: re.Match[str]) -> Token:
    column = found.start()
    if found["open"] or found["close"]:
        return Token(Kind(found.group()), found.group(), column)
    if found["phrase"]:
        return Token(Kind.PHRASE, found["inside"], column, int(found["slop"] or 0))
    if found["near"]:
        return Token(Kind.NEAR, found["near"], column, int(found["distance"]))
    if found["atleast"]:
        return Token(Kind.ATLEAST, found["atleast"], column, int(found["count"]))
    if found["field"]:
        return Token(Kind.FIELD, found["field"], column)
    if found["range"]:
        return Token(Kind.RANGE, found["range"], column)
    return Token(_WORDS.get(found["word"], Kind.WORD), found["word"], column)


def _unreadable(query: str, at: int) -> QueryError:
    if query[at] in _OPENING:
        return QueryError(f"the quotation mark {query[at]} is not closed: close the phrase with the same mark", at)
    return QueryError(f"{query[at]!r} cannot stand here", at)
