"""Reading the tables under seeds/: tab-separated, a header line, ` | ` between the values of a cell, # for comments."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from rasid.errors import SeedError

VALUES: Final = "|"

Row = dict[str, str]


def table(folder: str, name: str) -> Iterator[Row]:
    """The rows of `seeds/<folder>/<name>` by column. Raises SeedError where a row and the header do not fit."""
    lines = (files("seeds") / folder / name).read_text("utf-8").splitlines()
    rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
    header = rows[0][1].split("\t")
    for number, line in rows[1:]:
        cells = line.split("\t")
        if len(cells) > len(header):
            raise SeedError(f"seeds/{folder}/{name}:{number}: {len(cells)} cells under {len(header)} columns: {line!r}")
        yield dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True))


def names(folder: str, prefix: str = "", suffix: str = ".tsv") -> list[str]:
    """The files of a folder of seeds, sorted, so that their order is the same everywhere."""
    found = [each.name for each in (files("seeds") / folder).iterdir()]
    return sorted(name for name in found if name.startswith(prefix) and name.endswith(suffix))


def values(cell: str) -> list[str]:
    """The values of a cell."""
    return [value.strip() for value in cell.split(VALUES) if value.strip()]
