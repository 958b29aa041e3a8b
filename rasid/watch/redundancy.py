"""Clauses that change nothing beside others, and queries that can match nothing: by what each term stands for."""

from collections.abc import Iterator
from itertools import combinations, permutations

from rasid.watch.clause import AllClause, Alternative, AnyClause, Clause, NotClause, TermClause, parts_of
from rasid.watch.query import And, Attribute, Has, Node, Not, Or, Published, Search, children, column_of

Said = tuple[str, int, str, str, bool]  # code, column, message, fix, whether it is an error

_SINGLE = {Attribute.LANG, Attribute.SOURCE, Attribute.COUNTRY}  # of which an article has one


def redundancies(tree: Node, clause: Clause) -> Iterator[Said]:
    """Parts of an AND or OR that another part makes needless."""
    if isinstance(tree, And | Or):
        yield from _needless(tree, parts_of(clause))
    if not isinstance(tree, Search):
        for node, part in zip(children(tree), parts_of(clause), strict=False):
            yield from redundancies(node, part)


def _needless(tree: And | Or, clauses: tuple[Clause, ...]) -> Iterator[Said]:
    told: set[int] = set()
    for one, other in permutations(range(len(tree.parts)), 2):
        if {one, other} & told or not implies(clauses[one], clauses[other]):
            continue
        needless, kept = (other, one) if isinstance(tree, And) else (one, other)
        if implies(clauses[other], clauses[one]):  # they are the same: the later one goes
            needless, kept = max(one, other), min(one, other)
        told.add(needless)
        what = f"{tree.parts[needless]} adds nothing beside {tree.parts[kept]}"
        yield "redundant", column_of(tree.parts[needless]), what, f"remove {tree.parts[needless]}", False


def contradictions(tree: Node, clause: Clause) -> Iterator[Said]:
    """ANDs that no article can satisfy."""
    if isinstance(tree, And) and isinstance(clause, AllClause):
        for (one, left), (other, right) in combinations(zip(tree.parts, clause.parts, strict=True), 2):
            if _exclude(one, left, other, right) or _exclude(other, right, one, left):
                what = f"no article is both {one} and {other}"
                fix = "write OR between them, or remove one"
                yield "never-matches", max(column_of(one), column_of(other)), what, fix, True
    if not isinstance(tree, Search):
        for node, part in zip(children(tree), parts_of(clause), strict=False):
            yield from contradictions(node, part)


def _exclude(one: Node, left: Clause, other: Node, right: Clause) -> bool:
    if isinstance(other, Not) and isinstance(right, NotClause):
        return implies(left, right.part)
    if isinstance(one, Has) and isinstance(other, Has) and one.attribute is other.attribute in _SINGLE:
        mine, theirs = one.value.casefold(), other.value.casefold()
        dialect = mine.startswith(f"{theirs}-") or theirs.startswith(f"{mine}-")
        return mine != theirs and not dialect
    if isinstance(one, Published) and isinstance(other, Published):
        return one.until is not None and other.since is not None and one.until < other.since
    return False


def implies(one: Clause, other: Clause) -> bool:
    """Whether wherever `one` holds `other` does, as far as their terms tell."""
    if one == other:
        return True
    if isinstance(other, AnyClause):
        return any(implies(one, part) for part in other.parts)
    if not isinstance(one, TermClause) or not isinstance(other, TermClause):
        return False
    if other.term.field not in {None, one.term.field}:
        return False
    return all(any(_contains(mine, theirs, other) for theirs in other.alternatives) for mine in one.alternatives)


def _contains(longer: Alternative, shorter: Alternative, of: TermClause) -> bool:
    """Whether the phrase has the other one in it."""
    words, part = longer.words, shorter.words
    if shorter.stops and shorter.stops != longer.stops:
        return False
    if len(part) > 1 and of.term.slop == 0 and words != part:
        return any(words[start : start + len(part)] == part for start in range(len(words)))
    return part == words or (len(part) == 1 and part[0] in words)
