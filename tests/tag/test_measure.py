"""Scoring: what a right name is, what a right topic is, and files that cannot be read."""

import pytest

from rasid.errors import RasidError
from rasid.tag import measure
from rasid.tag.measure import Chunk, LabelledText, NameTally, TopicTally
from schemas.span import Span
from schemas.tagged_article import Entity, Label, Topic


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ("B-PERS I-PERS O B-LOC", [Chunk("PER", 0, 1), Chunk("LOC", 3, 3)]),
        ("B-LOC B-LOC", [Chunk("LOC", 0, 0), Chunk("LOC", 1, 1)]),
        ("O I-ORG I-ORG", [Chunk("ORG", 1, 2)]),
        ("B-PER I-LOC", [Chunk("PER", 0, 0), Chunk("LOC", 1, 1)]),
        ("B-MISC I-MISC B-ORG", [Chunk("ORG", 2, 2)]),
        ("B-ORG B-MISC I-ORG", [Chunk("ORG", 0, 0), Chunk("ORG", 2, 2)]),
        ("O O", []),
    ],
)
def test_tags_spell_names(tags, names):
    assert measure.chunks(tags.split()) == names


def test_sentences_end_at_blank_lines_and_trailing_spaces_do_no_harm():
    found = list(measure.read_conll(["قال O", "بوتين B-PERS  ", "", "", "موسكو B-LOC"]))
    assert [sentence.words for sentence in found] == [("قال", "بوتين"), ("موسكو",)]
    assert found[0].tags == ("O", "B-PERS")


@pytest.mark.parametrize("line", ["كلمة", "كلمة PERS", "كلمة S-PERS"])
def test_a_line_that_is_no_word_and_tag_is_named(line):
    with pytest.raises(RasidError, match=r"names\.conll:2"):
        list(measure.read_conll(["قال O", line], "names.conll"))


def entity(kind, *spans):
    return Entity(kind, Label("", ""), None, "test", [Span("body", start, end, "") for start, end in spans])


def test_a_mention_is_the_words_it_touches():
    words = ("وسبق", "لويتكوف", "في", "نيو", "يورك")
    found = measure.names_found(words, [entity("PER", (6, 12)), entity("LOC", (16, 24)), entity("EVT", (0, 4))])
    assert found == [Chunk("PER", 1, 1), Chunk("LOC", 3, 4)]


def test_a_name_with_one_border_wrong_is_wrong_twice():
    tally = NameTally()
    tally.add([Chunk("PER", 0, 1), Chunk("LOC", 3, 3)], [Chunk("PER", 0, 0), Chunk("LOC", 3, 3)])
    rate = tally.rate()
    assert (rate.gold, rate.found, rate.right, rate.f1) == (2, 2, 1, 0.5)
    assert tally.rate("PER").f1 == 0
    assert tally.score().by_type["LOC"]["f1"] == 1


def topic(code, confidence):
    return Topic(code, Label("", ""), confidence, [])


def test_a_topic_is_right_under_any_accepted_head():
    tally = TopicTally(lambda code: code[:2])
    assert tally.add(LabelledText(["11", "16"]), [topic("1601", 0.9), topic("15", 0.5)])
    assert not tally.add(LabelledText(["11"]), [topic("15", 0.9)])
    assert not tally.add(LabelledText(["11"]), [])
    assert tally.add(LabelledText([]), [])
    score = tally.score()
    assert (score.rows, score.accuracy, score.none) == (4, 0.5, 2)
    assert score.confusion["11"] == {"15": 1, "none": 1}


def test_calibration_error_is_the_gap_between_confidence_and_being_right():
    tally = TopicTally(lambda code: code)
    for right in (True, True, True, False):
        tally.add(LabelledText(["a" if right else "b"]), [topic("a", 0.75)])
    assert tally.score().calibration_error == 0
    tally.add(LabelledText(["b"]), [topic("a", 0.95)])
    assert tally.score().calibration_error == pytest.approx(0.95 / 5)
