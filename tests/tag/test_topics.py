"""Topics: the project's own rows for each head, what a topic carries with it, and words that are not what they look like."""

import json
from collections import Counter
from pathlib import Path

import pytest

from rasid.tag.measure import LabelledText, TopicTally

CASES = Path(__file__).parents[1] / "cases"
FILES = {
    name: [json.loads(line) for line in (CASES / name).read_text("utf-8").splitlines()]
    # all but the first were written before they were first scored: docs/tagging.md has what they gave then
    for name in ("topics.jsonl", "topics_fresh.jsonl", "topics_wide.jsonl", "topics_blind.jsonl")
}
ROWS = [row for rows in FILES.values() for row in rows]
HEADS = sorted({code for row in ROWS for code in row["topics"]})


def test_each_head_has_forty_rows_of_our_own():
    counted = Counter(row["topics"][0] for row in ROWS)
    assert len(counted) == 17
    assert min(counted.values()) >= 40


@pytest.mark.parametrize(
    ("file", "share", "of_a_head", "calibration_error"),
    [
        ("topics.jsonl", 0.96, 0.8, 0.08),
        ("topics_fresh.jsonl", 0.92, 0.65, 0.08),
        ("topics_wide.jsonl", 0.94, 0.7, 0.08),
        ("topics_blind.jsonl", 0.94, 0.65, 0.12),  # of two sentences: little is said, and the confidence is modest
    ],
)
def test_surest_topics_are_under_the_head_a_reader_would_choose(desk, file, share, of_a_head, calibration_error):
    tally, right, counted = TopicTally(desk.tagger.head_of), Counter(), Counter(r["topics"][0] for r in FILES[file])
    for row in FILES[file]:
        labelled = LabelledText(row["topics"], title=row["title"], body=row["body"])
        right[row["topics"][0]] += tally.add(labelled, desk.topics(row["title"], row["body"]))
    score = tally.score()
    assert score.accuracy >= share
    assert {head: right[head] for head in HEADS if right[head] < of_a_head * counted[head]} == {}
    assert score.calibration_error < calibration_error


def test_a_topic_brings_those_above_it_no_less_sure(desk):
    for row in ROWS[::7]:
        found = {topic.code: topic.confidence for topic in desk.topics(row["title"], row["body"])}
        for code, confidence in found.items():
            head = desk.tagger.head_of(code)
            assert head in found, row["id"]
            assert found[head] >= confidence, row["id"]


def test_evidence_cuts_the_text_and_surer_topics_come_first(desk):
    for row in ROWS[::5]:
        found = desk.topics(row["title"], row["body"])
        assert [topic.confidence for topic in found] == sorted((t.confidence for t in found), reverse=True)
        for topic in found:
            assert topic.evidence
            assert all(row[span.field][span.start : span.end] == span.text for span in topic.evidence)


@pytest.mark.parametrize(
    "text",
    ["", "قال إنه سيعود غدا بعد الظهر.", "The meeting starts at nine.", "1234 5678", "في كل عام مثل هذا اليوم"],
)
def test_no_topic_is_an_answer(desk, text):
    assert desk.topics("", text) == []


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("وقف الرجل أمام الباب أمام الجميع، ومر من أمام البيت.", "medtop:12000000"),
        ("جاب العالم كله، وقال إن العالم تغير وإن هذا العالم صغير.", "medtop:13000000"),
        ("جاء القرار بهدف تقليل الزحام، وبهدف تنظيم السير.", "medtop:15000000"),
        ("كان الأول في الصف والأول في الوصول، وهي أول مرة.", "medtop:05000000"),
    ],
)
def test_a_word_with_the_letters_of_a_term_is_not_the_term(desk, text, head):
    assert head not in {topic.code for topic in desk.topics("", text)}


def test_a_word_of_the_title_speaks_louder(desk):
    title, body = "كرة القدم", "تحدث الضيف عن أسعار الأسهم في البورصة."
    first = desk.topics(title, body)[0].code
    swapped = desk.topics(body, title)[0].code
    assert desk.tagger.head_of(first) == "medtop:15000000"
    assert desk.tagger.head_of(swapped) == "medtop:04000000"


def test_an_article_may_have_several_topics(desk):
    title = "إلغاء مباراة الدوري بعد زلزال عنيف"
    body = "ألغى الاتحاد مباراة كرة القدم، وأوقف الدوري أسبوعا، بعد الزلزال الذي خلف قتلى وجرحى تحت الأنقاض."
    heads = {desk.tagger.head_of(topic.code) for topic in desk.topics(title, body)}
    assert heads >= {"medtop:15000000", "medtop:03000000"}
