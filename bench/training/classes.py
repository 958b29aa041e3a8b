"""Word classes: which words are used alike, from text without labels. Writes seeds/models/classes.tsv.

Words are split from their proclitics by how often what remains is seen, word2vec (gensim) places them, k-means
(scikit-learn) puts neighbours into classes, coarse to fine. A logistic regression on the places then says which kind
of name each word is likeliest part of, from the words of a labelled file; words of that file get the answer of a
regression that did not see them. About ten minutes of one core.

    pip install gensim
    python -m bench.training.classes sanad.jsonl.gz cleananercorp_train.conll
"""

import gzip
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from bench.training.names import KINDS
from rasid.tag import measure
from rasid.tag.classes import FILE, HEADER, split
from rasid.text.reading import Reading, word_key

OUT: Final = Path(__file__).parents[2] / "seeds" / "models" / FILE
SEEN: Final = 8  # times a word is seen before it gets a class
DIMENSIONS: Final = 100
WINDOW: Final = 3  # near words tell the kind of a word, far ones its topic
ROUNDS: Final = 5
CLASSES: Final = (100, 500, 2000)
SEED: Final = 20
KEPT_OUT: Final = 0.2  # the last share of the labelled sentences, which names.py keeps out as well
SURE: Final = 0.75  # from here on a kind is written in capitals


def texts(file: Path) -> Iterator[list[str]]:
    """The words of each article: folded, marks gone, as text."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield [key.decode("cp1256") for key in Reading(json.loads(line)["text"]).keys if key and key[0]]


def placed(articles: list[list[str]], seen: dict[str, int]) -> tuple[list[str], Any]:
    """The words, commonest first, and a vector of length one for each."""
    from gensim.models import Word2Vec

    parts: dict[str, tuple[str, ...]] = {}
    for words in articles:
        parts.update((word, split(word, seen)) for word in words if word not in parts)
    bare = [[part for word in words for part in parts[word]] for words in articles]
    trained = Word2Vec(bare, vector_size=DIMENSIONS, window=WINDOW, min_count=SEEN, sg=1, negative=5, epochs=ROUNDS,
                       sample=1e-4, workers=1, seed=SEED)  # fmt: skip
    return trained.wv.index_to_key, trained.wv.vectors / np.linalg.norm(trained.wv.vectors, axis=1, keepdims=True)


def classed(vectors: Any) -> Iterator[Any]:
    """For each number of classes, the class of each word."""
    from sklearn.cluster import MiniBatchKMeans

    for count in CLASSES:
        means = MiniBatchKMeans(count, random_state=SEED, batch_size=4096, n_init=3, max_iter=60)
        yield means.fit(vectors).labels_


def kinds(words: list[str], vectors: Any, labelled: Path, seen: dict[str, int]) -> list[str]:
    """For each word the tag that its place speaks for: small letters where it is not sure, - for no name."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    tags: dict[str, Counter[str]] = {}
    sentences = list(measure.read_conll(labelled.read_text("utf-8").splitlines(), str(labelled)))
    for sentence in sentences[: len(sentences) - round(len(sentences) * KEPT_OUT)]:
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            bare = split(word_key(word).decode("cp1256", "replace"), seen)[-1] if word_key(word) else ""
            tags.setdefault(bare, Counter())[tag[:2] + KINDS.get(tag[2:], tag[2:])] += 1
    known = [number for number, word in enumerate(words) if word in tags]
    labels = np.array([tags[words[number]].most_common(1)[0][0] for number in known])
    model = LogisticRegression(C=3, max_iter=300)
    unseen = cross_val_predict(model, vectors[known], labels, cv=5, method="predict_proba")
    model.fit(vectors[known], labels)
    shares = model.predict_proba(vectors)
    shares[known] = unseen
    best = shares.argmax(1)
    names = [model.classes_[number] for number in best]
    return ["-" if name == "O" and share[top] >= SURE else _kind(name, share[top])
            for name, share, top in zip(names, shares, best, strict=True)]  # fmt: skip


def _kind(tag: str, share: float) -> str:
    short = tag.replace("-", "")
    return short if share >= SURE else short.lower()


@click.command()
@click.argument("unlabelled", type=click.Path(exists=True, path_type=Path))
@click.argument("labelled", type=click.Path(exists=True, path_type=Path))
@click.option("--vectors", type=click.Path(path_type=Path), help="An .npz: keeps the words' places, gives them back.")
def main(unlabelled: Path, labelled: Path, vectors: Path | None) -> None:
    """Trains on the articles of a gzipped JSON Lines file with a `text` in each row, and on a CoNLL file."""
    articles = list(texts(unlabelled))
    counts = Counter(word for words in articles for word in words)
    seen = {word: count for word, count in counts.items() if count >= SEEN}
    if vectors and vectors.exists():
        kept = np.load(vectors)
        words, places = list(kept["words"]), kept["places"]
    else:
        words, places = placed(articles, seen)
        if vectors:
            np.savez(vectors, words=np.array(words), places=places)
    columns = [*classed(places), kinds(words, places, labelled, seen)]
    rows = ("\t".join([word, f"{math.log2(seen[word]):.1f}", *(str(column[number]) for column in columns)])
            for number, word in enumerate(words) if word in seen)  # fmt: skip
    OUT.write_text("\n".join(["\t".join(HEADER), *rows]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
