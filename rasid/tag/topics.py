"""IPTC Media Topics of an article, by the terms that speak for each.

A term counts in full the first time and less each further time, more in a title; what speaks for a topic speaks for
its parents. The words that spoke are kept as evidence.
"""

import math
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rasid.errors import SeedError
from rasid.lexicon import arabic, english, seeds
from rasid.lexicon.knowledge import Knowledge
from rasid.lexicon.lexis import Word
from rasid.lexicon.phrases import Found, Kind, PhraseIndex
from rasid.lexicon.scan import Scan
from rasid.lexicon.thesaurus import language_of
from rasid.tag.learned import Learned
from rasid.text.reading import word_key
from rasid.text.slots import Numbers
from schemas.span import Span
from schemas.tagged_article import Label, Topic

FOLDER: Final = "topics"
TITLE_TIMES: Final = 6  # mentions in the body that one in the headline is worth: it counts about 2.5 times as much
LEAD: Final = 400  # entries of the body that are looked at: what a report is about is said where it begins
OPENING: Final = 60  # entries with which the body opens: what is said there counts twice
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


Scores = NDArray[np.float64]


class Vote(NamedTuple):
    """A term speaks for `code` with `weight`; a negative one speaks against it."""

    code: str
    weight: float
    term: str


class Counted(NamedTuple):
    """The distinct terms of an article, in order: their numbers, how often each counts, where each stands first.

    `firsts` and `lasts` are the indices of its first and last word there.
    """

    terms: Numbers
    times: Scores
    firsts: Numbers
    lasts: Numbers


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
    learned: Learned | None = None
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
    _speaks_for: Numbers = field(
        init=False
    )  # a row a term: its topic and those above, filled up with one past the last
    _seen: Numbers = field(init=False)  # room for a mention of each term of an article

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
        depth = max(map(len, self._lines.values()))
        lines = {code: [*map(numbers.__getitem__, line)] for code, line in self._lines.items()}
        filling = [len(numbers)] * depth
        self._speaks_for = np.array([(lines[vote.code] + filling)[:depth] for vote in self._votes])
        self._seen = np.zeros(len(self._votes), np.intp)

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
            made = self._make(written)
            if blocked:
                forms = tuple(form._replace(blocked=form.blocked | blocked) for form in made.forms)
                made = replace(made, forms=forms)
            self._words[asked] = self.index.lexis.add(made)
        return self._words[asked]

    def _make(self, written: str) -> Word:
        return arabic.word(written, self.known) if language_of(written) == "ar" else english.word(written)

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
        counted = self._counted(self._leading(scan, found), scan.first_of_body)
        scores = self._scores(counted)
        if self.learned is not None and len(counted.terms):
            scores *= self._raised(scores, self.learned, scan)
        return self._topics(scores, counted, scan)

    def heads(self, scan: Scan) -> dict[str, float]:
        """What the terms alone say for each head topic that some speak of."""
        scores = self._scores(self._counted(self._leading(scan), scan.first_of_body)).take(self._heads).tolist()
        return {self._codes[head]: score for head, score in zip(self._heads, scores, strict=True) if score}

    def _leading(self, scan: Scan, found: Found | None = None) -> Found:
        """The terms of the title and the lead."""
        found = found or self.index.find(scan.reading)[Kind.TERM]
        end = scan.first_of_body + LEAD
        if len(scan.reading.keys) <= end:
            return found
        leading = (found.lasts < end).nonzero()[0]
        return Found(*[each.take(leading) for each in found])

    def _counted(self, found: Found, first_of_body: int) -> Counted:
        """How often each term counts: a mention in the title for `TITLE_TIMES`, in the opening for two."""
        terms, mentions = found.numbers, np.arange(len(found.numbers))
        self._seen[terms[::-1]] = mentions[::-1]  # of each term the first mention stays
        first_ones = self._seen.take(terms)
        body = np.where(found.firsts < first_of_body + OPENING, 2, 1)
        times = np.bincount(first_ones, np.where(found.firsts < first_of_body, TITLE_TIMES, body), len(terms))
        distinct = times.nonzero()[0]
        terms, firsts, lasts = [each.take(distinct) for each in found]
        return Counted(terms, times.take(distinct), firsts, lasts)  # type: ignore[arg-type] # weighed, so floats

    def _scores(self, counted: Counted) -> Scores:
        """What the terms say for each topic, what speaks for those below it included."""
        repeated = _REPEATED.take(np.minimum(counted.times, MAX_COUNT).astype(np.intp))
        said = self._weights.take(counted.terms) * repeated
        lines = self._speaks_for.take(counted.terms, axis=0)
        scores = np.bincount(lines.ravel(), said.repeat(lines.shape[1]), len(self._codes) + 1)
        return scores[:-1]  # type: ignore[return-value] # weighed, so floats

    def _raised(self, scores: Scores, learned: Learned, scan: Scan) -> Scores:
        """How many times as much speaks for each topic with what other words say for its head."""
        said = learned.weights(scan.reading.spelled.until(scan.first_of_body + LEAD))
        heads = zip(self._heads.tolist(), scores.take(self._heads).tolist(), strict=True)
        codes = self._codes
        raised = [(score + said.get(codes[head], 0.0)) / score if score > 0 else 1.0 for head, score in heads]
        return np.array(raised).take(self._head_of)

    def _topics(self, scores: Scores, counted: Counted, scan: Scan) -> list[Topic]:
        usual = LEAST_SCORE * max(0.3, min(2.0, min(len(scan.reading.keys), LEAD) / USUAL_WORDS)) ** 0.5
        enough = (scores >= usual).nonzero()[0]
        if not len(enough):
            return []
        heads = scores.take(self._heads)
        second, first = sorted([*heads.tolist(), 0.0, 0.0])[-2:]
        given = zip(
            enough.tolist(), scores.take(enough).tolist(), heads.take(self._head_of.take(enough)).tolist(), strict=True
        )
        ranked = sorted(
            [(-_confidence(score, second if head == first else first, usual), number) for number, score, head in given]
        )[:MAX_TOPICS]
        evidence = self._evidence([number for _, number in ranked], counted, scan)
        codes, subjects = self._codes, self._subjects
        return [
            Topic(codes[number], subjects[codes[number]].label, -confidence, spans)
            for (confidence, number), spans in zip(ranked, evidence, strict=True)
        ]

    def _evidence(self, topics: list[int], counted: Counted, scan: Scan) -> list[list[Span]]:
        """For each topic the terms that speak most for it, in order of where they stand."""
        weights = self._weights.take(counted.terms)
        ranked = (-weights).argsort(kind="stable")
        ranked = ranked[: np.count_nonzero(weights > 0)]
        spoke: dict[int, list[tuple[int, int]]] = {topic: [] for topic in topics}
        lacking = len(topics)
        places = scan.reading.extents(counted.firsts.take(ranked), counted.lasts.take(ranked))
        for place, line in zip(places, self._speaks_for.take(counted.terms.take(ranked), axis=0).tolist(), strict=True):
            for topic in line:
                some = spoke.get(topic)
                if some is not None and len(some) < MAX_EVIDENCE:
                    some.append(place)
                    lacking -= len(some) == MAX_EVIDENCE
            if not lacking:
                break
        spans = {place: scan.span_of(*place) for place in {*chain.from_iterable(spoke.values())}}
        return [[*map(spans.__getitem__, sorted(some))] for some in spoke.values()]


# A term counts in full the first time, a half the second, a third the third …
_REPEATED: Final = np.array([*accumulate((1 / nth for nth in range(1, MAX_COUNT + 1)), initial=0.0)])


def _confidence(score: float, rival: float, usual: float) -> float:
    """The chance that the topic is what a reader would file the article under, by what speaks for it and for others.

    A logistic regression on the logarithms of both; its three figures were fitted on the head topics of 3,150 articles
    of three publishers (docs/tagging.md has the reliability it gives).
    """
    lead, strength = math.log((score + 1) / (rival + 1)), math.log(score / usual)
    return round(1 / (1 + math.exp(0.34 - 1.59 * lead - 0.5 * strength)), 3)
