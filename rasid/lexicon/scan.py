"""One article's text, read once and looked up once: where the words somebody asks about may stand."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate, compress, count
from typing import Final

from rasid.lexicon.form import Rule
from rasid.lexicon.lexis import Lexis
from rasid.text.reading import FIELD_BREAK, Reading
from schemas.article import ArticleEvent
from schemas.span import Field, Span

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
        return places_of(self.lexis.ids_of(self.reading.words))

    def joined(self, number: int, place: int) -> Rule | None:
        """What joins the word at `place` to word `number`, or None where it is another or there is none."""
        reading, lexis = self.reading, self.lexis
        if place >= len(reading.at_place):
            return None
        surface = reading.surface(reading.at_place[place])
        found = lexis.judged.get((number, surface), False)
        return lexis.first_judged(number, surface, reading.words[place]) if found is False else found

    def broken(self, first: int, last: int) -> bool:
        """Whether a sentence ends between the words at two places."""
        at_place = self.reading.at_place
        return self.reading.breaks_between(at_place[first], at_place[last])

    def one_sentence(self, first: int, last: int) -> bool:
        """Whether no sentence ends between two places that may be far apart."""
        return self._sentences[first] == self._sentences[last]

    @cached_property
    def _sentences(self) -> list[int]:
        """For each place, the number of its sentence."""
        places = range(len(self.reading.words))
        return list(accumulate((self.broken(place - 1, place) for place in places[1:]), initial=0))

    @cached_property
    def first_of_body(self) -> int:
        """The index of the first entry of the reading that is not in the title."""
        return self.reading.index_at(self.body_start)

    @cached_property
    def title_places(self) -> int:
        """How many places the title has: the first one of the body."""
        return bisect_left(self.reading.at_place, self.first_of_body)

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
        at_place = self.reading.at_place
        start, end = self.reading.extent(at_place[first], at_place[last])
        field: Field = "title"
        text, begun = self.article.title, self.body_start
        if start >= begun:
            field, text, start, end = "body", self.article.body, start - begun, end - begun
        return field, start, end, text[start:end], text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def places_of(ids: Sequence[tuple[int, ...]]) -> dict[int, list[int]]:
    """Where each word may stand, by the words that may stand at each place."""
    found: dict[int, list[int]] = {}
    for place in compress(count(), ids):
        for number in ids[place]:
            found.setdefault(number, []).append(place)
    return found
