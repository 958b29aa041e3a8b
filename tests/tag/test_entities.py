"""Entities: traps in a table, the article the project starts from, and what holds for every text."""

import json
import random
from pathlib import Path

import pytest

from rasid.lexicon import gazetteer, knowledge
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.phrases import PhraseIndex
from rasid.lexicon.scan import Scan
from rasid.tag.entities import EntityTagger
from schemas.article import ArticleEvent

CASES = Path(__file__).parents[1] / "cases" / "entities.jsonl"
ROWS = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
OTHER_TOPIC = " أما الطقس غدا فغائم جزئيا مع رياح خفيفة."


def spans(entities):
    return {(each.type, span.text, each.name.en) for each in entities for span in each.mentions}


def test_there_are_traps_enough():
    assert len(ROWS) >= 250
    assert len({row["id"] for row in ROWS}) == len(ROWS)


def trap(row):
    """The row as a parameter; one that is known to go wrong says why, and fails the day it goes right."""
    marks = [pytest.mark.xfail(reason=row["known"], strict=True)] if "known" in row else []
    return pytest.param(row, id=row["id"], marks=marks)


@pytest.mark.parametrize("row", [trap(row) for row in ROWS])
def test_traps(desk, row):
    found = spans(desk.entities("", row["text"]))
    for kind, text, name in row["entities"]:
        assert any(k == kind and t == text and name in {None, n} for k, t, n in found), (text, found)
    assert {text for _, text, _ in found}.isdisjoint(row["absent"])


def test_spans_cut_their_text(desk):
    for row in ROWS:
        text = row["text"]
        for entity in desk.entities(text, text):
            for span in entity.mentions:
                assert text[span.start : span.end] == span.text


def test_a_sentence_of_another_topic_removes_no_entity(desk):
    for row in ROWS:
        assert spans(desk.entities("", row["text"])) <= spans(desk.entities("", row["text"] + OTHER_TOPIC)), row["id"]


def test_the_order_of_the_gazetteer_does_not_matter(desk):
    names = list(gazetteer.own())
    random.Random(6).shuffle(names)
    lexis = Lexis()
    shuffled = EntityTagger(PhraseIndex(lexis), knowledge.own())
    for name in names:
        shuffled.add(name)
    for row in ROWS:
        scan = Scan(ArticleEvent("urn:x:1", "", row["text"]), lexis)
        there = {(kind, text) for kind, text, _ in spans(desk.tagger._entities.tag(desk.scan("", row["text"])))}
        assert {(kind, text) for kind, text, _ in spans(shuffled.tag(scan))} == there, row["id"]


SEED_ARTICLE = Path("seeds") / "kremlin_abu_dhabi_ar.txt"
NAMED = {
    "Vladimir Putin": "Q7747", "Steve Witkoff": None, "Yuri Ushakov": None, "Jared Kushner": None,
    "Donald Trump": "Q22686", "Kirill Dmitriev": None, "Volodymyr Zelensky": "Q3874799", "Kremlin": "Q133274",
    "NATO": "Q7184", "World Economic Forum": "Q170418", "Russia": "Q159", "Ukraine": "Q212", "United States": "Q30",
    "United Arab Emirates": "Q878", "Abu Dhabi": "Q1519", "Davos": "Q68097", "Istanbul": "Q406", "Donbas": None,
    "Kyiv": "Q1899", "Moscow": "Q649", "Washington": "Q61",
}  # fmt: skip


def test_the_article_the_project_starts_from(desk):
    places = [folder / "shared" / SEED_ARTICLE for folder in Path(__file__).resolve().parents]
    there = [place for place in places if place.is_file()]
    if not there:
        pytest.skip("../shared/seeds is not here")
    title, _, body = there[0].read_text("utf-8").partition("\n")
    found = {entity.name.en: entity.wikidata for entity in desk.entities(title, body)}
    assert found.items() >= NAMED.items()
    codes = {topic.label.en for topic in desk.topics(title, body)}
    assert codes >= {"diplomacy", "peace process", "war"}
    assert "medtop:15000000" not in {desk.tagger.head_of(topic.code) for topic in desk.topics(title, body)}


@pytest.mark.parametrize(
    ("text", "surnames"),
    [
        ("التقى خليل الزبيدي الوفد. وقال الزبيدي إنه متفائل.", 0),  # on no list: the sequence tagger's to find
        ("التقى يوري أوشاكوف الوفد. وقال أوشاكوف للصحفيين، ثم سافر مع ويتكوف ولأوشاكوف رأي.", 2),
        ("قال أوشاكوف ذلك قبل وصوله. ثم وصل يوري أوشاكوف.", 0),
    ],
)
def test_a_surname_counts_for_the_full_name_before_it(desk, text, surnames):
    found = [e for e in desk.entities("", text) if e.name.en == "Yuri Ushakov"]
    alone = sum(span.text == "أوشاكوف" for entity in found for span in entity.mentions)
    assert alone == surnames or (surnames == 0 and alone <= 1)
