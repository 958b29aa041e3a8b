"""Reading a query: precedence climbing over the tokens. NOT binds tightest, then NEAR and ATLEAST, AND, OR.

Words side by side are one term, a phrase; between any other two clauses a space is AND.
"""

import difflib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from rasid.errors import QueryError
from rasid.watch.lexer import Kind, Token, tokens
from rasid.watch.query import And, AtLeast, Attribute, Has, Level, Near, Node, Not, Or, Published, Term

MAX_DEPTH: Final = 50  # nested brackets
MAX_DISTANCE: Final = 100  # words, for NEAR and ~
MIN_PREFIX: Final = 3  # letters before *
_FIELDS: Final = ("title", "body")
_STARTS: Final = {Kind.OPEN, Kind.NOT, Kind.ATLEAST, Kind.FIELD, Kind.PHRASE, Kind.WORD}
FIELD_NAMES: Final = (*_FIELDS, *(level.value for level in Level if level), *Attribute, "published")


def parse(query: str) -> Node:
    """The tree of `query`. Raises QueryError: the column, what was expected, and the nearest valid spelling."""
    if not query.strip():
        raise QueryError("the query is empty: write a word, a phrase or a clause", 0)
    node = _Parser(list(tokens(query))).whole()
    if not _asks(node):
        raise QueryError("the query has only NOTs: add what an article must have, before AND NOT", 0)
    return node


def _asks(node: Node) -> bool:
    """Whether something must be there."""
    if isinstance(node, Not):
        return False
    if isinstance(node, And):
        return any(map(_asks, node.parts))
    return all(map(_asks, node.parts)) if isinstance(node, Or) else True


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0
        self._loose_near: Token | None = None  # the NEAR that the last clause was joined by, brackets aside

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at += token.kind is not Kind.END
        return token

    def whole(self) -> Node:
        node = self._or()
        if self._next.kind is not Kind.END:
            what = f"{self._next.text!r} closes nothing: remove it, or open a bracket before"
            raise QueryError(what, self._next.column)
        return node

    def _or(self) -> Node:
        parts = [self._and()]
        while self._next.kind is Kind.OR:
            self._take()
            parts.append(self._and())
        return _joined(Or, parts)

    def _and(self) -> Node:
        parts: list[Node] = []
        near: Token | None = None
        while True:
            parts.append(self._near())
            near = near or self._loose_near
            if self._next.kind is Kind.AND:
                self._take()
            elif self._next.kind not in _STARTS:
                break
        if near is not None and len(parts) > 1:
            raise QueryError("NEAR beside AND can be read in two ways: put brackets round (a NEAR/n b)", near.column)
        return _joined(And, parts)

    def _near(self) -> Node:
        left = self._not()
        if self._next.kind is not Kind.NEAR:
            self._loose_near = None
            return left
        operator = self._take()
        _limited(operator)
        for side, column in ((left, operator.column), (right := self._not(), operator.column)):
            if not _positional(side):
                raise QueryError(f"{operator.text} takes words and phrases, or an OR of them, on both sides", column)
        if self._next.kind is Kind.NEAR:
            what = "one NEAR after another can be read in two ways: put brackets round one"
            raise QueryError(what, self._next.column)
        self._loose_near = operator
        return Near(left, right, operator.number, operator.text.startswith("O"))

    def _not(self) -> Node:
        if self._next.kind is Kind.NOT:
            self._take()
            return Not(self._not())
        if self._next.kind is Kind.ATLEAST:
            return self._at_least()
        return self._clause()

    def _at_least(self) -> Node:
        operator = self._take()
        _limited(operator)
        part = self._clause()
        if not _positional(part):
            raise QueryError(f"{operator.text} counts words and phrases, or an OR of them", operator.column)
        return AtLeast(operator.number, part)

    def _clause(self) -> Node:
        token = self._take()
        readers: dict[Kind, Callable[[Token], Node]] = {
            Kind.OPEN: self._bracket, Kind.PHRASE: self._phrase, Kind.WORD: self._words, Kind.FIELD: self._field,
        }  # fmt: skip
        if token.kind not in readers:
            what = f"{token.text!r}" if token.text else str(token.kind)
            raise QueryError(f"expected a word, a phrase, a field or a bracket, found {what}", token.column)
        return readers[token.kind](token)

    def _bracket(self, opened: Token) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(f"brackets are nested more than {MAX_DEPTH} deep", opened.column)
        node = self._or()
        if self._take().kind is not Kind.CLOSE:
            raise QueryError("this bracket is not closed: add )", opened.column)
        self._depth -= 1
        return node

    def _phrase(self, token: Token) -> Node:
        if not any(char.isalnum() for char in token.text):
            raise QueryError("a phrase needs at least one letter or digit", token.column)
        if token.number > MAX_DISTANCE:
            raise QueryError(f"~{token.number} is more than the {MAX_DISTANCE} words allowed between", token.column)
        return Term(" ".join(token.text.split()), slop=token.number, quoted=True)

    def _words(self, first: Token) -> Node:
        """Words side by side are one term."""
        found = [first]
        while self._next.kind is Kind.WORD:
            found.append(self._take())
        for token in found:
            _checked(token)
        return Term(" ".join(token.text for token in found))

    def _field(self, name: Token) -> Node:
        if name.text == "published":
            return _published(self._take())
        if name.text in _FIELDS:
            return _within(self._clause(), name)
        if name.text in {Level.NORM, Level.RAW}:
            value = self._value(name)
            return Term(value.text, Level(name.text), quoted=True)
        if name.text in list(Attribute):
            return Has(Attribute(name.text), self._value(name).text)
        known = ", ".join(FIELD_NAMES)
        raise QueryError(f"unknown field {name.text!r}{_nearest(name.text)}; fields are {known}", name.column)

    def _value(self, name: Token) -> Token:
        value = self._take()
        if value.kind not in {Kind.PHRASE, Kind.WORD} or not value.text.strip():
            raise QueryError(f'{name.text}: needs a value, as in {name.text}:"…"', value.column)
        return value


def _joined(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _limited(operator: Token) -> None:
    if not 1 <= operator.number <= MAX_DISTANCE:
        raise QueryError(f"the number in {operator.text} is between 1 and {MAX_DISTANCE}", operator.column)


def _positional(node: Node) -> bool:
    if isinstance(node, Or):
        return all(map(_positional, node.parts))
    return isinstance(node, Term)


def _checked(token: Token) -> None:
    word = token.text
    if word.endswith(":") and word[:-1] in FIELD_NAMES:
        raise QueryError(f'{word} needs a value right after it, as in {word}"…"', token.column)
    if not any(char.isalnum() for char in word):
        raise QueryError(f"{word!r} has no letter or digit", token.column)
    letters = sum(char.isalnum() for char in word)
    if word.endswith("*") and letters < MIN_PREFIX:
        raise QueryError(f"{word!r} would match too much: a prefix has at least {MIN_PREFIX} letters", token.column)
    if "*" in word[:-1]:
        raise QueryError(f"{word!r}: * stands only at the end of a word", token.column + word.index("*"))
    upper = word.upper()
    if upper.split("/")[0] in {"NEAR", "ONEAR", "ATLEAST"} and word == upper:
        raise QueryError(f"{word!r} lacks its number: write {upper.split('/')[0]}/5", token.column)


def _within(node: Node, name: Token) -> Node:
    """`node` looked for in one field only."""
    field = "title" if name.text == "title" else "body"
    if isinstance(node, Term):
        return Term(node.text, node.level, node.slop, "title" if field == "title" else "body", node.quoted)
    if isinstance(node, And | Or):
        return type(node)(tuple(_within(part, name) for part in node.parts))
    raise QueryError(f"{name.text}: takes a word, a phrase or a bracket of them", name.column)


def _published(token: Token) -> Published:
    parts = token.text.strip("[]").split(" TO ")
    if token.kind is not Kind.RANGE or len(parts) != 2:  # noqa: PLR2004
        raise QueryError("published: takes a range, as in published:[2026-01-01 TO *]", token.column)
    return Published(*(_moment(part.strip(), token) for part in parts))


def _moment(text: str, token: Token) -> datetime | None:
    if text == "*":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise QueryError(f"{text!r} is no date: write 2026-01-31, 2026-01-31T09:00+03:00 or *", token.column) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _nearest(name: str) -> str:
    found = difflib.get_close_matches(name.lower(), FIELD_NAMES, 1)
    return f", did you mean '{found[0]}'?" if found else ""
