"""IPTC Media Topics of an article, by the terms that speak for each.

A term counts in full the first time and less each further time, more in a title; what speaks for a topic speaks for
its parents. The words that spoke are kept as evidence.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import accumulate
from math import log
from typing import Final, NamedTuple

import numpy as np

from rasid import loops
from rasid.errors import SeedError
from rasid.lexicon import english, seeds
from rasid.lexicon.knowledge import Knowledge
from rasid.lexicon.phrases import Found, Kind, PhraseIndex
from rasid.lexicon.promised import Promised
from rasid.lexicon.scan import Scan
from rasid.lexicon.thesaurus import language_of
from rasid.lexicon.word import Promise, Word
from rasid.loops import Numbers, Scores
from rasid.tag import topic_loops
from rasid.tag.learned import Learned
from rasid.text.reading import word_key
from schemas.tagged_article import Label, Topic

FOLDER: Final = "topics"
TITLE_TIMES: Final = 6  # mentions in the body that one in the headline is worth: it counts about 2.5 times as much
LEAD: Final = 400  # words of the body that are looked at: what a report is about is said where it begins
OPENING: Final = 60  # words with which the body opens
OPENING_TIMES: Final = 2  # mentions that one there is worth
MAX_COUNT: Final = 30  # mentions of a term, beyond which more say nothing
LEAST_SCORE: Final = 3.0  # the score, for an article of usual length, from which a topic is given
USUAL_WORDS: Final = 200
MAX_TOPICS: Final = 8
# How far a term speaks for its head. Wages, schools and families are written of in reports on everything; works of art,
# devices and discoveries in few that are not about them.
HEAD_SCALE: Final = {
    "medtop:01000000": 1.3, "medtop:05000000": 0.45, "medtop:07000000": 1.1, "medtop:09000000": 0.6,
    "medtop:10000000": 0.8, "medtop:11000000": 0.75, "medtop:13000000": 1.4, "medtop:14000000": 0.5,
}  # fmt: skip
MAX_EVIDENCE: Final = 5
# The chance that a topic is what a reader would file the article under: a logistic regression on how far its score
# leads that of the best other head and how far it is above the least, both as logarithms. Fitted on the head topics of
# 3,150 articles of three publishers (docs/tagging.md has the reliability it gives).
ODDS: Final = (-0.34, 1.59, 0.5)
FEW_WORDS: Final = 8  # words below which an article is too short for that: one word is said of many things
FEWNESS: Final = 0.5  # by how much the first figure falls with each e-fold of words that are missing


class Vote(NamedTuple):
    """A term speaks for `code` with `weight`; a negative one speaks against it."""

    code: str
    weight: float
    term: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A topic of the vocabulary and the codes above it."""

    label: Label
    parents: tuple[str, ...]


@dataclass(slots=True)
class TopicTagger:
    """The topics' terms, as phrases of an index."""

    index: PhraseIndex  # which the terms are added to
    known: Knowledge
    learned: Learned = field(default_factory=partial(Learned, (), {}))
    _subjects: dict[str, Subject] = field(default_factory=dict)
    _votes: list[Vote] = field(default_factory=list)
    _words: dict[tuple[str, frozenset[bytes]], int] = field(default_factory=dict)
    _homographs: dict[str, frozenset[bytes]] = field(default_factory=dict)
    _lines: dict[str, tuple[str, ...]] = field(default_factory=dict)  # a topic and those above it
    # Topics have numbers, in order of their codes. Arrays by them, and by the numbers of terms in the index:
    _codes: list[str] = field(default_factory=list)
    _heads: Numbers = field(init=False)  # the topics that are heads
    _head_of: Numbers = field(init=False)  # for each topic which of `_heads` it is under
    _weights: Scores = field(init=False)  # how far each term speaks
    _lines_of: Numbers = field(init=False)  # a row a term: its topic and those above, filled up with one past the last
    _seen: Numbers = field(init=False)  # a zero for each term
    _room: tuple[Numbers, Scores, Numbers] = field(init=False)  # for an article's topics, as `topic_loops.about` has it

    def load(self) -> None:
        """Takes in every topic that ships. Raises SeedError where a term speaks for an unknown code."""
        for row in seeds.table(FOLDER, "topics.tsv"):
            self._subjects[row["code"]] = Subject(Label(row["ar"], row["en"]), tuple(seeds.values(row["parents"])))
        self._lines = {code: (code, *subject.parents) for code, subject in self._subjects.items()}
        for row in seeds.table(FOLDER, "homographs.tsv"):
            self._homographs[row["head"]] = self._homographs.get(row["head"], frozenset()) | {word_key(row["word"])}
        for name in seeds.names(FOLDER, "terms_"):
            for row in seeds.table(FOLDER, name):
                self._add_terms(row)
        self._number()

    def _number(self) -> None:
        """Gives topics their numbers, and makes the arrays."""
        self._codes = sorted(self._lines)
        numbers = {code: number for number, code in enumerate(self._codes)}
        heads = [code for code in self._codes if len(self._lines[code]) == 1]
        self._heads = np.array([numbers[code] for code in heads])
        self._head_of = np.array([heads.index(self._lines[code][-1]) for code in self._codes])
        self._weights = np.array([vote.weight for vote in self._votes])
        self.learned = self.learned.of(heads)
        depth = max(map(len, self._lines.values()))
        lines = {code: [*map(numbers.__getitem__, line)] for code, line in self._lines.items()}
        filling = [len(numbers)] * depth
        self._lines_of = np.array([(lines[vote.code] + filling)[:depth] for vote in self._votes])
        self._seen = np.zeros(len(self._votes), np.int64)
        spans = np.zeros((MAX_TOPICS, MAX_EVIDENCE, 2), np.int64)
        self._room = np.zeros(MAX_TOPICS, np.int64), np.zeros(MAX_TOPICS), spans

    def _add_terms(self, row: seeds.Row) -> None:
        code = row["code"]
        if code not in self._subjects:
            raise SeedError(f"seeds/topics: terms for {code!r}, which topics.tsv does not have: add it there")
        for cell, sign in ((row["ar"], 1.0), (row["en"], 1.0), (row["not_ar"], -1.0), (row["not_en"], -1.0)):
            for value in seeds.values(cell):
                term, _, weight = value.partition("^")
                self._add(term.strip(), Vote(code, sign * float(weight or 1.0), term.strip()))

    def _add(self, term: str, vote: Vote) -> None:
        blocked = self._homographs.get(self._lines[vote.code][-1], frozenset())
        words = tuple(self._word(word, blocked) for word in term.replace("-", " ").split())
        self.index.add(words, Kind.TERM)
        self._votes.append(vote._replace(weight=vote.weight * HEAD_SCALE.get(self._lines[vote.code][-1], 1.0)))

    def _word(self, written: str, blocked: frozenset[bytes]) -> int:
        """The id of a term's word, which is not met by `blocked`: homographs of another sense."""
        asked = written, blocked
        if asked not in self._words:
            self._words[asked] = self.index.lexis.add(self._made(written, blocked))
        return self._words[asked]

    def _made(self, written: str, blocked: frozenset[bytes]) -> Word | Promise:
        if language_of(written) == "ar":
            return Promised(written, self.known, alone=True, others=blocked)
        return replace(english.word(written), others=blocked)

    def head_of(self, code: str) -> str:
        """The head topic that a topic is under; itself where it is one."""
        return self._lines[code][-1]

    def label_of(self, code: str) -> Label:
        """What a topic is called."""
        return self._subjects[code].label

    def tag(self, scan: Scan, found: Found | None = None) -> list[Topic]:
        """The topics an article is about, surest first; none is an answer. Terms are compared by their letters.

        `found` are the terms that the index finds in it, where they are known.
        """
        found = self.index.find(scan.reading)[Kind.TERM] if found is None else found
        if not len(found):
            return []
        reading, said = scan.reading, self.learned.arrays(scan.reading.vocabulary)
        words = len(reading.numbers)
        usual = LEAST_SCORE * max(0.3, min(2.0, min(words, LEAD) / USUAL_WORDS)) ** 0.5
        odds = ODDS if words >= FEW_WORDS else (ODDS[0] - FEWNESS * log(FEW_WORDS / words), *ODDS[1:])
        terms, heads = (self._weights, _REPEATED, self._lines_of, self._seen), (self._heads, self._head_of)
        numbers, counting, room = reading.numbers, self._counting(scan), self._room
        size = topic_loops.about(found, numbers, *counting, usual, terms, heads, said, odds, room)
        topics, sure, places = [each[:size].tolist() for each in room]
        span_of = lru_cache(maxsize=None)(scan.span_of)  # topics of one line share most of them
        codes, subjects = self._codes, self._subjects
        return [
            Topic(codes[topic], subjects[codes[topic]].label, round(confidence, 3),
                  [span_of(start, end) for start, end in some if start != loops.FILLING])
            for topic, confidence, some in zip(topics, sure, places, strict=True)
        ]  # fmt: skip

    def heads(self, scan: Scan) -> dict[str, float]:
        """What the terms alone say for each head topic that some speak of."""
        found = self.index.find(scan.reading)[Kind.TERM]
        return {code: score for code, score in self._scores(scan, found).items() if self._lines[code] == (code,)}

    def _scores(self, scan: Scan, found: Found) -> dict[str, float]:
        """What the terms of the title and the lead say for each topic that some speak of."""
        kept, counts = topic_loops.counted(found, *self._counting(scan), self._seen)
        terms = found[:, 0].take(kept)
        scores = topic_loops.scored(terms, counts, self._weights, _REPEATED, self._lines_of, len(self._codes))
        return {code: score for code, score in zip(self._codes, scores.tolist(), strict=True) if score}

    def _counting(self, scan: Scan) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """Up to where mentions count, and for how many each."""
        body = scan.title_places
        return (body, body + OPENING, body + LEAD), (TITLE_TIMES, OPENING_TIMES, 1)


# A term counts in full the first time, a half the second, a third the third …
_REPEATED: Final = np.array([*accumulate((1 / nth for nth in range(1, MAX_COUNT + 1)), initial=0.0)])
