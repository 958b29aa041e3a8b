"""The watch language: what queries mean, that a printed query parses back, and what wrong ones are told."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasid.errors import QueryError
from rasid.watch.parser import parse
from rasid.watch.query import And, AtLeast, Attribute, Has, Level, Near, Not, Or, Published, Score, Search, Term

A, B, C = Term("سلام"), Term("حرب"), Term("هدنة")
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=UTC)
NINE = datetime(2026, 1, 31, 6, tzinfo=UTC)
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
        ("concept:ceasefire", Term("ceasefire", Level.CONCEPT, quoted=True)),
        ("title:concept:ceasefire", Term("ceasefire", Level.CONCEPT, field="title", quoted=True)),
        ("search:talks NOT حرب", And((Search("talks"), Not(B)))),
        ("SCORE>=10(سلام^10، (حرب OR هدنة)^-3)", Score(10, ((A, 10), (Or((B, C)), -3)))),
        ("SCORE >= 5 ( سلام ^5 )", Score(5, ((A, 5),))),
        ("(سلام NEAR/3 حرب) NEAR/9 هدنة", Near(Near(A, B, 3, ordered=False), C, 9, ordered=False)),
        ("title:(سلام NEAR/3 حرب)", Near(Term("سلام", field="title"), Term("حرب", field="title"), 3, ordered=False)),
        ('norm:"سلام حرب"~2', Term("سلام حرب", Level.NORM, slop=2, quoted=True)),
        ("(سلام AND حرب) AND هدنة", And((A, B, C))),
        ("topic:medtop:15000000", Has(Attribute.TOPIC, "15000000")),
        ("published:[2026-01-01 TO 2026-01-31]", Published(FIRST, LAST)),
        ("published:[* TO 2026-01-31T09:00+03:00]", Published(None, NINE)),
    ],
)
def test_queries_mean(query, tree):
    assert parse(query) == tree


@given(st.text(st.sampled_from('سلامحرب ()"“”~*:/ANDORTNEA39[]<>'), max_size=40))
def test_any_text_is_a_query_or_a_query_error(text):
    with suppress(QueryError):
        parse(text)
