"""The newswire written for this project keeps the form and the conventions that it is trained on with."""

import re
from collections import Counter
from pathlib import Path

import pytest

from rasid.tag import measure

FOLDER = Path(__file__).parents[2] / "seeds" / "newswire"
FILES = sorted(FOLDER.glob("*.conll"))
SENTENCES = [each for file in FILES for each in measure.read_conll(file.read_text("utf-8").splitlines(), str(file))]
TITLES = {"الشيخ", "الدكتور", "الدكتورة", "المهندس", "الأمير", "الرئيس", "الحاج", "الحاجة", "العقيد"}


def heads(tags, words, kind):
    return {word for word, tag in zip(words, tags, strict=True) if tag == f"B-{kind}"}


def test_there_is_enough_of_it():
    counts = Counter(tag for each in SENTENCES for tag in each.tags)
    assert len(SENTENCES) >= 600
    assert counts["B-ORG"] >= 400
    assert counts["B-PERS"] >= 300
    assert sum(set(each.tags) == {"O"} for each in SENTENCES) >= 60


def test_no_sentence_stands_twice():
    assert [each for each, count in Counter(each.words for each in SENTENCES).items() if count > 1] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_tags_spell_names(file):
    for sentence in measure.read_conll(file.read_text("utf-8").splitlines(), str(file)):
        for before, tag in zip(("O", *sentence.tags), sentence.tags, strict=False):
            assert tag == "O" or re.fullmatch("[BI]-(PERS|LOC|ORG|MISC)", tag), sentence.words
            assert not tag.startswith("I-") or before[2:] == tag[2:], sentence.words


def test_words_are_arabic_writing_with_the_article_after_lam_contracted():
    words = {word for each in SENTENCES for word in each.words}
    assert [word for word in words if re.search("[A-Za-zپچڤگکی]|^[وف]?لال(?!ت)", word)] == []


def test_titles_are_no_part_of_a_person():
    assert [each.words for each in SENTENCES if heads(each.tags, each.words, "PERS") & TITLES] == []


def test_what_opens_a_name_opens_it_everywhere():
    outside = {"نادي", "شركة", "صحيفة", "قناة", "مدينة", "محافظة"}
    inside = {"حزب", "جامعة", "بنك", "مطار", "منتخب"}
    pairs = [pair for each in SENTENCES for pair in zip(each.words, each.tags, strict=True)]
    assert {word for word, tag in pairs if word in inside and tag == "O"} <= {"حزب", "منتخب", "بنك"}
    assert {word for word, tag in pairs if word in outside and tag in {"B-PERS", "I-PERS"}} == set()
