"""Words that tell head topics, learned from articles that our own terms label: seeds/models/topic_words.tsv.

No label of a publisher is used: an article is taken where the terms put one head clearly before the others. The words
of those articles train a logistic regression (scikit-learn) for the heads that enough articles have; its weights, a
mean over heads taken off, are what a word says beside the terms. Two minutes of one core.

    python -m bench.training.topics ../shared/eval/unlabelled/sanad.jsonl.gz
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
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
from schemas.article import ArticleEvent

OUT: Final = Path(__file__).parents[2] / "seeds" / "models" / FILE
SEEN: Final = 30  # articles that a word stands in before it may say anything
LEAST_SCORE: Final = 5.0
LEAST_MARGIN: Final = 0.2  # of the score: how far the first head is before the second
LEAST_ARTICLES: Final = 150  # of a head, for its words to be learned
STRENGTH: Final = 1.8  # of the learned words beside the terms
SMALLEST: Final = 0.25  # a word whose every weight is below says nothing
C: Final = 0.3


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


def label(heads: dict[str, float]) -> str | None:
    """The head that is clearly before the others, if one is."""
    (_, second), (head, first) = sorted([("", 0.0), ("", 0.0), *heads.items()], key=lambda each: each[1])[-2:]
    return head if first >= LEAST_SCORE and first - second >= LEAST_MARGIN * first else None


def trained(read: list[Article]) -> tuple[list[str], dict[bytes, Any]]:
    """The heads that were learned, and for each word its weights for them."""
    from scipy.sparse import csr_matrix, diags
    from sklearn.linear_model import LogisticRegression

    labels = [label(article.heads) for article in read]
    enough = {head for head, count in Counter(labels).items() if head and count >= LEAST_ARTICLES}
    taken = [(article, head) for article, head in zip(read, labels, strict=True) if head in enough]
    seen = Counter(word for article in read for word in article.words)
    places = {word: place for place, word in enumerate(word for word, count in seen.items() if count >= SEEN)}
    known = {word: base(word, places) for word in seen}
    rows = [[places[word] for each in article.words if (word := known[each]) is not None] for article, _ in taken]
    ends = np.cumsum([0, *map(len, rows)])
    matrix = csr_matrix((np.ones(ends[-1]), np.concatenate(rows), ends), shape=(len(rows), len(places)))
    scaled = diags(1 / np.sqrt(np.maximum(1, np.diff(ends)))) @ matrix
    model = LogisticRegression(C=C, max_iter=80).fit(scaled, [head for _, head in taken])
    weights = STRENGTH * (model.coef_ - model.coef_.mean(axis=0)).T
    return list(model.classes_), {word: weights[place] for word, place in places.items()}


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
