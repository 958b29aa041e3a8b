"""Reading a query: precedence climbing over the tokens. NOT binds tightest, then NEAR and ATLEAST, AND, OR.

Words side by side are one term, a phrase; between any other two clauses a space is AND.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from rasid.errors import QueryError
from rasid.watch.advice import check_prefixes, check_word, example, shown, unexpected, unknown_field
from rasid.watch.dates import published
from rasid.watch.lexer import Kind, Token, tokens
from rasid.watch.positional import name_of, positional, within
from rasid.watch.query import (
    And,
    AtLeast,
    Attribute,
    Has,
    Level,
    Near,
    Node,
    Not,
    Or,
    Score,
    Search,
    Term,
    column_of,
)

MAX_DEPTH: Final = 50  # nested brackets, NOTs and fields
MAX_WORDS: Final = 1_024  # of all terms: as many clauses as Lucene takes
MAX_DISTANCE: Final = 100  # words, for NEAR and ~
MAX_WEIGHT: Final = 1_000
_FIELDS: Final = ("title", "body")
_LEVELS: Final = tuple(level.value for level in Level if level)
_STARTS: Final = {Kind.OPEN, Kind.NOT, Kind.ATLEAST, Kind.SCORE, Kind.FIELD, Kind.PHRASE, Kind.WORD}
FIELD_NAMES: Final = (*_FIELDS, *_LEVELS, *(each.value for each in Attribute), "published", "search")


def parse(query: str) -> Node:
    """The tree of `query`. Raises QueryError: the column, what was expected, and the nearest valid spelling."""
    try:
        return _read(query)
    except QueryError as error:
        error.query = query
        raise


def _read(query: str) -> Node:
    if not query.strip():
        raise QueryError("the query is empty: write a word, a phrase or a clause", 0)
    node = _Parser(list(tokens(query))).whole()
    loose = _asks_nothing(node)
    if loose is not None:
        what = "only NOTs would match nearly every article: say what must be there, as in a AND NOT b"
        raise QueryError(what, column_of(loose))
    return node


def _asks_nothing(node: Node) -> Node | None:
    """The part by which an article could match without having anything; None where something must be there."""
    match node:
        case Not():
            return node
        case And(parts):
            each = [_asks_nothing(part) for part in parts]
            return None if None in each else each[0]
        case Or(parts):
            return next((found for part in parts if (found := _asks_nothing(part)) is not None), None)
        case Score(threshold, parts):
            free = [weight for part, weight in parts if weight > 0 and _asks_nothing(part) is not None]
            return node if sum(free) >= threshold else None
        case _:
            return None


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0
        self._words_left = MAX_WORDS
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
        token = self._next
        if token.kind is Kind.CLOSE:
            raise QueryError("')' closes nothing: remove it, or open a bracket before", token.column)
        if token.kind is not Kind.END:
            raise unexpected(token)
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
        right = self._not()
        for side in (left, right):
            if not positional(side):
                what = f"{operator.text} takes words and phrases, an OR of them, or another NEAR in brackets"
                raise QueryError(f"{what}, on both sides, and not {name_of(side)}", operator.column)
        if self._next.kind is Kind.NEAR:
            what = "one NEAR after another can be read in two ways: put brackets round one"
            raise QueryError(what, self._next.column)
        self._loose_near = operator
        ordered = operator.text.startswith("O")
        return Near(left, right, operator.number, ordered, operator.column, bracketed=False)

    def _not(self) -> Node:
        if self._next.kind is Kind.NOT:
            operator = self._take()
            return Not(self._deeper(operator, self._not), operator.column)
        if self._next.kind is Kind.ATLEAST:
            return self._at_least()
        return self._clause()

    def _deeper(self, opened: Token, read: Callable[[], Node]) -> Node:
        """What `read` reads, one level further in."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(f"clauses are nested more than {MAX_DEPTH} deep: split the query", opened.column)
        node = read()
        self._depth -= 1
        return node

    def _at_least(self) -> Node:
        operator = self._take()
        _limited(operator)
        part = self._clause()
        if not positional(part):
            what = f"{operator.text} counts words and phrases, an OR of them or a NEAR, and not {name_of(part)}"
            raise QueryError(what, operator.column)
        return AtLeast(operator.number, part, operator.column)

    def _clause(self) -> Node:
        token = self._take()
        match token.kind:
            case Kind.PHRASE:
                return self._phrase(token)
            case Kind.WORD:
                return self._words(token)
            case Kind.OPEN:
                return self._bracket(token)
            case Kind.FIELD:
                return self._field(token)
            case Kind.SCORE:
                return self._score(token)
            case _:
                raise unexpected(token)

    def _bracket(self, opened: Token) -> Node:
        if self._next.kind is Kind.CLOSE:
            raise QueryError("these brackets are empty: write a clause into them, or remove them", opened.column)
        node = self._deeper(opened, self._or)
        if self._next.kind is Kind.END:
            raise QueryError("this bracket is not closed: add )", opened.column)
        if self._take().kind is not Kind.CLOSE:
            raise unexpected(self._tokens[self._at - 1])
        self._loose_near = None
        return replace(node, bracketed=True) if isinstance(node, Near) else node

    def _phrase(self, token: Token) -> Node:
        return self._term(token, token.text, Level.WORD, quoted=True)

    def _words(self, first: Token) -> Node:
        """Words side by side are one term."""
        found = [first]
        while self._next.kind is Kind.WORD:
            found.append(self._take())
        for token in found:
            check_word(token, FIELD_NAMES)
        if len(found) > self._words_left:
            raise self._too_many(found[self._words_left])
        return self._term(first, " ".join(token.text for token in found), Level.WORD)

    def _term(self, token: Token, text: str, level: Level, *, quoted: bool = False) -> Term:
        if not any(map(str.isalnum, text)):
            raise QueryError("a phrase needs at least one letter or digit", token.column)
        if token.number > MAX_DISTANCE:
            raise QueryError(f"~{token.number} is more than the {MAX_DISTANCE} words allowed between", token.column)
        words = text.split()
        self._words_left -= len(words)
        if self._words_left < 0:
            raise self._too_many(token)
        if level is Level.WORD and quoted:
            check_prefixes(text, token.column + 1)
        return Term(" ".join(words), level, token.number, quoted=quoted, column=token.column)

    @staticmethod
    def _too_many(token: Token) -> QueryError:
        return QueryError(f"a query has at most {MAX_WORDS:,} words: split it", token.column)

    def _field(self, name: Token) -> Node:
        if name.text == "published":
            return published(self._take(), name)
        if name.text in _FIELDS:
            return within(self._deeper(name, self._clause), name)
        if name.text not in FIELD_NAMES:
            raise unknown_field(name, FIELD_NAMES)
        value = self._value(name)
        if name.text in _LEVELS:
            found = self._term(value, value.text, Level(name.text), quoted=True)
            if "*" in value.text:
                raise QueryError(f"{name.text}: takes no *: a prefix stands alone, as in abc*", value.column)
            return replace(found, column=name.column)
        if name.text == "search":
            return Search(value.text, name.column)
        return Has(Attribute(name.text), " ".join(value.text.split()), value.kind is Kind.PHRASE, name.column)

    def _value(self, name: Token) -> Token:
        value = self._take()
        if (name.text, value.kind, value.text) == ("topic", Kind.FIELD, "medtop"):  # topic:medtop:15000000
            value = self._take()
        if value.kind not in {Kind.PHRASE, Kind.WORD} or not value.text.strip():
            if value.kind is Kind.OPEN:
                what = f"{name.text}: takes one value: write ({name.text}:a OR {name.text}:b)"
                raise QueryError(what, value.column)
            raise QueryError(f"{name.text}: needs a value, as in {name.text}:{example(name.text)}", value.column)
        return value

    def _score(self, operator: Token) -> Node:
        opened = self._take()
        parts: list[tuple[Node, int]] = []
        while not parts or self._next.kind is not Kind.CLOSE:
            part = self._deeper(opened, self._clause)
            weight = self._take()
            if weight.kind is not Kind.WEIGHT:
                what = f"each clause of a SCORE has a weight, as in a^10, and {shown(weight)} is none"
                raise QueryError(what, weight.column)
            if not 0 < abs(weight.number) <= MAX_WEIGHT:
                what = f"a weight is between -{MAX_WEIGHT:,} and {MAX_WEIGHT:,} and not 0"
                raise QueryError(what, weight.column)
            if not weight.text.endswith((",", "،")) and self._next.kind is not Kind.CLOSE:
                raise QueryError("expected , or ) after a weight, which is a whole number", self._next.column)
            parts.append((part, weight.number))
        self._take()
        self._loose_near = None
        return _reachable(Score(operator.number, tuple(parts), operator.column))


def _joined(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    """The parts as one; those of the same kind are taken apart, as brackets round them say nothing."""
    if len(parts) == 1:
        return parts[0]
    return kind(tuple(each for part in parts for each in (part.parts if isinstance(part, kind) else (part,))))


def _limited(operator: Token) -> None:
    if not 1 <= operator.number <= MAX_DISTANCE:
        raise QueryError(f"the number in {operator.text} is between 1 and {MAX_DISTANCE}", operator.column)


def _reachable(score: Score) -> Score:
    if score.threshold < 1:
        raise QueryError("the number after SCORE>= is 1 or more", score.column)
    most = sum(weight for _, weight in score.parts if weight > 0)
    if most < score.threshold:
        what = f"the weights add up to {most} at most and never reach {score.threshold}"
        raise QueryError(f"{what}: lower it, or raise a weight", score.column)
    return score
