"""camel-tools' recogniser in an analysis process: what it labels becomes names, and its failure costs no alert."""

from datetime import UTC, datetime

import pytest

from agents.recogniser import Recogniser
from rasid.analysis import Analysis
from schemas.article import ArticleEvent

NOW = datetime(2026, 1, 20, tzinfo=UTC)
ARTICLE = ArticleEvent("urn:x:1", "", "قال خليل الزبيدي إن الأعمال بدأت.", "ar")
LABELS = {"خليل": "B-PERS", "الزبيدي": "I-PERS"}


class Labels:
    def predict(self, sentences):
        return [[LABELS.get(word, "O") for word in words] for words in sentences]


class Broken:
    def predict(self, sentences):
        raise RuntimeError("out of memory")


@pytest.fixture(scope="module")
def analysis():
    return Analysis(sequence_for_all=True)


def test_what_is_labelled_becomes_names(analysis):
    begun = analysis.begin(ARTICLE, NOW)
    tagged = analysis.finish(begun, Recogniser(Labels()).names(begun)).tagged
    assert [(each.name.ar, each.tagger) for each in tagged.entities] == [("خليل الزبيدي", "camel-tools")]


def test_a_labeller_that_fails_leaves_the_listed_names(analysis, caplog):
    begun = analysis.begin(ArticleEvent("urn:x:2", "", "وصل فلاديمير بوتين.", "ar"), NOW)
    names = Recogniser(Broken()).names(begun)
    assert names is None
    assert [each.name.en for each in analysis.finish(begun, names).tagged.entities] == ["Vladimir Putin"]
    assert "urn:x:2" in caplog.text
