"""One article's text, read once and looked up once: where the words somebody asks about may stand."""

from functools import cached_property
from itertools import chain
from typing import Final

from rasid.lexicon.lexis import Joined, Lexis
from rasid.text.reading import FIELD_BREAK, Reading
from schemas.article import ArticleEvent
from schemas.span import Field, Span

CONTEXT: Final = 60  # characters of the article shown on each side of a hit


class Scan:
    """Title and body as one reading, and the candidate words in it.

    `at` and `ids` go by letters; `joined` compares marks and says how.
    """

    __slots__ = ("__dict__", "article", "body_start", "lexis", "reading")

    def __init__(self, article: ArticleEvent, lexis: Lexis) -> None:
        self.article = article
        self.lexis = lexis
        self.body_start = len(article.title) + len(FIELD_BREAK)
        self.reading = Reading(article.title + FIELD_BREAK + article.body)

    @cached_property
    def ids(self) -> dict[int, tuple[int, ...]]:
        """For each index where one may stand, the ids of the words it may be."""
        return dict(self.lexis.occurrences(self.reading.keys))

    @cached_property
    def words(self) -> set[int]:
        """Every word that may be there."""
        return set(chain.from_iterable(self.ids.values()))

    def at(self, number: int) -> list[int]:
        """Where word `number` may stand."""
        return self._at.get(number, []) if number in self.words else []

    @cached_property
    def _at(self) -> dict[int, list[int]]:
        """Where each word may stand, worked out for all once one is asked for."""
        found: dict[int, list[int]] = {}
        for index, numbers in self.ids.items():
            for number in numbers:
                found.setdefault(number, []).append(index)
        return found

    def one_sentence(self, first: int, last: int) -> bool:
        """Whether no sentence ends between two words that may stand far apart."""
        return self._sentences[first] == self._sentences[last]

    @cached_property
    def _sentences(self) -> list[int]:
        """For each index of the reading, the number of its sentence."""
        reading, number, former = self.reading, 0, -1
        found = []
        for index, key in enumerate(reading.keys):
            if key:
                number += former >= 0 and reading.breaks_between(former, index)
                former = index
            found.append(number)
        return found

    @cached_property
    def first_of_body(self) -> int:
        """The index of the first entry of the reading that is not in the title."""
        return self.reading.index_at(self.body_start)

    def joined(self, number: int, index: int) -> Joined | None:
        """How word `index` of the reading is word `number`, or None where it is not."""
        return self.lexis.judge(number, self.reading, index)

    def field_at(self, index: int) -> Field:
        """The field that word `index` stands in."""
        return "body" if self.reading.span(index)[0] >= self.body_start else "title"

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

    def around(self, span: Span) -> tuple[str, str]:
        """What stands before and after a span in its field."""
        text = self.article.body if span.field == "body" else self.article.title
        return text[max(0, span.start - CONTEXT) : span.start], text[span.end : span.end + CONTEXT]
