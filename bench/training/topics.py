"""Words that tell head topics, learned from articles that our own terms label: seeds/models/topic_words.tsv.

No label of a publisher is used. First the words of articles in which the terms put one head clearly before the others
train a logistic regression; then all articles train another, each towards what terms and first model say of it
together, in shares; and where that one and the terms agree, clearly, the last is trained towards the same shares. Words
of the paper, its country and the day (`passing_words.txt`) are left out: they would tell the desks of this publisher
alone. A word's weights, a mean over heads taken off, are what it says beside the terms. Ninety seconds of one core.

    python -m bench.training.topics ../shared/eval/unlabelled/sanad.jsonl.gz
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import numpy as np

from rasid.lexicon import knowledge
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.phrases import PhraseIndex
from rasid.lexicon.scan import Scan
from rasid.tag.learned import FILE, UNIT, base
from rasid.tag.topics import LEAD, TopicTagger
from rasid.text.reading import keys_of
from schemas.article import ArticleEvent

OUT: Final = Path(__file__).parents[2] / "seeds" / "models" / FILE
PASSING: Final = Path(__file__).with_name("passing_words.txt")
SEEN: Final = 20  # articles that a word stands in before it may say anything
SHORTEST: Final = 3  # letters
LEAST_SCORE: Final = 5.0
LEAST_MARGIN: Final = 0.2  # of the score: how far the first head is before the second
LEAST_ARTICLES: Final = 60  # clearly of a head, for its words to be learned
FIRST_STRENGTH: Final = 1.5  # of the first model beside the terms, where targets for the second are made
SHARPNESS: Final = 2.0  # of those targets
STRENGTH: Final = 2.8  # of the learned words beside the terms
SMALLEST: Final = 0.25  # a word whose every weight is below says nothing
PENALTY: Final = 3e-5  # on the squares of weights, beside the mean loss of an article
ROUNDS: Final = 40
# Society stands in reports on everything: its words, learned, cost others more than they gave it.
LEFT_OUT: Final = ("medtop:14000000",)
# Heads that a newspaper's page of the world holds together, crime, politics and war: their words are those of the page,
# and what they say of one they say of each. Told apart, they took trade disputes for politics at other publishers.
PAGE: Final = ("medtop:02000000", "medtop:11000000", "medtop:16000000")

Matrix = Any  # of numpy or scipy.sparse


class Article(NamedTuple):
    """An article's distinct words, and what the terms say for each head."""

    words: frozenset[bytes]
    heads: dict[str, float]


def articles(file: Path, tagger: TopicTagger) -> Iterator[Article]:
    """The articles of a gzipped JSON Lines file with a `text` in each row."""
    lexis = Lexis()
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            scan = Scan(ArticleEvent("urn:x", "", json.loads(line)["text"], "ar"), lexis)
            yield Article(frozenset(key for key in scan.reading.keys[:LEAD] if key and key[0]), tagger.heads(scan))


def vocabulary(read: Sequence[Article]) -> dict[bytes, int]:
    """The words that may say something, numbered: often enough there, and not passing ones."""
    lines = PASSING.read_text("utf-8").splitlines()
    passing = dict.fromkeys(keys_of(" ".join(line for line in lines if not line.startswith("#"))))
    passing |= dict.fromkeys("ال".encode("cp1256") + key for key in passing)
    seen = Counter(word for article in read for word in article.words)
    often = (word for word, count in seen.items() if count >= SEEN and len(word) >= SHORTEST and not word.isdigit())
    return {word: place for place, word in enumerate(word for word in often if base(word, passing) is None)}


def matrix_of(read: Sequence[Article], places: dict[bytes, int]) -> Matrix:
    """A row an article and a column a word: one over the root of how many of its words are known, where it is there."""
    from scipy.sparse import csr_matrix, diags

    known = {word: base(word, places) for article in read for word in article.words}
    rows = [[places[word] for each in article.words if (word := known[each]) is not None] for article in read]
    ends = np.cumsum([0, *map(len, rows)])
    there = csr_matrix((np.ones(ends[-1]), np.concatenate(rows), ends), shape=(len(rows), len(places)))
    return diags(1 / np.sqrt(np.maximum(1, np.diff(ends)))) @ there


def clear(scores: Matrix) -> Matrix:
    """For each article the place of the head that is clearly before the others, or -1."""
    second, first = np.sort(scores, axis=1)[:, -2:].T
    sure = (first >= LEAST_SCORE) & (first - second >= LEAST_MARGIN * first)
    return np.where(sure, scores.argmax(axis=1), -1)


def shares(scores: Matrix) -> Matrix:
    """For each article the share of each head in it: the further before the others, the nearer to 1."""
    said = np.maximum(scores, 0).sum(axis=1, keepdims=True)
    return _softmax(SHARPNESS * scores / np.sqrt(10 + said))


def _softmax(values: Matrix) -> Matrix:
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def regression(matrix: Matrix, targets: Matrix) -> Matrix:
    """A logistic regression's weights by word and head, their mean over heads taken off; `targets` are shares."""
    from scipy.optimize import minimize

    size, heads, turned = matrix.shape[1], targets.shape[1], matrix.T.tocsr()

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        weights, bias = flat[:-heads].reshape(size, heads), flat[-heads:]
        given = _softmax(matrix @ weights + bias)
        wrong = (given - targets) / len(targets)
        value = -(targets * np.log(given + 1e-12)).sum() / len(targets) + PENALTY / 2 * (weights**2).sum()
        return value, np.concatenate([(turned @ wrong + PENALTY * weights).ravel(), wrong.sum(axis=0)])

    start = np.zeros(size * heads + heads)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    weights = found[:-heads].reshape(size, heads)
    return weights - weights.mean(axis=1, keepdims=True)


def trained(read: Sequence[Article]) -> tuple[list[str], dict[bytes, Matrix]]:
    """The heads that were learned, and for each word its weights for them."""
    every = sorted({head for article in read for head in article.heads})
    scores = np.array([[article.heads.get(head, 0.0) for head in every] for article in read])
    found = clear(scores)
    often = np.bincount(found[found >= 0], minlength=len(every)) >= LEAST_ARTICLES
    learned = np.flatnonzero(often & ~np.isin(every, LEFT_OUT))
    places = vocabulary(read)
    matrix, before, sure = matrix_of(read, places), scores[:, learned], np.isin(found, learned)
    first = regression(matrix[sure], (found[sure, None] == learned).astype(float))
    targets = shares(before + FIRST_STRENGTH * (matrix @ first))
    alike = sure & (learned[(matrix @ regression(matrix, targets)).argmax(axis=1)] == found)
    weights = STRENGTH * regression(matrix[alike], targets[alike])
    page = np.isin([every[place] for place in learned], PAGE)
    weights[:, page] = weights[:, page].mean(axis=1, keepdims=True)
    return [every[place] for place in learned], {word: weights[place] for word, place in places.items()}


@click.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def main(file: Path) -> None:
    """Trains on the articles of FILE, gzipped JSON Lines with a `text` in each row."""
    tagger = TopicTagger(PhraseIndex(Lexis()), knowledge.own())
    tagger.load()
    heads, weights = trained([*articles(file, tagger)])
    kept = {word: row for word, row in weights.items() if abs(row).max() >= SMALLEST}
    lines = ["\t".join([word.decode("cp1256"), *(f"{weight * UNIT:.0f}" for weight in row)])
             for word, row in sorted(kept.items())]  # fmt: skip
    OUT.write_text("\n".join(["\t".join(["word", *heads]), *lines]) + "\n", "utf-8")
    print(f"{OUT}: {len(lines)} words, {len(heads)} heads")


if __name__ == "__main__":
    main()
