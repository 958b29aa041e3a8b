"""IPTC Media Topics of an article, by the terms that speak for each.

A term counts in full the first time and less each further time, more in a title; what speaks for a topic speaks for
its parents. The words that spoke are kept as evidence.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain
from typing import Final, NamedTuple

from rasid.errors import SeedError
from rasid.lexicon import arabic, english, seeds
from rasid.lexicon.knowledge import Knowledge
from rasid.lexicon.lexis import Word
from rasid.lexicon.phrases import Found, Kind, PhraseIndex
from rasid.lexicon.scan import Scan
from rasid.lexicon.thesaurus import language_of
from rasid.tag.learned import Learned
from rasid.text.reading import word_key
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


Places = dict[int, tuple[int, int]]  # where a term stands first: the indices of its first and last word


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
    learned: Learned | None = None
    _subjects: dict[str, Subject] = field(default_factory=dict)
    _votes: list[Vote] = field(default_factory=list)
    _weights: list[float] = field(default_factory=list)
    _speaks: list[tuple[float, tuple[str, ...]]] = field(default_factory=list)
    _words: dict[tuple[str, frozenset[bytes]], int] = field(default_factory=dict)
    _homographs: dict[str, frozenset[bytes]] = field(default_factory=dict)
    _lines: dict[str, tuple[str, ...]] = field(default_factory=dict)  # a topic and those above it
    _heads: frozenset[str] = frozenset()

    def load(self) -> None:
        """Takes in every topic that ships. Raises SeedError where a term speaks for an unknown code."""
        for row in seeds.table(FOLDER, "topics.tsv"):
            self._subjects[row["code"]] = Subject(Label(row["ar"], row["en"]), tuple(seeds.values(row["parents"])))
        self._lines = {code: (code, *subject.parents) for code, subject in self._subjects.items()}
        self._heads = frozenset(code for code, line in self._lines.items() if len(line) == 1)
        for row in seeds.table(FOLDER, "homographs.tsv"):
            self._homographs[row["head"]] = self._homographs.get(row["head"], frozenset()) | {word_key(row["word"])}
        for name in seeds.names(FOLDER, "terms_"):
            for row in seeds.table(FOLDER, name):
                self._add_terms(row)

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
        self.index.add(words, Kind.TERM, len(self._votes))
        line = self._lines[vote.code]
        vote = vote._replace(weight=vote.weight * HEAD_SCALE.get(line[-1], 1.0))
        self._votes.append(vote)
        self._weights.append(vote.weight)
        self._speaks.append((vote.weight, line))

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

    def tag(self, scan: Scan, found: Found[int] | None = None) -> list[Topic]:
        """The topics an article is about, surest first; none is an answer. Terms are compared by their letters.

        `found` are the terms that the index finds in it, where they are known.
        """
        found = self._leading(scan, found)
        counts = _counts(found, scan.first_of_body)
        scores = self._with_learned(self._scores(counts), scan)
        return self._topics(scores, counts, found, scan)

    def heads(self, scan: Scan) -> dict[str, float]:
        """What the terms alone say for each head topic."""
        found = self._leading(scan)
        scores = self._scores(_counts(found, scan.first_of_body))
        return {code: score for code, score in scores.items() if len(self._lines[code]) == 1}

    def _leading(self, scan: Scan, found: Found[int] | None = None) -> Found[int]:
        """The terms of the title and the lead."""
        indices, singles, longer = found or self.index.find(scan.reading)[Kind.TERM]
        end = scan.first_of_body + LEAD
        size = bisect_left(indices, end)
        return Found(indices[:size], singles[:size], [each for each in longer if each[1] < end])

    def _scores(self, counts: Mapping[int, int]) -> dict[str, float]:
        """What the terms say for each topic and those above it."""
        scores: dict[str, float] = {}
        speaks = self._speaks
        for number, count in counts.items():
            weight, line = speaks[number]
            if count > 1:
                weight *= _REPEATED[count] if count < MAX_COUNT else _REPEATED[MAX_COUNT]
            for code in line:
                if code in scores:
                    scores[code] += weight
                else:
                    scores[code] = weight
        return scores

    def _with_learned(self, scores: dict[str, float], scan: Scan) -> dict[str, float]:
        """The scores with what other words say for the heads; topics below a head follow it."""
        if self.learned is None or not scores:
            return scores
        said = self.learned.weights(scan.reading.spelled.until(scan.first_of_body + LEAD))
        raised = {
            head: (scores[head] + weight) / scores[head] for head, weight in said.items() if scores.get(head, 0) > 0
        }
        lines = self._lines
        return {code: score * raised.get(lines[code][-1], 1.0) for code, score in scores.items()} if raised else scores

    def _topics(
        self, scores: Mapping[str, float], counts: Mapping[int, int], found: Found[int], scan: Scan
    ) -> list[Topic]:
        usual = LEAST_SCORE * max(0.3, min(2.0, min(len(scan.reading.keys), LEAD) / USUAL_WORDS)) ** 0.5
        enough = [code for code, score in scores.items() if score >= usual]
        if not enough:
            return []
        rivals, lines = self._rivals(scores), self._lines
        ranked = sorted([(-_confidence(scores[code], rivals[lines[code][-1]], usual), code) for code in enough])
        ranked = ranked[:MAX_TOPICS]
        spoke = self._weightiest([code for _, code in ranked], counts)
        places = _places(found)
        spans = {number: scan.span(*places[number]) for number in {*chain.from_iterable(spoke.values())}}
        for numbers in spoke.values():
            numbers.sort(key=places.__getitem__)
        return [
            Topic(code, self._subjects[code].label, -confidence, [spans[number] for number in spoke[code]])
            for confidence, code in ranked
        ]

    def _rivals(self, scores: Mapping[str, float]) -> dict[str, float]:
        """For each head, the score of the strongest other head, at least 0."""
        heads = sorted([(scores[code], code) for code in self._heads.intersection(scores)], reverse=True)
        first, second = [*heads, (0.0, ""), (0.0, "")][:2]
        return {code: max(0.0, second[0] if code == first[1] else first[0]) for _, code in heads}

    def _weightiest(self, codes: list[str], counts: Mapping[int, int]) -> dict[str, list[int]]:
        """For each topic the terms there that speak most for it."""
        spoke: dict[str, list[int]] = {code: [] for code in codes}
        lacking, speaks = len(codes), self._speaks
        for number in sorted(counts, key=self._weights.__getitem__, reverse=True):
            weight, line = speaks[number]
            if weight <= 0 or not lacking:
                break
            for code in line:
                some = spoke.get(code)
                if some is not None and len(some) < MAX_EVIDENCE:
                    some.append(number)
                    lacking -= len(some) == MAX_EVIDENCE
        return spoke


def _counts(found: Found[int], first_of_body: int) -> Counter[int]:
    """How often each term stands there: in the title it counts as `TITLE_TIMES`, in the opening twice."""
    opened = first_of_body + OPENING
    title, opening = bisect_left(found.indices, first_of_body), bisect_left(found.indices, opened)
    singles = found.singles[:title] * TITLE_TIMES + found.singles[title:opening] * 2 + found.singles[opening:]
    longer = [
        number
        for first, _, number in found.longer
        for _ in range(TITLE_TIMES if first < first_of_body else 2 if first < opened else 1)
    ]
    return Counter(chain(chain.from_iterable(singles), longer))


def _places(found: Found[int]) -> Places:
    """Where each term stands first."""
    singles = zip(reversed(found.indices), reversed(found.singles), strict=True)
    places = {number: (index, index) for index, numbers in singles for number in numbers}
    places.update([(number, (first, last)) for first, last, number in reversed(found.longer)])
    return places


# A term counts in full the first time, a half the second, a third the third …
_REPEATED: Final = tuple(accumulate((1 / nth for nth in range(1, MAX_COUNT + 1)), initial=0.0))


def _confidence(score: float, rival: float, usual: float) -> float:
    """The chance that the topic is what a reader would file the article under, by what speaks for it and for others.

    A logistic regression on the logarithms of both; its three figures were fitted on the head topics of 3,150 articles
    of three publishers (docs/tagging.md has the reliability it gives).
    """
    lead, strength = math.log((score + 1) / (rival + 1)), math.log(score / usual)
    return round(1 / (1 + math.exp(0.34 - 1.59 * lead - 0.5 * strength)), 3)
