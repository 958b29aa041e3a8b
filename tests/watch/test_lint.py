"""Lint: each code is found where it is due, at its column, and not where it is not."""

from itertools import pairwise

import pytest

from rasid.watch.lint import CODES, Linter
from schemas.watch import Watch

LINTER = Linter({"talks": Watch("talks", "محادثات"), "round": Watch("round", "search:round")}.get)


def codes(query, **more):
    return [(each.code, each.column) for each in LINTER.findings(query, **more)]


@pytest.mark.parametrize(
    ("query", "code", "column"),
    [
        ("سلام AND", "cannot-be-read", 8),
        ("هدنة OR search:nobody", "cannot-be-read", 8),
        ("هدنة OR search:round", "cannot-be-read", 8),
        ("lang:ar", "always-verified", 0),
        ("published:[2026-01-01 TO *]", "always-verified", 0),
        ("هدنة OR lang:ar", "always-verified", 0),
        ("SCORE>=5(هدنة^3, lang:ar^5)", "always-verified", 0),
        ("هدنة AND NOT هدنة", "never-matches", 9),
        ("هدنة lang:ar lang:en", "never-matches", 13),
        ("هدنة published:[* TO 2026-01-01] published:[2026-02-01 TO *]", "never-matches", 33),
        ("ترمب OR ترامب", "redundant", 8),
        ("هدنة OR هدنة", "redundant", 8),
        ("عقوبات OR نفط NEAR/3 أسعار", "near-brackets", 14),
        ("كتا*", "broad-prefix", 0),
        ("المفا*", "broad-prefix", 0),
        ('per:"Donald Trmp" AND هدنة', "unknown-name", 0),
        ("topic:sprot AND هدنة", "unknown-name", 0),
        ("lang:arabic AND هدنة", "unknown-name", 0),
        ("country:Egypt AND هدنة", "unknown-name", 0),
        ("country:UK AND هدنة", "unknown-name", 0),
        ("site:www.example.org هدنة", "unknown-name", 0),
        ("عين", "ambiguous-word", 0),
        ("هدنة OR حد", "ambiguous-word", 8),
        ("شمبليطة", "not-translated", 0),
        ("oil and gas", "lower-case-operator", 0),
        ("source:al jazeera", "unquoted-value", 10),
    ],
)
def test_a_finding_stands_at_its_column(query, code, column):
    assert (code, column) in codes(query)
    assert code in CODES


@pytest.mark.parametrize(
    "query",
    [
        "هدنة",
        "النفط",
        '"ضمانات أمنية"',
        "(نفط NEAR/3 أسعار) OR عقوبات",
        "هدنة OR عقوبات",
        '"وقف إطلاق النار" NOT هدنة',
        'source:"al jazeera" AND هدنة',
        "lang:ar هدنة",
        "lang:ar-EG lang:ar هدنة",
        "مفاوض*",
        'per:"Donald Trump" AND هدنة',
        "topic:sport AND هدنة",
        "NATO",
        "search:talks AND هدنة",
        "title:هدنة OR body:عقوبات",
    ],
)
def test_a_sound_query_has_no_finding(query):
    assert codes(query) == []


def test_what_keeps_to_one_language_on_purpose_is_not_told_of_translation():
    assert codes("شمبليطة", translate=False) == []
    assert codes("شمبليطة OR fenugreek") == []


@pytest.mark.parametrize(
    ("query", "code", "column"),
    [
        ('"وقف إطلاق النار" NOT إطلاق', "never-matches", 18),
        ('هدنة OR "هدنة إنسانية"', "redundant", 8),
        ('هدنة AND "هدنة إنسانية"', "redundant", 0),
    ],
)
def test_a_phrase_has_its_words(query, code, column):
    assert (code, column) in codes(query, translate=False)


def test_findings_stand_in_the_order_of_the_query_and_have_a_fix():
    found = LINTER.findings("source:al jazeera OR كتا* OR lang:arabic")
    assert all(one.column <= other.column for one, other in pairwise(found))
    assert all(each.fix and each.message for each in found)
