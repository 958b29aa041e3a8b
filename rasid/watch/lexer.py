"""A query's tokens. What they mean together is parser.py's."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

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
    SCORE = "SCORE>=n"
    WEIGHT = "^n"
    FIELD = "field:"
    PHRASE = "phrase"
    RANGE = "range"
    WORD = "word"
    END = "the end"

    __hash__ = str.__hash__  # Enum's own is a call of Python's, and each token is asked several times what it is


class Token(NamedTuple):
    """`number` is the n of an operator, of a weight and of a phrase's ~n; `end` the column after the token."""

    kind: Kind
    text: str
    column: int
    end: int
    number: int = 0


# Quotation marks of every house open and close a phrase; ” closes what “ opens, but typists mix them.
_QUOTES: Final = '"“”„‟«»＂'
# Direction marks and zero-width characters come with pasted Arabic and mean nothing beside an operator.
_MARKS: Final = "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_TRAILING: Final = re.compile(f"[{_MARKS}]+$")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_PATTERN: Final = re.compile(
    rf"""(?P<space>[\s{_MARKS}]+)
      | (?P<comment><<<)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<phrase>[{_QUOTES}](?P<inside>[^{_QUOTES}]*)[{_QUOTES}](?:~(?P<slop>\d{{1,9}}))?)
      | (?P<range>\[[^\[\]]*\])
      | (?P<near>O?NEAR/(?P<distance>\d{{1,9}}))(?![^\s(){_QUOTES}{_MARKS}])
      | (?P<atleast>ATLEAST/(?P<count>\d{{1,9}}))(?![^\s(){_QUOTES}{_MARKS}])
      | (?P<score>SCORE\s*>=\s*(?P<threshold>\d{{1,9}}))(?=\s*\()
      | (?P<weight>\^(?P<weighs>[-+]?\d{{1,9}})\s*[,،]?)
      | (?P<field>[A-Za-z]+):(?=[^\s{_MARKS}])
      | (?P<word>(?:(?!<<<)[^\s(){_QUOTES}\[\]^])+)
    """,
    re.VERBOSE,
)
_WORDS: Final = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}
_NUMBERED: Final = {
    "near": (Kind.NEAR, "distance"), "atleast": (Kind.ATLEAST, "count"), "score": (Kind.SCORE, "threshold"),
    "weight": (Kind.WEIGHT, "weighs"),
}  # fmt: skip
_PLAIN: Final = {"open": Kind.OPEN, "close": Kind.CLOSE, "field": Kind.FIELD, "range": Kind.RANGE}


def tokens(query: str) -> Iterator[Token]:
    """The tokens of `query`, an END last. Raises QueryError with the column of what cannot be one."""
    if len(query) > MAX_QUERY:
        raise QueryError(f"a query has at most {MAX_QUERY:,} characters, this one {len(query):,}", MAX_QUERY)
    control = _CONTROL.search(query)
    if control:
        raise QueryError(f"the control character U+{ord(control.group()):04X} cannot stand in a query: remove it",
                         control.start())  # fmt: skip
    at = 0
    while at < len(query):
        found = _PATTERN.match(query, at)
        if found is None:
            raise _unreadable(query, at)
        at = _after_comment(query, at) if found.lastgroup == "comment" else found.end()
        if found.lastgroup != "space" and found.lastgroup != "comment":  # noqa: PLR1714 -- quicker than a set
            yield _token(found, str(found.lastgroup))
    yield Token(Kind.END, "", len(query), len(query))


def _after_comment(query: str, at: int) -> int:
    end = query.find(">>>", at)
    if end < 0:
        raise QueryError("the comment is not closed: end it with >>>", at)
    return end + 3


def _token(found: re.Match[str], name: str) -> Token:
    start, end = found.span()
    if name == "phrase":
        return Token(Kind.PHRASE, found["inside"], start, end, int(found["slop"] or 0))
    if name in _NUMBERED:
        kind, number = _NUMBERED[name]
        return Token(kind, found[name], start, end, int(found[number]))
    if name in _PLAIN:
        return Token(_PLAIN[name], found[name], start, end)
    word = _TRAILING.sub("", found["word"])
    return Token(_WORDS.get(word, Kind.WORD), word, start, start + len(word))


def _unreadable(query: str, at: int) -> QueryError:
    char = query[at]
    if char in _QUOTES:
        return QueryError(f"the quotation mark {char} is not closed: close the phrase with the same mark", at)
    if char == "[":
        return QueryError("the range is not closed: write [a TO b], as in published:[2026-01-01 TO *]", at)
    if char == "]":
        return QueryError("] closes no range: remove it, or open one with published:[", at)
    return QueryError("^ gives a weight within SCORE only, as in SCORE>=10(a^10, b^5): remove it", at)
