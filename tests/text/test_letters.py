"""Which characters count as one letter, beside what camel_tools' normalisers say of the same ones."""

import unicodedata

import pytest
from camel_tools.utils.dediac import dediac_ar
from camel_tools.utils.normalize import (
    normalize_alef_ar,
    normalize_alef_maksura_ar,
    normalize_teh_marbuta_ar,
    normalize_unicode,
)

from rasid.text.letters import BARE, GAP, MARK, fold_char
from rasid.text.spelling import letters, same_spelling

BLOCKS = [(0x0600, 0x06FF), (0x0750, 0x077F), (0x0870, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF)]


def camel(char):
    return dediac_ar(normalize_teh_marbuta_ar(normalize_alef_maksura_ar(normalize_alef_ar(normalize_unicode(char)))))


def arabic_letters():
    for start, end in BLOCKS:
        yield from (chr(code) for code in range(start, end + 1) if unicodedata.category(chr(code)) in {"Lo", "Mn"})


def deliberate(char):
    """Where Rasid goes on purpose further than camel_tools: each kind, with its reason."""
    plain = unicodedata.normalize("NFKD", char)
    return (
        char in BARE
        or char == "ٴ"  # the high hamza is a mark, as on its own in Kazakh
        or any(letter in BARE for letter in unicodedata.normalize("NFKC", char))  # Persian, Urdu shapes and hamza seats
        or unicodedata.category(char) == "Mn"  # every mark is dropped, Koranic ones too
        or GAP in plain  # ligatures of phrases (ﷺ) and spaced marks are no words
        or any(unicodedata.category(part) == "Mn" for part in plain)  # a letter with a mark above or below it
    )


def test_letters_agree_with_camel_tools_but_for_the_deliberate_differences():
    different = [char for char in arabic_letters() if fold_char(char).replace(MARK, "") != camel(char)]
    assert [char for char in different if not deliberate(char)] == []


def test_the_deliberate_differences_are_there():
    assert fold_char("گ") == "ك" != camel("گ")
    assert fold_char("ؤ") == "و" != camel("ؤ")


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("أمن", "آمن", False),
        ("امن", "آمن", True),
        ("امن", "أمن", True),
        ("هدنه", "هدنة", True),
        ("مستشفي", "مستشفى", True),
        ("هييه", "هيئة", True),
        ("إسلام", "أسلام", False),
        ("كییف", "كييف", True),
        ("مُفاوَضات", "مفاوضات", True),
        ("عُمان", "عَمان", False),
        ("كتابُ", "كتابَ", True),
        ("ﺳﻼم", "سلام", True),
        ("اتفـــاق", "اتفاق", True),
        ("٧", "7", True),
    ],
)
def test_a_missing_mark_matches_but_two_different_ones_do_not(left, right, same):
    assert same_spelling(letters(left), letters(right)) is same
    assert same_spelling(letters(right), letters(left)) is same
