"""camel-tools' recogniser of names, in an analysis process: the loop of the worker never waits for it."""

import logging
import os
from pathlib import Path
from typing import Final

from rasid.analysis import Begun
from rasid.tag import classes, neural
from rasid.tag.neural import Answered, Labeller

log = logging.getLogger(__name__)
CAMEL_DATA: Final = Path.home() / ".camel_tools"  # camel_tools' default, unless CAMELTOOLS_DATA is set


def folder() -> Path:
    """Where camel_tools keeps its data."""
    named = os.environ.get("CAMELTOOLS_DATA")
    return Path(named).expanduser() if named else CAMEL_DATA


class Recogniser:
    """Asks a labeller, one article at a time."""

    def __init__(self, labeller: Labeller) -> None:
        self._labeller = labeller
        self._known = classes.own()

    def names(self, begun: Begun) -> Answered | None:
        """The names of an article; None, and a line in the log, where the labeller fails: its alert is worth more."""
        sentences = neural.asked(begun.scan, self._known)
        try:
            return Answered(sentences, self._labeller.predict([each.words for each in sentences]))
        except Exception:  # others' code, and of this article alone
            log.exception("the names of %s could not be looked for", begun.article.uri)
            return None


def check() -> None:
    """Raises ConfigError where anything that the recogniser needs is not there."""
    neural.require(folder())


def opened() -> Recogniser:
    """The recogniser that is on disk. Raises ConfigError where it is not; nothing is ever fetched."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # transformers asks its hub about newer files otherwise
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # in a log they are lines of no format
    return Recogniser(neural.loaded(folder()))
