"""Which clauses stand at places of the text: what NEAR, ATLEAST, `title:` and `body:` may be asked of."""

from dataclasses import replace
from typing import cast

from rasid.errors import QueryError
from rasid.watch.lexer import Token
from rasid.watch.query import And, AtLeast, Has, Near, Node, Not, Or, Score, Search, Term, column_of
from schemas.span import Field


def positional(node: Node) -> bool:
    """Whether a clause has places: a term, a NEAR, or an OR of them."""
    if isinstance(node, Or):
        return all(map(positional, node.parts))
    return isinstance(node, Term | Near)


def name_of(node: Node) -> str:
    """What a clause without places is called in an error."""
    if isinstance(node, Or):
        return name_of(next(part for part in node.parts if not positional(part)))
    names = {And: "an AND", Not: "a NOT", AtLeast: "an ATLEAST", Score: "a SCORE", Search: "search:"}
    return f"{node.attribute}:" if isinstance(node, Has) else names.get(type(node), "published:")


def within(node: Node, name: Token) -> Node:
    """`node` looked for in one field only. Raises QueryError for what has no field."""
    match node:
        case Term():
            if node.field not in {None, name.text}:
                raise QueryError(f"{name.text}: cannot hold {node.field}:, as they share no word", name.column)
            return replace(node, field=cast(Field, name.text), column=min(node.column, name.column))
        case And(parts) | Or(parts):
            return type(node)(tuple(within(part, name) for part in parts))
        case Not(part) | AtLeast(_, part):
            return replace(node, part=within(part, name))
        case Near(left, right):
            return replace(node, left=within(left, name), right=within(right, name))
        case Score(_, parts):
            return replace(node, parts=tuple((within(part, name), weight) for part, weight in parts))
        case _:
            raise QueryError(f"{name.text}: takes words, phrases and brackets of them, and not {name_of(node)}",
                             column_of(node))  # fmt: skip
