"""What `camel_data` has installed for camel-tools, and how it is opened without a trace.

Importing most of camel_tools makes ~/.camel_tools, fails where it cannot, and fetches a catalogue where there is none:
so nothing of it is imported before what it needs is seen to be there, and its home is then a folder that goes again.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rasid.errors import ConfigError

CATALOGUE: Final = "catalogue.json"
MORPHOLOGY: Final = Path("data", "morphology_db", "calima-msa-r13", "morphology.db")
MEND: Final = "camel_data -i morphology-db-msa-r13"


def folder() -> Path:
    """Where camel_tools keeps its data: ~/.camel_tools, unless CAMELTOOLS_DATA names another."""
    # Path.expanduser raises where a user has no home, as in some containers: then it is where nothing is.
    return Path(os.path.expanduser(os.environ.get("CAMELTOOLS_DATA") or "~/.camel_tools"))  # noqa: PTH111


def has_morphology() -> bool:
    """Whether the morphological database is there. It only looks, and imports nothing."""
    return all((folder() / each).is_file() for each in (CATALOGUE, MORPHOLOGY))


def lend() -> None:
    """Lets the lexicon ask the morphological database, where it is installed."""
    if has_morphology():
        from rasid.lexicon import calima

        calima.use(_morphology)


def _morphology() -> Any:
    file = folder() / MORPHOLOGY
    with without_trace():
        from camel_tools.morphology.database import MorphologyDB
        from camel_tools.morphology.errors import MorphologyError

        try:
            return MorphologyDB(str(file), "g")
        except (OSError, ValueError, LookupError, MorphologyError) as error:
            raise ConfigError(f"{str(file)!r} cannot be read: {error}; install it anew: {MEND}") from error


@contextmanager
def without_trace() -> Iterator[None]:
    """While it lasts, camel_tools finds its data, and whatever it makes at home is removed afterwards."""
    before = {name: os.environ.get(name) for name in ("HOME", "CAMELTOOLS_DATA")}
    with tempfile.TemporaryDirectory(prefix="rasid-") as home:
        os.environ |= {"CAMELTOOLS_DATA": str(folder().absolute()), "HOME": home}
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
