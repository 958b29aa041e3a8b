"""camel-tools' recogniser: what it is asked, and what becomes of its labels. Its own loading needs torch and its data."""

import pytest

from rasid.errors import ConfigError
from rasid.tag import classes, neural
from rasid.tag.neural import NeuralTagger
from schemas.tagged_article import Label

TEXT = "قال المهندس خليل الزبيدي لصحيفة «الفجر»: وجمعية الزهرات جاهزة. ولم يزد."
LABELS = {"خليل": "B-PERS", "الزبيدي": "I-PERS", "الفجر": "B-ORG", "وجمعية": "B-ORG", "الزهرات": "I-ORG"}


class Labelling:
    """Labels each word as a table says."""

    def __init__(self, labels, left_out=""):
        self.labels, self.left_out = labels, left_out
        self.asked = []

    def predict(self, sentences):
        self.asked += sentences
        return [[self.labels.get(word, "O") for word in words if word != self.left_out] for words in sentences]


def entities(desk, labeller, title, body=""):
    scan = desk.scan(title, body)
    return desk.tagger.entities_with(scan, NeuralTagger(labeller, classes.own()), desk.tagger.entities(scan))


def found(entities):
    return {(each.type, span.field, span.text) for each in entities for span in each.mentions}


def test_it_is_asked_by_sentence_with_signs_apart(desk):
    labeller = Labelling({})
    entities(desk, labeller, TEXT)
    assert labeller.asked == [
        ["قال", "المهندس", "خليل", "الزبيدي", "لصحيفة", "«", "الفجر", "»:", "وجمعية", "الزهرات", "جاهزة"],
        ["ولم", "يزد"],
    ]


@pytest.mark.parametrize("field", ["title", "body"])
def test_labels_become_entities_whose_spans_cut_the_text(desk, field):
    given = entities(desk, Labelling(LABELS), **{"title": "", field: TEXT})
    assert found(given) == {("PER", field, "خليل الزبيدي"), ("ORG", field, "الفجر"), ("ORG", field, "جمعية الزهرات")}
    assert all(TEXT[span.start : span.end] == span.text for each in given for span in each.mentions)
    assert {each.tagger for each in given} == {"camel-tools"}


def test_what_it_labels_miscellaneous_is_no_entity(desk):
    assert entities(desk, Labelling({"جاهزة": "B-MISC"}), TEXT) == []


def test_who_the_gazetteer_knows_stays_who_they_are(desk):
    given = entities(desk, Labelling({"فلاديمير": "B-PERS", "بوتين": "I-PERS"}), "وصل الرئيس فلاديمير بوتين أمس.")
    assert [(each.name, each.wikidata, each.tagger) for each in given] == [
        (Label("فلاديمير بوتين", "Vladimir Putin"), "Q7747", "gazetteer")
    ]


def test_a_sentence_with_too_few_labels_is_left_alone_and_the_next_is_not(desk):
    labels = {**LABELS, "يزد": "B-PERS"}
    assert found(entities(desk, Labelling(labels, left_out="»:"), TEXT)) == {("PER", "title", "يزد")}


def test_an_answer_to_another_question_is_refused(desk):
    labeller = Labelling({})
    labeller.predict = lambda sentences: [["O"]]
    with pytest.raises(ValueError, match="shorter"):
        NeuralTagger(labeller, classes.own()).names(desk.scan(TEXT), [])


def test_what_is_not_on_disk_is_named_with_the_way_to_get_it(tmp_path):
    absent = neural.lacking(tmp_path)
    assert str(tmp_path / "catalogue.json") in absent
    with pytest.raises(ConfigError, match=r"camel_data -i ner-arabert"):
        neural.loaded(tmp_path)


def test_data_on_disk_is_seen(tmp_path):
    model = tmp_path / neural.MODEL
    model.mkdir(parents=True)
    for file in (tmp_path / neural.CATALOGUE, model / "config.json"):
        file.write_text("{}")
    assert set(neural.lacking(tmp_path)) <= set(neural.MODULES)
