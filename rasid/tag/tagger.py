"""Everything that tags an article, over one lexis."""

from typing import Final

from rasid.lexicon import gazetteer, knowledge
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.phrases import PhraseIndex
from rasid.lexicon.scan import Scan
from rasid.tag import learned, names
from rasid.tag.entities import EntityTagger
from rasid.tag.sequence import NameTagger
from rasid.tag.topics import TopicTagger
from schemas.tagged_article import Entity, Label, Topic

TAGGERS: Final = ("gazetteer", "topic-terms")


class Tagger:
    """The seeds' names and topics. Their words are common ones, which a book of watches need not step over: hence a
    lexis of their own.
    """

    def __init__(self, lexis: Lexis) -> None:
        self._known = known = knowledge.own()
        self._index = PhraseIndex(lexis)
        self._entities = EntityTagger(self._index, known)
        for name in gazetteer.own():
            self._entities.add(name)
        self._topics = TopicTagger(self._index, known, learned.own())
        self._topics.load()

    def tag(self, scan: Scan) -> tuple[list[Topic], list[Entity]]:
        """The topics and entities of an article."""
        terms, listed = self._index.find(scan.reading)
        return self._topics.tag(scan, terms), self._with_surnames(scan, self._entities.tag(scan, listed))

    def topics(self, scan: Scan) -> list[Topic]:
        """The topics of an article, surest first."""
        return self._topics.tag(scan)

    def entities(self, scan: Scan) -> list[Entity]:
        """The entities of an article, by first mention."""
        return self._with_surnames(scan, self._entities.tag(scan))

    def entities_with(self, scan: Scan, by: NameTagger, listed: list[Entity]) -> list[Entity]:
        """The entities of an article whose `listed` ones are known, with those that a tagger of names adds."""
        return self._with_surnames(scan, names.with_sequence(scan, listed, by))

    def _with_surnames(self, scan: Scan, found: list[Entity]) -> list[Entity]:
        return names.with_surnames(scan, found, self._known.words.__contains__)

    def head_of(self, code: str) -> str:
        """The head topic that a topic is under; itself where it is one."""
        return self._topics.head_of(code)

    def label_of(self, code: str) -> Label:
        """What a topic is called."""
        return self._topics.label_of(code)
