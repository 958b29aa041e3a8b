"""camel-tools' recogniser in an analysis process: what it labels becomes names, and its failure costs no alert."""

from datetime import UTC, datetime

import msgspec
import pytest

from agents.analyst_messages import Articles, Record
from agents.analyst_process import Analyst
from agents.recogniser import Recogniser
from rasid.analysis import Analysis
from schemas.article import ArticleEvent
from schemas.tagged_article import TaggedArticle
from schemas.watch import Watch

NOW = datetime(2026, 1, 20, tzinfo=UTC)
ARTICLE = ArticleEvent("urn:x:1", "", "قال خليل الزبيدي إن الأعمال بدأت.", "ar")
LABELS = {"خليل": "B-PERS", "الزبيدي": "I-PERS"}


class Labels:
    def __init__(self):
        self.asked = 0

    def predict(self, sentences):
        self.asked += 1
        return [[LABELS.get(word, "O") for word in words] for words in sentences]


class Broken:
    def predict(self, sentences):
        raise RuntimeError("out of memory")


@pytest.fixture(scope="module")
def made():
    return Analysis(sequence_for_all=True)


@pytest.fixture
def analysis(made):
    yield made
    made.sequence = None


def test_what_is_labelled_becomes_names(analysis):
    analysis.sequence = Recogniser(Labels())
    tagged = analysis.analyse(ARTICLE, NOW).tagged
    assert [(each.name.ar, each.tagger) for each in tagged.entities] == [("خليل الزبيدي", "camel-tools")]


def test_a_labeller_that_fails_leaves_the_listed_names(analysis, caplog):
    analysis.sequence = Recogniser(Broken())
    tagged = analysis.analyse(ArticleEvent("urn:x:2", "", "وصل فلاديمير بوتين.", "ar"), NOW).tagged
    assert [each.name.en for each in tagged.entities] == ["Vladimir Putin"]
    assert "urn:x:2" in caplog.text


def test_an_analysis_process_answers_with_its_names(analysis):
    analysis.sequence = Recogniser(Labels())
    record = Record(None, msgspec.json.encode(ARTICLE), 1_768_903_200_000)
    (answer,) = Analyst(analysis).answer(Articles([record])).made
    tagged = msgspec.json.decode(answer.tagged, type=TaggedArticle)
    assert [each.name.ar for each in tagged.entities] == ["خليل الزبيدي"]


def test_unless_it_is_for_all_it_is_asked_only_where_a_watch_matches():
    labeller = Labels()
    analysis = Analysis(sequence=Recogniser(labeller))
    analysis.analyse(ARTICLE, NOW)
    assert labeller.asked == 0
    analysis.book.add(Watch(id="work", name="Work", query="الأعمال"))
    assert [each.name.ar for each in analysis.analyse(ARTICLE, NOW).tagged.entities] == ["خليل الزبيدي"]
    assert labeller.asked == 1
