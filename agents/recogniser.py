"""camel-tools' recogniser of names, in an analysis process: the loop of the worker never waits for it."""

import logging
import os
from collections.abc import Iterable
from typing import Final

from agents import camel_data
from rasid.lexicon.scan import Scan
from rasid.tag import classes, neural
from rasid.tag.neural import Labeller, NeuralTagger
from rasid.tag.sequence import Named
from schemas.tagged_article import Entity

log = logging.getLogger(__name__)


class Recogniser:
    """A tagger of names whose failure costs an article no more than its names."""

    called: Final = neural.TAGGER

    def __init__(self, labeller: Labeller) -> None:
        self._tagger = NeuralTagger(labeller, classes.own())

    def names(self, scan: Scan, entities: Iterable[Entity]) -> list[Named]:
        """The names of an article; none, and a line in the log, where the labeller fails: its alert is worth more."""
        try:
            return self._tagger.names(scan, entities)
        except Exception:  # others' code, and of this article alone
            log.exception("the names of %s could not be looked for", scan.article.uri)
            return []


def check() -> None:
    """Raises ConfigError where anything that the recogniser needs is not there."""
    neural.require(camel_data.folder())


def opened() -> Recogniser:
    """The recogniser that is on disk. Raises ConfigError where it is not; nothing is ever fetched."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # transformers asks its hub about newer files otherwise
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # in a log they are lines of no format
    with camel_data.without_trace():
        return Recogniser(neural.loaded(camel_data.folder()))
