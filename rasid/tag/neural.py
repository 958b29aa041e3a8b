"""Names by camel-tools' `NERecognizer`, a transformer: only where asked for and all it needs is on disk.

Importing `camel_tools.ner` where no catalogue is on disk tries to download one, so nothing here is imported before
everything it needs was seen. What labels words is given as an argument and may take as long as it likes.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from rasid.errors import ConfigError
from rasid.lexicon.scan import Scan
from rasid.tag import sequence
from rasid.tag.classes import Classes
from rasid.tag.sequence import Named, Token
from schemas.tagged_article import Entity

TAGGER: Final = "camel-tools"
CATALOGUE: Final = "catalogue.json"  # without it, camel_tools asks the network for one
MODEL: Final = Path("data", "ner", "arabert")
MODULES: Final = ("torch", "transformers")


class Labeller(Protocol):
    """What gives each word of each sentence a label: O, B-PERS, I-PERS, B-LOC …"""

    def predict(self, sentences: list[list[str]]) -> list[list[str]]:
        """As many labels as words, a sentence at a time."""
        ...


class Asked(NamedTuple):
    """A sentence: its words as the labeller reads them, signs apart, and for each the token it is, or None."""

    words: list[str]
    tokens: list[Token | None]


def lacking(folder: Path) -> list[str]:
    """What the recogniser needs and is not here; `folder` is camel_tools' data. It only looks, and imports nothing."""
    modules = [name for name in MODULES if find_spec(name) is None]
    places = (folder / CATALOGUE, folder / MODEL / "config.json")
    return modules + [str(place) for place in places if not place.is_file()]


def mend(absent: Collection[str]) -> str:
    """How to install what `lacking` named."""
    modules = [name for name in MODULES if name in absent]
    steps = [f"pip install {' '.join(modules)}"] * bool(modules)
    return " and ".join(steps + ["camel_data -i ner-arabert"] * (len(absent) > len(modules)))


def require(folder: Path) -> None:
    """Raises ConfigError, which says how to install it, where anything that the recogniser needs is not there."""
    absent = lacking(folder)
    if absent:
        raise ConfigError(f"camel_tools' names need what is not here: {', '.join(absent)}: {mend(absent)}")


def loaded(folder: Path) -> Labeller:
    """The recogniser, read from disk. Raises ConfigError where anything it needs is not there."""
    require(folder)
    from camel_tools.ner import NERecognizer

    labeller: Labeller = NERecognizer(str(folder / MODEL), use_gpu=False)
    return labeller


def asked(scan: Scan, known: Classes) -> list[Asked]:
    """The sentences of an article, to be labelled."""
    return [_sentence(scan, tokens) for tokens in sequence.sentences(scan.reading, known)]


def _sentence(scan: Scan, tokens: Sequence[Token]) -> Asked:
    reading, found = scan.reading, Asked([], [])
    end = reading.span(tokens[0].at)[0]
    for token in tokens:
        start, after = reading.span(token.at)
        for sign in filter(_shows, reading.text[end:start].split()):
            found.words.append(sign)
            found.tokens.append(None)
        found.words.append(reading.text[start:after])
        found.tokens.append(token)
        end = after
    return found


def _shows(sign: str) -> bool:
    """Whether anything of it is seen: a direction mark alone would get no label, and its sentence no names."""
    return any(unicodedata.category(character)[0] != "C" for character in sign)


class NeuralTagger:
    """The names that a labeller finds, an article at a time."""

    called: Final = TAGGER

    def __init__(self, labeller: Labeller, known: Classes) -> None:
        self._labeller, self._known = labeller, known

    def names(self, scan: Scan, entities: Iterable[Entity]) -> list[Named]:
        """The names of an article, in order. Raises ValueError where the labeller labels other sentences."""
        del entities  # it goes by the text alone
        sentences = asked(scan, self._known)
        labels = self._labeller.predict([each.words for each in sentences])
        return [name for pair in zip(sentences, labels, strict=True) for name in _spelled(*pair)]


def _spelled(sentence: Asked, labels: Sequence[str]) -> Iterator[Named]:
    """A recogniser leaves out words that it reads as nothing: then no label can be told to be whose."""
    if len(labels) != len(sentence.words):
        return
    pairs = [(token, label.replace("-PERS", "-PER"))
             for token, label in zip(sentence.tokens, labels, strict=True) if token]  # fmt: skip
    yield from sequence.named([token for token, _ in pairs], [label for _, label in pairs])
