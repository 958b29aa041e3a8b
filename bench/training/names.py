"""The sequence tagger of names: trains seeds/models/names.crfsuite on CoNLL files, `word TAG` a line, BIO.

Two minutes of one core.

    python -m bench.training.names ../shared/eval/ner/cleananercorp_train.conll seeds/newswire/*.conll
"""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import click

from rasid.lexicon import knowledge
from rasid.lexicon.gazetteer import own as gazetteer
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.phrases import PhraseIndex
from rasid.lexicon.scan import Scan
from rasid.tag import classes as word_classes
from rasid.tag import measure, sequence
from rasid.tag.entities import EntityTagger
from rasid.tag.sequence import Listed, Token
from schemas.article import ArticleEvent

OUT: Final = Path(__file__).parents[2] / "seeds" / "models" / sequence.FILE
KINDS: Final = {"PERS": "PER", "MIS": "MISC"}
L1: Final = 0.15
L2: Final = 0.02
ROUNDS: Final = 90
KEEP_OUT: Final = 0.205  # the last fifth, and a little more


def entity_tagger() -> EntityTagger:
    """The gazetteer over a lexis of its own."""
    tagger = EntityTagger(PhraseIndex(Lexis()), knowledge.own())
    for name in gazetteer():
        tagger.add(name)
    return tagger


def read(file: Path, keep_out: float) -> list[measure.Sentence]:
    """The sentences of a file without the last share of them."""
    sentences = list(measure.read_conll(file.read_text("utf-8").splitlines(), str(file)))
    return sentences[: len(sentences) - round(len(sentences) * keep_out)]


def examples(
    sentences: Iterable[measure.Sentence], tagger: EntityTagger
) -> Iterator[tuple[list[list[str]], list[str]]]:
    """Features and tags of each sentence."""
    known = word_classes.own()
    for tokens, listed, tags in labelled(sentences, tagger):
        yield sequence.features(tokens, listed, known), tags


def labelled(
    sentences: Iterable[measure.Sentence], tagger: EntityTagger
) -> Iterator[tuple[list[Token], list[Listed], list[str]]]:
    """The tokens of each sentence, read as an article's text is read, the gazetteer's finds and the tags."""
    known = word_classes.own()
    for sentence in sentences:
        scan = Scan(ArticleEvent("urn:x", "", " ".join(sentence.words), "ar"), tagger.index.lexis)
        tags = _tags_by_offset(sentence)
        listed = sequence.listed_in(scan, tagger.tag(scan))
        for tokens in sequence.sentences(scan.reading, known):
            first, last = tokens[0].at, tokens[-1].at
            here = [each for each in listed if first <= each.first <= last]
            given, before = [], -1
            for token in tokens:
                start, _ = scan.reading.span(token.at)
                tag, word = tags[start - scan.body_start]
                if tag.startswith("B-") and word == before:
                    tag = "I" + tag[1:]
                before = word
                given.append(tag)
            yield tokens, here, given


def _tags_by_offset(sentence: measure.Sentence) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for number, (word, tag) in enumerate(zip(sentence.words, sentence.tags, strict=True)):
        tag = tag[:2] + KINDS.get(tag[2:], tag[2:])  # noqa: PLW2901
        found += [(tag, number)] * (len(word) + 1)
    return found


def train(rows: Iterable[tuple[list[list[str]], list[str]]], out: Path, **options: Any) -> None:
    """Trains on rows of features and tags and writes the model."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(verbose=False)
    for given, tags in rows:
        trainer.append(given, tags)
    trainer.set_params({"c1": L1, "c2": L2, "max_iterations": ROUNDS, "feature.possible_transitions": True, **options})
    trainer.train(str(out))


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--keep-out", default=KEEP_OUT, help="The last share of the first file's sentences, not trained on.")
@click.option("--out", type=click.Path(path_type=Path), default=OUT)
@click.option("--rounds", default=ROUNDS)
def main(files: tuple[Path, ...], *, keep_out: float, out: Path, rounds: int) -> None:
    """Trains on FILES; the last part of the first is kept out for measuring."""
    sentences: list[measure.Sentence] = []
    for number, file in enumerate(files):
        sentences += read(file, 0 if number else keep_out)
    random.Random(20).shuffle(sentences)
    train(examples(sentences, entity_tagger()), out, max_iterations=rounds)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB from {len(sentences)} sentences")


if __name__ == "__main__":
    main()
