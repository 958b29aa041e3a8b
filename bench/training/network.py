"""The network of names: trains seeds/models/names_network.npz.

First it learns to tell the class of a word from the words around it, over part of a text without labels; then names,
from CoNLL files. `--vectors` is what bench.training.classes keeps. Ten minutes of one core.

    pip install jax gensim
    python -m bench.training.classes sanad.jsonl.gz cleananercorp_train.conll --vectors v.npz
    python -m bench.training.network sanad.jsonl.gz cleananercorp_train.conll seeds/newswire/*.conll --vectors v.npz
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import click
import numpy as np

from bench.training import lstm
from bench.training.classes import texts
from bench.training.names import KEEP_OUT, entity_tagger, labelled, read
from rasid.tag import classes, network, sequence
from rasid.tag.sequence import Token

OUT: Final = Path(__file__).parents[2] / "seeds" / "models" / network.FILE
COMMON: Final = 300  # times an attribute is seen in the text without labels before it is known
TWICE: Final = 2  # times one is seen in the labelled sentences
WORDS: Final = 64  # of a piece of text without labels, and pieces a batch
PIECES: Final = 960  # batches of them: a third of the text
SENTENCES: Final = 32  # a batch
ROUNDS: Final = 14
PLACES: Final = 3.0  # the length of a word's vector
SEED: Final = 7
RATE: Final = 3e-3
PADDED: Final = (16, 32, 48, 64, sequence.LONGEST)  # words a batch is padded to: jax compiles for each


class Row(NamedTuple):
    """A sentence: the attributes of its words, their rows among the places, and their tags."""

    attributes: list[list[str]]
    words: list[int]
    tags: list[str]


def first(articles: list[list[str]], words: dict[str, int], places: Any) -> tuple[list[str], lstm.Weights]:
    """Attributes that are common, and weights that tell the class of a word from the words around it."""
    known = classes.own()
    counts = Counter(word for article in articles for word in article)
    spelled = {word: sequence.spelling(Token(0, *known.parts(word), ""), known) for word in counts}
    seen: Counter[str] = Counter()
    for word, count in counts.items():
        seen.update(dict.fromkeys(spelled[word], count))
    names = sorted(name for name, count in seen.items() if count >= COMMON)
    number = {name: at for at, name in enumerate(names, 1)}
    order = {word: at for at, word in enumerate(counts)}
    attributes = np.array([[number.get(name, 0) for name in spelled[word]] for word in counts])
    cores = [known.parts(word)[1] for word in counts]
    rows = np.array([words.get(core, 0) for core in cores])
    answers = np.array([int(known.of[core][1]) if core in known.of else -1 for core in cores])
    stream = np.array([order[word] for article in articles for word in article])
    random = np.random.default_rng(SEED)
    pieces = stream[: len(stream) // WORDS * WORDS].reshape(-1, WORDS)
    pieces = pieces[random.permutation(len(pieces))][: PIECES * WORDS]
    there = np.ones((WORDS, WORDS), np.float32)
    batches = (lstm.Batch(attributes[some], places[rows[some]], there, answers[some])
               for some in np.split(pieces, range(WORDS, len(pieces), WORDS)) if len(some) == WORDS)  # fmt: skip
    weights = lstm.fresh(random, len(names), places.shape[1], answers.max() + 1)
    return names, lstm.learn(weights, batches, lstm.off_classes, lstm.Plan(PIECES, RATE, SEED))


def rows_of(files: Iterable[tuple[Path, float]], words: dict[str, int]) -> list[Row]:
    """The labelled sentences of files without the last share of each."""
    known, tagger = classes.own(), entity_tagger()
    found = []
    for file, share in files:
        for tokens, listed, tags in labelled(read(file, share), tagger):
            flags = sequence.flags(listed)
            seen = [sequence.attributes(token, flags.get(token.at, ""), known) for token in tokens]
            found.append(Row(seen, [words.get(token.core, 0) for token in tokens], tags))
    return found


def trained(rows: list[Row], names: list[str], before: lstm.Weights, places: Any) -> tuple[list[str], lstm.Weights]:
    """The attributes of all, and the network that has learned names on top of what it knew before."""
    counts = Counter(name for row in rows for word in row.attributes for name in word)
    old = set(names)
    names = names + sorted(name for name, count in counts.items() if count >= TWICE and name not in old)
    random = np.random.default_rng(SEED)
    weights = lstm.fresh(random, len(names), places.shape[1], len(network.TAGS))
    weights["meanings"] *= 0.3  # new ones speak softly at first
    weights["meanings"][: len(before["meanings"])] = before["meanings"]
    weights.update({name: before[name] for name in ("input", "state", "gates")})
    number = {name: at for at, name in enumerate(names, 1)}
    numbered = [([[number.get(name, 0) for name in word] for word in row.attributes], row.words,
                 [lstm.ANSWERS[tag] for tag in row.tags]) for row in rows]  # fmt: skip
    total = ROUNDS * -(-len(rows) // SENTENCES)
    plan = lstm.Plan(total, RATE, SEED, decay=1e-4, smooth=0.995)
    return names, lstm.learn(weights, _batches(numbered, places, random), lstm.off_names, plan)


def _batches(rows: list[Any], places: Any, random: np.random.Generator) -> Iterator[lstm.Batch]:
    """Sentences of about one length together, in another order each round."""
    lengths = np.array([len(row[1]) for row in rows])
    for _ in range(ROUNDS):
        order = np.argsort(lengths + random.uniform(0, 6, len(rows)))
        groups = [order[at : at + SENTENCES] for at in range(0, len(order), SENTENCES)]
        random.shuffle(groups)
        yield from (_padded([rows[number] for number in group], places) for group in groups)


def _padded(rows: list[Any], places: Any) -> lstm.Batch:
    longest = max(len(row[1]) for row in rows)
    words = next(size for size in PADDED if size >= longest)
    most = max(len(word) for row in rows for word in row[0])
    attributes = np.zeros((SENTENCES, words, most), np.int32)
    numbers, answers = np.zeros((2, SENTENCES, words), np.int32)
    mask = np.zeros((SENTENCES, words), np.float32)
    for at, (seen, given, tags) in enumerate(rows):
        attributes[at, : len(seen)], numbers[at, : len(seen)], answers[at, : len(seen)] = seen, given, tags
        mask[at, : len(seen)] = 1
    return lstm.Batch(attributes, places[numbers], mask, answers)


def write(out: Path, names: list[str], words: list[str], places: Any, weights: lstm.Weights) -> None:
    """The network as plain arrays: whole numbers of 8 bits with their step, and numbers of 16 bits."""
    arrays: dict[str, Any] = {"attributes": _lines(names), "words": _lines(words)}
    for name, values in (("places", places), ("meanings", weights["meanings"])):
        arrays[f"{name}_step"] = np.float32(abs(values).max() / 127)
        arrays[name] = np.round(values / arrays[f"{name}_step"]).astype(np.int8)
    for name in ("input", "state", "gates", "out", "out_bias"):
        arrays[name] = weights[name].astype(np.float16)
    with out.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _lines(names: list[str]) -> Any:
    return np.frombuffer("\n".join(names).encode(), np.uint8)


def _kept(file: Path) -> tuple[list[str], lstm.Weights]:
    arrays = dict(np.load(file))
    return list(arrays.pop("names")), arrays


@click.command()
@click.argument("unlabelled", type=click.Path(exists=True, path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--vectors", required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--pretrained", type=click.Path(path_type=Path), help="An .npz: keeps what is learned first, gives it back."
)
@click.option("--out", type=click.Path(path_type=Path), default=OUT)
def main(unlabelled: Path, files: tuple[Path, ...], vectors: Path, pretrained: Path | None, out: Path) -> None:
    """Trains on the articles of a gzipped JSON Lines file with a `text` in each row, then on CoNLL FILES.

    The last share of the first of them is kept out for measuring.
    """
    kept = np.load(vectors)
    words = list(kept["words"])
    places = np.concatenate([np.zeros((1, kept["places"].shape[1]), np.float32), PLACES * kept["places"]])
    number = {word: at for at, word in enumerate(words, 1)}
    if pretrained and pretrained.exists():
        names, before = _kept(pretrained)
    else:
        names, before = first(list(texts(unlabelled)), number, places)
        if pretrained:
            np.savez(pretrained, names=np.array(names), **before)
    rows = rows_of([(file, 0 if at else KEEP_OUT) for at, file in enumerate(files)], number)
    names, weights = trained(rows, names, before, places)
    write(out, names, words, places, weights)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB from {len(rows)} sentences")


if __name__ == "__main__":
    main()
