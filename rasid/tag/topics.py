"""IPTC Media Topics of an article, by the terms that speak for each.

A term counts in full the first time and less each further time, more in a title; what speaks for a topic speaks for
its parents. The words that spoke are kept as evidence.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, chain, takewhile
from typing import Final, NamedTuple

from rasid.errors import SeedError
from rasid.lexicon import arabic, english, seeds
from rasid.lexicon.knowledge import Knowledge
from rasid.lexicon.lexis import Lexis, Word
from rasid.lexicon.phrases import Found, Ids, PhraseIndex
from rasid.lexicon.scan import Scan
from rasid.lexicon.thesaurus import language_of
from rasid.tag.learned import Learned
from rasid.text.reading import word_key
from schemas.span import Span
from schemas.tagged_article import Label, Topic

FOLDER: Final = "topics"
TITLE_TIMES: Final = 6  # mentions in the body that one in the headline is worth: it counts about 2.5 times as much
LEAD: Final = 400  # entries of the body that are looked at: what a report is about is said where it begins
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
    """The topics' terms, as phrases of a lexis' words."""

    lexis: Lexis
    known: Knowledge
    learned: Learned | None = None
    _index: PhraseIndex[int] = field(default_factory=PhraseIndex)
    _subjects: dict[str, Subject] = field(default_factory=dict)
    _votes: list[Vote] = field(default_factory=list)
    _words: dict[tuple[str, frozenset[bytes]], int] = field(default_factory=dict)
    _homographs: dict[str, frozenset[bytes]] = field(default_factory=dict)
    _lines: dict[str, tuple[str, ...]] = field(default_factory=dict)  # a topic and those above it

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
        self._index.add(words, len(self._votes))
        self._votes.append(vote._replace(weight=vote.weight * HEAD_SCALE.get(self._lines[vote.code][-1], 1.0)))

    def _word(self, written: str, blocked: frozenset[bytes]) -> int:
        """The id of a term's word, which is not met by `blocked`: homographs of another sense."""
        asked = written, blocked
        if asked not in self._words:
            made = self._make(written)
            if blocked:
                forms = tuple(form._replace(blocked=form.blocked | blocked) for form in made.forms)
                made = replace(made, forms=forms)
            self._words[asked] = self.lexis.add(made)
        return self._words[asked]

    def _make(self, written: str) -> Word:
        return arabic.word(written, self.known) if language_of(written) == "ar" else english.word(written)

    def head_of(self, code: str) -> str:
        """The head topic that a topic is under; itself where it is one."""
        return self._lines[code][-1]

    def label_of(self, code: str) -> Label:
        """What a topic is called."""
        return self._subjects[code].label

    def tag(self, scan: Scan) -> list[Topic]:
        """The topics an article is about, surest first; none is an answer. Terms are compared by their letters."""
        begun = scan.first_of_body
        ids = dict(self.lexis.occurrences(scan.reading.keys[: begun + LEAD]))
        longer = self._index.longer(scan.reading, ids)
        counts = self._counts(ids, longer, begun)
        scores = self._with_learned(self._scores(counts), scan.reading.keys[: begun + LEAD])
        return self._topics(scores, counts, longer, ids, scan)

    def _scores(self, counts: Mapping[int, int]) -> dict[str, float]:
        """What the terms say for each topic and those above it."""
        scores: dict[str, float] = {}
        for number, count in counts.items():
            vote = self._votes[number]
            line = self._lines[vote.code]
            weight = vote.weight * _REPEATED[min(count, MAX_COUNT)]
            for code in line:
                scores[code] = scores.get(code, 0.0) + weight
        return scores

    def heads(self, scan: Scan) -> dict[str, float]:
        """What the terms alone say for each head topic."""
        begun = scan.first_of_body
        ids = dict(self.lexis.occurrences(scan.reading.keys[: begun + LEAD]))
        scores = self._scores(self._counts(ids, self._index.longer(scan.reading, ids), begun))
        return {code: score for code, score in scores.items() if len(self._lines[code]) == 1}

    def _with_learned(self, scores: dict[str, float], keys: Sequence[bytes]) -> dict[str, float]:
        """The scores with what other words say for the heads; topics below a head follow it."""
        said = {} if self.learned is None else self.learned.weights(set(keys))
        raised = {
            head: (scores[head] + weight) / scores[head] for head, weight in said.items() if scores.get(head, 0) > 0
        }
        return {code: score * raised.get(self._lines[code][-1], 1.0) for code, score in scores.items()}

    def _counts(self, ids: Ids, longer: list[Found[int]], first_of_body: int) -> Counter[int]:
        """How often each term stands there; in the title it counts as `TITLE_TIMES`."""
        singles = self._index.singles
        counts = Counter(chain.from_iterable(map(singles.__getitem__, ids.values())))
        counts.update(each.payload for each in longer)
        for index in takewhile(first_of_body.__gt__, ids):
            for number in singles[ids[index]]:
                counts[number] += TITLE_TIMES - 1
        for each in takewhile(lambda each: each.first < first_of_body, longer):
            counts[each.payload] += TITLE_TIMES - 1
        return counts

    def _topics(
        self, scores: Mapping[str, float], counts: Mapping[int, int], longer: list[Found[int]], ids: Ids, scan: Scan
    ) -> list[Topic]:
        usual = LEAST_SCORE * max(0.3, min(2.0, min(len(scan.reading.keys), LEAD) / USUAL_WORDS)) ** 0.5
        rivals = self._rivals(scores)
        sure = [
            (_confidence(score, rivals[self._lines[code][-1]], usual), code)
            for code, score in scores.items()
            if score >= usual
        ]
        ranked = sorted(sure, key=lambda each: (-each[0], each[1]))[:MAX_TOPICS]
        spoke = self._weightiest([code for _, code in ranked], counts)
        places = self._places({number for numbers in spoke.values() for number in numbers}, longer, ids, scan)
        spans = {code: sorted((places[number] for number in numbers), key=_order) for code, numbers in spoke.items()}
        return [Topic(code, self._subjects[code].label, confidence, spans[code]) for confidence, code in ranked]

    def _rivals(self, scores: Mapping[str, float]) -> dict[str, float]:
        """For each head, the score of the strongest other head, at least 0."""
        heads = sorted(((score, code) for code, score in scores.items() if len(self._lines[code]) == 1), reverse=True)
        first, second = [*heads, (0.0, ""), (0.0, "")][:2]
        return {code: max(0.0, second[0] if code == first[1] else first[0]) for _, code in heads}

    def _weightiest(self, codes: list[str], counts: Mapping[int, int]) -> dict[str, list[int]]:
        """For each topic the terms there that speak most for it."""
        spoke: dict[str, list[int]] = {code: [] for code in codes}
        for number in sorted(counts, key=self._weight, reverse=True):
            if self._weight(number) <= 0:
                break
            for code in self._lines[self._votes[number].code]:
                if code in spoke and len(spoke[code]) < MAX_EVIDENCE:
                    spoke[code].append(number)
        return spoke

    def _weight(self, number: int) -> float:
        return self._votes[number].weight

    def _places(self, wanted: set[int], longer: list[Found[int]], ids: Ids, scan: Scan) -> dict[int, Span]:
        """Where each of these terms stands first."""
        found = {each.payload: scan.span(each.first, each.last) for each in reversed(longer) if each.payload in wanted}
        singles, missing = self._index.singles, wanted - found.keys()
        for index, numbers in ids.items():
            for number in missing.intersection(singles[numbers]):
                found[number] = scan.span(index, index)
                missing.remove(number)
            if not missing:
                break
        return found


def _order(span: Span) -> tuple[bool, int]:
    return span.field == "body", span.start


# A term counts in full the first time, a half the second, a third the third …
_REPEATED: Final = tuple(accumulate((1 / nth for nth in range(1, MAX_COUNT + 1)), initial=0.0))


def _confidence(score: float, rival: float, usual: float) -> float:
    """The chance that the topic is what a reader would file the article under, by what speaks for it and for others.

    A logistic regression on the logarithms of both; its three figures were fitted on the head topics of 3,150 articles
    of three publishers (docs/tagging.md has the reliability it gives).
    """
    lead, strength = math.log((score + 1) / (rival + 1)), math.log(score / usual)
    return round(1 / (1 + math.exp(0.29 - 1.61 * lead - 0.56 * strength)), 3)
