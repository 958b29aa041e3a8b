"""One article's text, read once and looked up once: where the words somebody asks about may stand."""

import re
from functools import cached_property
from typing import Final

from rasid.lexicon.form import Rule
from rasid.lexicon.lexis import Lexis
from rasid.text.reading import FIELD_BREAK, Reading
from schemas.article import ArticleEvent
from schemas.span import Field, Span

_TITLE: Final[Field] = "title"
_BODY: Final[Field] = "body"
_DEFINITE: Final = re.compile("[وف]?(?:[بك]?ال|لل)..")
CONTEXT: Final = 60  # characters of the article shown on each side of a hit


class Scan:
    """Title and body as one reading, and the candidate words in it.

    A place is a position among the words that take one. `places` goes by letters; `joined` compares marks.
    """

    __slots__ = ("__dict__", "article", "body_start", "lexis", "reading")

    def __init__(self, article: ArticleEvent, lexis: Lexis) -> None:
        self.article = article
        self.lexis = lexis
        self.body_start = len(article.title) + len(FIELD_BREAK)
        self.reading = Reading(article.title + FIELD_BREAK + article.body)

    @cached_property
    def places(self) -> dict[int, list[int]]:
        """Where each word may stand."""
        found: dict[int, list[int]] = {}
        for place, ids in enumerate(self.lexis.ids_of(self.reading.words)):
            for number in ids:
                found.setdefault(number, []).append(place)
        return found

    def joined(self, number: int, place: int) -> Rule | None:
        """What joins the word at `place` to word `number`, or None where it is another or there is none."""
        reading, lexis = self.reading, self.lexis
        if place >= len(reading.place_ends):
            return None
        surface = reading.cut(place, place)
        found = lexis.judged.get((number, surface), False)
        return lexis.first_judged(number, surface, reading.key_at(place)) if found is False else found

    def is_deed(self, number: int, place: int) -> bool:
        """Whether a broken plural of word `number`, in a phrase, is rather a verb: الرئيس جدد, but الرؤساء الجدد.

        No adjective is without the article after a noun that bears it.
        """
        reading = self.reading
        before = reading.cut(place - 1, place - 1)
        return _DEFINITE.match(before) is not None and self.lexis.is_verb(number, reading.key_at(place))

    def one_sentence(self, first: int, last: int) -> bool:
        """Whether no sentence ends between the words at two places."""
        return self.reading.sentences[first] == self.reading.sentences[last]

    @cached_property
    def title_places(self) -> int:
        """How many places the title has: the first one of the body."""
        return self.reading.place_at(self.body_start)

    def field_at(self, place: int) -> Field:
        """The field that the word at `place` stands in."""
        return "body" if place >= self.title_places else "title"

    def span(self, first: int, last: int) -> Span:
        """The span of words `first` to `last`, in the field's own offsets."""
        start, end = self.reading.extent(first, last)
        return self.span_of(start, end)

    def span_of(self, start: int, end: int) -> Span:
        """The span of what stands from `start` to `end` of the reading's text."""
        text, before = self.reading.text[start:end], self.body_start
        if start < before:
            return Span("title", start, end, text)
        return Span("body", start - before, end - before, text)

    def quoted(self, first: int, last: int) -> tuple[Field, int, int, str, str, str]:
        """The words from place to place: field, start and end there, the text, and what stands before and after."""
        reading, begun = self.reading, self.body_start
        start, end = reading.place_starts[first], reading.place_ends[last]
        if start < begun:
            text, field = self.article.title, _TITLE
        else:
            text, field, start, end = self.article.body, _BODY, start - begun, end - begun
        before = start - CONTEXT if start > CONTEXT else 0
        return field, start, end, text[start:end], text[before:start], text[end : end + CONTEXT]
