"""Why a text that comes near does not match: the nearest words, and the rule they fail on."""

import pytest

from rasid.lexicon import thesaurus
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.scan import Scan
from rasid.watch.compile import Compiler
from rasid.watch.misses import Failed, nearest_misses
from rasid.watch.parser import parse
from schemas.article import ArticleEvent


def misses(query, text):
    lexis = Lexis()
    clause = Compiler(lexis, thesaurus.own()).compile(parse(query))
    return [
        (each.text, each.failed) for each in nearest_misses(clause, Scan(ArticleEvent("urn:text", body=text), lexis))
    ]


@pytest.mark.parametrize(("query", "text", "words", "failed"), [
    ("أمن", "طريق آمن للمدنيين", "آمن", Failed.SPELLING),
    ("طاقة", "أبرز بطاقته", "بطاقته", Failed.OTHER),
    ("president", "وصل رئيس الوزراء", "رئيس", Failed.LONGER),
    ('"حقوق الإنسان"', "الإنسان له حقوق", "حقوق … الإنسان", Failed.ORDER),
    ("روسيا", "القوات الروسية", "الروسية", Failed.FORM),
    ("زلزال", "محادثات في جنيف", "", Failed.FORM),
])  # fmt: skip
def test_the_nearest_words_and_what_they_fail_on(query, text, words, failed):
    assert misses(query, text) == [(words, failed)]


def test_each_term_that_is_absent_has_its_own():
    assert misses("هدنة AND أمن", "هدنة وطريق آمن") == [("آمن", Failed.SPELLING)]
