"""camel-tools' recogniser of names in a worker: in a thread of its own, so that the loop never waits for it."""

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
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
        self._thread = ThreadPoolExecutor(1, "names")

    async def names(self, begun: Begun) -> Answered | None:
        """The names of an article; None, and a line in the log, where the labeller fails: its alert is worth more."""
        sentences = neural.asked(begun.scan, self._known)
        words = [each.words for each in sentences]
        try:
            loop = asyncio.get_running_loop()
            return Answered(sentences, await loop.run_in_executor(self._thread, self._labeller.predict, words))
        except Exception:  # others' code, and of this article alone
            log.exception("the names of %s could not be looked for", begun.article.uri)
            return None


def opened() -> Recogniser:
    """The recogniser that is on disk. Raises ConfigError where it is not; nothing is ever fetched."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # transformers asks its hub about newer files otherwise
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # in a log they are lines of no format
    return Recogniser(neural.loaded(folder()))
