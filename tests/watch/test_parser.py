"""The watch language: what queries mean, that a printed query parses back, and what wrong ones are told."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.errors import QueryError
from rasid.watch.parser import parse
from rasid.watch.query import And, AtLeast, Attribute, Has, Level, Near, Not, Or, Term

A, B, C = Term("سلام"), Term("حرب"), Term("هدنة")
QUOTED = Term("ضمانات أمنية", quoted=True)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("سلام", A),
        ("محادثات ثلاثية", Term("محادثات ثلاثية")),
        ('"ضمانات أمنية"', QUOTED),
        ("«ضمانات أمنية»", QUOTED),
        ("“ضمانات  أمنية”", QUOTED),
        ('"ضمانات أمنية"~2', Term("ضمانات أمنية", slop=2, quoted=True)),
        ("سلام AND حرب", And((A, B))),
        ("سلام OR حرب AND هدنة", Or((A, And((B, C))))),
        ("(سلام OR حرب) هدنة", And((Or((A, B)), C))),
        ("سلام NOT حرب", And((A, Not(B)))),
        ("سلام AND NOT حرب", And((A, Not(B)))),
        ("سلام NEAR/3 حرب", Near(A, B, 3, ordered=False)),
        ("سلام ONEAR/4 حرب", Near(A, B, 4, ordered=True)),
        ("(سلام NEAR/3 حرب) AND هدنة", And((Near(A, B, 3, ordered=False), C))),
        ("ATLEAST/2 هدنة", AtLeast(2, C)),
        ("lang:ar AND هدنة", And((Has(Attribute.LANG, "ar"), C))),
        ('raw:"الضمانات"', Term("الضمانات", Level.RAW, quoted=True)),
        ("norm:أمنية", Term("أمنية", Level.NORM, quoted=True)),
        ("title:هدنة", Term("هدنة", field="title")),
        ("title:(سلام OR حرب)", Or((Term("سلام", field="title"), Term("حرب", field="title")))),
        ("مفاوض*", Term("مفاوض*")),
        ("سلام <<<a note>>> OR حرب", Or((A, B))),
        ("F-16", Term("F-16")),
    ],
)
def test_queries_mean(query, tree):
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "column", "says"),
    [
        ("", 0, "empty"),
        ("سلام AND", 8, "expected a word"),
        ("OR سلام", 0, "expected a word"),
        ("(سلام", 0, "not closed"),
        ("سلام)", 4, "closes nothing"),
        ('"سلام', 0, "not closed"),
        ("NOT سلام", 0, "only NOTs"),
        ("سلام OR NOT حرب", 0, "only NOTs"),
        ("سلام NEAR/3 حرب AND هدنة", 5, "brackets round"),
        ("سلام AND حرب NEAR/3 هدنة", 13, "brackets round"),
        ("سلام NEAR/0 حرب", 5, "between 1 and 100"),
        ("سلام NEAR حرب", 5, "lacks its number"),
        ("سلام NEAR/3 lang:ar", 5, "both sides"),
        ("sorce:x", 0, "did you mean 'source'?"),
        ("بو*", 0, "at least 3 letters"),
        ("سل*ام", 2, "only at the end"),
        ("lang:", 0, "needs a value"),
        ("published:[yesterday TO *]", 10, "no date"),
        ("published:2026", 10, "range"),
        ("...", 0, "no letter or digit"),
        ("(" * 60 + "سلام" + ")" * 60, 50, "nested"),
        ("س" * 70_000, 65_536, "at most 65,536"),
    ],
)
def test_wrong_queries_are_told_where_and_why(query, column, says):
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert says in str(caught.value)
    assert caught.value.column == column


def nodes():
    words = st.sampled_from(["سلام", "حرب", "هدنة", "talks", "oil"])
    terms = st.one_of(
        st.builds(Term, words),
        st.builds(
            Term, words, quoted=st.just(value=True), slop=st.integers(0, 3), field=st.sampled_from([None, "title"])
        ),
        st.builds(Term, words, st.sampled_from([Level.NORM, Level.RAW]), quoted=st.just(value=True)),
    )
    near = st.builds(Near, terms, terms, st.integers(1, 9), st.booleans())

    def extend(inner):
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            st.builds(And, several), st.builds(Or, several), near, st.builds(AtLeast, st.integers(1, 3), terms)
        )

    return st.recursive(terms, extend, max_leaves=6)


def flat(node):
    """And within And (and Or within Or) is one, as it is read back."""
    if isinstance(node, And | Or):
        parts = [flat(part) for part in node.parts]
        inner = [each for part in parts for each in (part.parts if type(part) is type(node) else (part,))]
        return type(node)(tuple(inner))
    if isinstance(node, Near):
        return Near(flat(node.left), flat(node.right), node.distance, node.ordered)
    return node


@given(nodes())
def test_a_printed_query_parses_back(node):
    assert flat(parse(str(node))) == flat(node)


@given(st.text(st.sampled_from('سلامحرب ()"“”~*:/ANDORTNEA39[]<>'), max_size=40))
def test_any_text_is_a_query_or_a_query_error(text):
    with suppress(QueryError):
        parse(text)
