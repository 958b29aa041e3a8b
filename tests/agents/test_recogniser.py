"""camel-tools' recogniser in a worker: the loop goes on while it labels, and its failure costs no alert."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from agents.recogniser import Recogniser
from rasid.analysis import Analysis
from schemas.article import ArticleEvent

NOW = datetime(2026, 1, 20, tzinfo=UTC)
ARTICLE = ArticleEvent("urn:x:1", "", "قال خليل الزبيدي إن الأعمال بدأت.", "ar")
LABELS = {"خليل": "B-PERS", "الزبيدي": "I-PERS"}


class Slow:
    """Labels once it is let."""

    def __init__(self):
        self.let = threading.Event()
        self.thread = None

    def predict(self, sentences):
        self.let.wait(10)
        self.thread = threading.current_thread()
        return [[LABELS.get(word, "O") for word in words] for words in sentences]


class Broken:
    def predict(self, sentences):
        raise RuntimeError("out of memory")


@pytest.fixture(scope="module")
def analysis():
    return Analysis(sequence_for_all=True)


async def test_the_loop_goes_on_while_names_are_looked_for(analysis):
    labeller = Slow()
    begun = analysis.begin(ARTICLE, NOW)
    asked = asyncio.create_task(Recogniser(labeller).names(begun))
    await asyncio.sleep(0)
    assert not asked.done()
    labeller.let.set()
    tagged = analysis.finish(begun, await asked).tagged
    assert [(each.name.ar, each.tagger) for each in tagged.entities] == [("خليل الزبيدي", "camel-tools")]
    assert labeller.thread is not threading.main_thread()


async def test_a_labeller_that_fails_leaves_the_listed_names(analysis, caplog):
    begun = analysis.begin(ArticleEvent("urn:x:2", "", "وصل فلاديمير بوتين.", "ar"), NOW)
    names = await Recogniser(Broken()).names(begun)
    assert names is None
    assert [each.name.en for each in analysis.finish(begun, names).tagged.entities] == ["Vladimir Putin"]
    assert "urn:x:2" in caplog.text
