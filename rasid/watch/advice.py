"""What is wrong with a word or a name of a query, and what was probably meant: the wording of the parser's errors."""

import difflib
import re
from collections.abc import Iterable
from typing import Final

from rasid.errors import QueryError
from rasid.watch.lexer import Kind, Token

MIN_PREFIX: Final = 3  # letters before *
OPERATORS: Final = ("AND", "OR", "NOT", "NEAR", "ONEAR", "ATLEAST", "SCORE")
_NUMBERED: Final = {"NEAR": "NEAR/5", "ONEAR": "ONEAR/5", "ATLEAST": "ATLEAST/2", "SCORE": "SCORE>=10(a^10, b^5)"}
# How other languages write what Rasid writes otherwise.
_SYMBOLS: Final = {"&&": "AND", "&": "AND", "||": "OR", "|": "OR", "!": "NOT", "+": "AND"}
_FOREIGN: Final = (
    (re.compile(r"(?P<o>O?)NEAR[:~]?(?P<n>\d+)"), "{o}NEAR/{n}"),
    (re.compile(r"NEAR/(?P<n>\d+)F", re.IGNORECASE), "ONEAR/{n}"),
    (re.compile(r"(?:(?:W|N|WITHIN)/|ADJ/?)(?P<n>\d+)"), "NEAR/{n}"),
    (re.compile(r"PRE/(?P<n>\d+)"), "ONEAR/{n}"),
    (re.compile(r"ATLEAST[:~]?(?P<n>\d+)"), "ATLEAST/{n}"),
    (re.compile(r"ANDNOT|BUTNOT"), "AND NOT"),
)
_LETTERS: Final = re.compile("[ء-غف-ي]+")  # a word that can be nothing else
_NUMBERED_WORD: Final = re.compile(r"([A-Za-z]{3,})/(\d+)")


def nearest(name: str, known: Iterable[str]) -> str:
    """The words `, did you mean '…'?` with the known name nearest to this one; empty where none is near."""
    real = {each.casefold(): each for each in known}
    found = difflib.get_close_matches(name.casefold(), real, 1)
    return f", did you mean {real[found[0]]!r}?" if found else ""


def shown(token: Token) -> str:
    """A token as an error names it."""
    return repr(token.text) if token.text and token.kind not in {Kind.FIELD, Kind.PHRASE} else str(token.kind)


def unexpected(token: Token) -> QueryError:
    """The error for a token where a clause should begin, or nothing more should come."""
    what = f"expected a word, a phrase, a field or a bracket, found {shown(token)}"
    if token.kind in {Kind.AND, Kind.OR, Kind.NEAR}:
        what += f": {token.text} stands between two clauses; the word itself goes in quotation marks"
    if token.kind is Kind.RANGE:
        what += ": a range follows published:"
    if token.kind is Kind.WEIGHT:
        what += ": a weight stands within SCORE only, as in SCORE>=10(a^10, b^5)"
    return QueryError(what, token.column)


def example(field: str) -> str:
    """What may stand after a field."""
    return {"published": "[2026-01-01 TO *]", "search": "talks", "lang": "ar"}.get(field, '"…"')


def unknown_field(name: Token, fields: Iterable[str]) -> QueryError:
    """The error for a name before a colon that is none of `fields`."""
    if name.text.upper() in _NUMBERED:
        written = _NUMBERED[name.text.upper()]
        return QueryError(f"{name.text}: takes no colon: write {written}", name.column)
    what = f"unknown field {name.text!r}{nearest(name.text, fields)}; fields are {', '.join(fields)}"
    return QueryError(f"{what}; text with a colon stands in quotation marks", name.column)


def check_word(token: Token, fields: Iterable[str]) -> None:
    """Raises QueryError where a bare word is none, or was meant as an operator."""
    word = token.text
    if _LETTERS.fullmatch(word):
        return
    if word.endswith(":") and word[:-1] in fields:
        raise QueryError(f"{word} needs a value right after it, as in {word}{example(word[:-1])}", token.column)
    _check_symbols(token)
    _check_operator(token)
    check_prefixes(word, token.column)
    if not any(char.isalnum() for char in word):
        raise QueryError(f"{word!r} has no letter or digit: remove it", token.column)


def _check_symbols(token: Token) -> None:
    word = token.text
    if word in _SYMBOLS:
        raise QueryError(f"{word!r} is no operator here: write {_SYMBOLS[word]}", token.column)
    if word[0] in "+!-" and word[1:2].isalpha():
        meant = f"NOT {word[1:]}" if word[0] in "!-" else word[1:]
        raise QueryError(f"{word!r}: {word[0]} before a word is no operator: write {meant}", token.column)
    tilde = re.search(r"~[\d.]*$", word)
    if tilde:
        what = '~ stands after a phrase, as in "a b"~2, and there is no fuzzy search: remove it'
        raise QueryError(what, token.column + tilde.start())
    if "?" in word:
        raise QueryError("? is no wildcard: remove it; a final * stands for any ending", token.column + word.index("?"))
    if re.fullmatch(r"/.+/", word):
        raise QueryError(f"{word!r}: there are no regular expressions: write the words, or a prefix*", token.column)
    brace = re.search(r"[{}]", word)
    if brace:
        raise QueryError(f"{brace.group()} cannot stand here: brackets are ( ), ranges [a TO b]",
                         token.column + brace.start())  # fmt: skip


def _check_operator(token: Token) -> None:
    word = token.text
    upper = re.sub(r"[/>=\d]*$", "", word.upper())
    if upper in _NUMBERED and word.startswith(upper) and not re.search(r"\d", word):
        raise QueryError(f"{word!r} lacks its number: write {_NUMBERED[upper]}", token.column)
    if re.match(r"(?:O?NEAR|ATLEAST)/(?!\d{1,9}F?$)", word, re.IGNORECASE):
        written = _NUMBERED[word.split("/")[0].upper()]
        raise QueryError(f"{word[:40]!r} has no number that fits: write {written}", token.column)
    if re.fullmatch(r"SCORE\s*>?=?\d*|[A-Z]+>=\d+", word):
        raise QueryError(f"{word!r} is not how a score is written: write {_NUMBERED['SCORE']}", token.column)
    for pattern, meant in _FOREIGN:
        found = pattern.fullmatch(word)
        if found:
            written = meant.format(**found.groupdict())
            raise QueryError(f"unknown operator {word!r}, did you mean '{written}'?", token.column)
    numbered = _NUMBERED_WORD.fullmatch(word)
    if numbered:
        _check_numbered(token, *numbered.groups())


def _check_numbered(token: Token, name: str, number: str) -> None:
    if len(number) > len("100"):
        return
    close = difflib.get_close_matches(name.upper(), ("NEAR", "ONEAR", "ATLEAST"), 1, 0.7)
    if close:
        raise QueryError(f"unknown operator {token.text!r}, did you mean '{close[0]}/{number}'?", token.column)


def check_prefixes(text: str, column: int) -> None:
    """Raises QueryError where a word of `text` has a * that is too early or within the word."""
    for found in re.finditer(r"\S*\*\S*", text) if "*" in text else ():
        word = found.group().rstrip(".,;:!)»”\"'،؛؟")
        if "*" in word[:-1]:
            raise QueryError(f"{word!r}: * stands only at the end of a word",
                             column + found.start() + word.index("*"))  # fmt: skip
        if sum(char.isalnum() for char in word) < MIN_PREFIX:
            raise QueryError(f"{word!r} would match too much: a prefix has at least {MIN_PREFIX} letters",
                             column + found.start())  # fmt: skip
