"""One tagger for all of these tests: it takes seconds to make."""

from pathlib import Path

import pytest

from rasid.lexicon.lexis import Lexis
from rasid.lexicon.scan import Scan
from rasid.tag.tagger import Tagger
from schemas.article import ArticleEvent

CASES = Path(__file__).parents[1] / "cases"


class Desk:
    """A tagger and the lexis its articles are read with."""

    def __init__(self):
        self.lexis = Lexis()
        self.tagger = Tagger(self.lexis)

    def scan(self, title, body=""):
        return Scan(ArticleEvent("urn:x:1", title, body), self.lexis)

    def topics(self, title, body=""):
        return self.tagger.topics(self.scan(title, body))

    def entities(self, title, body=""):
        return self.tagger.entities(self.scan(title, body))


@pytest.fixture(scope="session")
def desk():
    return Desk()
