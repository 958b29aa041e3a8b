"""How well the taggers do on labelled data: names by CoNLL spans, topics by the head of the surest one.

Names are scored as the CoNLL-2003 task scores them: a name counts where its type and both borders are right.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, NamedTuple

import msgspec

from rasid.errors import RasidError
from schemas.tagged_article import Entity, Topic

TYPES: Final = {"PER": "PER", "PERS": "PER", "LOC": "LOC", "ORG": "ORG"}  # others of a file are not scored
NONE: Final = "none"


class Sentence(NamedTuple):
    """Words and, for each, its tag: B-PER, I-PER, O …"""

    words: tuple[str, ...]
    tags: tuple[str, ...]


class Chunk(NamedTuple):
    """A name from word `first` to word `last`."""

    type: str
    first: int
    last: int


class Rate(NamedTuple):
    """Shares from 0 to 1, and the counts behind them."""

    f1: float
    precision: float
    recall: float
    gold: int
    found: int
    right: int


class NameScore(msgspec.Struct, frozen=True):
    """Micro F1 over all types and each type's own."""

    f1: float
    precision: float
    recall: float
    by_type: dict[str, dict[str, float]]


def read_conll(lines: Iterable[str], place: str = "file") -> Iterator[Sentence]:
    """The sentences of `word TAG` lines, blank lines between them. Raises RasidError with the line that is neither."""
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate(lines, 1):
        cells = line.split()
        if not cells:
            if words:
                yield Sentence(tuple(words), tuple(tags))
            words, tags = [], []
            continue
        if len(cells) == 1 or not (cells[-1] == "O" or cells[-1][:2] in {"B-", "I-"}):
            raise RasidError(f"{place}:{number}: {line.strip()!r} is not a word and a tag: O, B-TYPE or I-TYPE")
        words.append(cells[0])
        tags.append(cells[-1])
    if words:
        yield Sentence(tuple(words), tuple(tags))


def chunks(tags: Iterable[str]) -> list[Chunk]:
    """The names that tags spell; an I- that follows no name of its type begins one."""
    found: list[Chunk] = []
    open_type = ""
    for index, tag in enumerate(tags):
        kind = TYPES.get(tag[2:], "")
        if kind and tag.startswith("I-") and kind == open_type:
            found[-1] = found[-1]._replace(last=index)
        elif kind:
            found.append(Chunk(kind, index, index))
        open_type = kind
    return found


def names_found(words: tuple[str, ...], entities: Iterable[Entity]) -> list[Chunk]:
    """Mentions in `" ".join(words)` as the words they touch; events are left out."""
    starts = list(accumulate((len(word) + 1 for word in words), initial=0))
    spans = ((entity.type, span) for entity in entities if entity.type in TYPES for span in entity.mentions)
    found = (
        Chunk(kind, bisect_right(starts, span.start) - 1, bisect_right(starts, span.end - 1) - 1)
        for kind, span in spans
    )
    return sorted(found, key=lambda chunk: chunk.first)


@dataclass(slots=True)
class NameTally:
    """Counts names, a sentence at a time."""

    gold: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, gold: Iterable[Chunk], found: Iterable[Chunk]) -> None:
        """Counts one sentence's names."""
        there, given = set(gold), set(found)
        for counter, some in ((self.gold, there), (self.found, given), (self.right, there & given)):
            counter.update(chunk.type for chunk in some)

    def rate(self, kind: str | None = None) -> Rate:
        """The rate of one type, or of all."""
        gold, found, right = (counter.total() if kind is None else counter[kind]
                              for counter in (self.gold, self.found, self.right))  # fmt: skip
        precision, recall = _share(right, found), _share(right, gold)
        return Rate(_share(2 * right, gold + found), precision, recall, gold, found, right)

    def score(self) -> NameScore:
        """All of it, as `rasid eval ner --json` prints it."""
        total = self.rate()
        by_type = {kind: self.rate(kind)._asdict() for kind in ("PER", "LOC", "ORG")}
        return NameScore(total.f1, total.precision, total.recall, by_type)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


class LabelledText(msgspec.Struct):
    """One row for `rasid eval topics`: `topics` are the codes of the heads that count as right."""

    topics: list[str]
    text: str = ""
    body: str = ""
    title: str = ""
    id: str = ""
    language: str = "ar"


class TopicScore(msgspec.Struct):
    """`accuracy` is the share of rows whose surest topic's head is an accepted one; no topic is a wrong answer.

    `confusion` counts rows by accepted head (the first of several, or the one given) and given head.
    """

    rows: int
    accuracy: float
    none: int
    confusion: dict[str, dict[str, int]]
    calibration_error: float
    reliability: list[dict[str, float]]


@dataclass(slots=True)
class TopicTally:
    """Counts head topics, a row at a time. `head_of` gives the head of a code."""

    head_of: Callable[[str], str]
    _pairs: list[tuple[str, str, float]] = field(default_factory=list)

    def add(self, row: LabelledText, topics: list[Topic]) -> bool:
        """Counts one row; whether it is right."""
        given, confidence = (self.head_of(topics[0].code), topics[0].confidence) if topics else (NONE, 0.0)
        accepted = {self.head_of(code) for code in row.topics} or {NONE}
        right = given in accepted
        self._pairs.append((given if right else min(accepted), given, confidence))
        return right

    def score(self) -> TopicScore:
        """All of it, as `rasid eval topics --json` prints it."""
        confusion: dict[str, Counter[str]] = {}
        for accepted, given, _ in self._pairs:
            confusion.setdefault(accepted, Counter())[given] += 1
        right = sum(accepted == given for accepted, given, _ in self._pairs)
        none = sum(given == NONE for _, given, _ in self._pairs)
        bins = self._bins()
        error = sum(each["rows"] * abs(each["confidence"] - each["accuracy"]) for each in bins)
        tables = {head: dict(row.most_common()) for head, row in sorted(confusion.items())}
        rows = len(self._pairs)
        return TopicScore(rows, _share(right, rows), none, tables, round(error / max(1, rows), 4), bins)

    def _bins(self) -> list[dict[str, float]]:
        """Rows by tenths of the confidence they were given."""
        tenths: dict[int, list[tuple[float, bool]]] = {}
        for accepted, given, confidence in self._pairs:
            if given != NONE:
                tenths.setdefault(min(9, int(confidence * 10)), []).append((confidence, accepted == given))
        return [
            {"from": tenth / 10, "rows": len(some), "confidence": round(sum(c for c, _ in some) / len(some), 3),
             "accuracy": _share(sum(right for _, right in some), len(some))}
            for tenth, some in sorted(tenths.items())
        ]  # fmt: skip
