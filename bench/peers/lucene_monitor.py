"""Lucene's Monitor with its ArabicAnalyzer, by one Java program (lucene/Watches.java) on one thread.

Maven fetches its jars once into a cache folder. Phrases become PhraseQueries and booleans BooleanQueries, of what the
analyzer makes of their words; other watches are left out.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from rasid.watch.parser import parse
from rasid.watch.query import And, Level, Node, Not, Or, Term
from schemas.watch import Watch

VERSION: Final = "9.11.1"
FOLDER: Final = Path(__file__).with_name("lucene")
WARM_UP_SECONDS: Final = 30.0  # at each size, which decides everything
HEAP: Final = "-Xmx4g"


class Line(msgspec.Struct, frozen=True):
    """What the program says of one presearcher at one size; `verified` are queries run an article."""

    presearcher: str
    watches: int
    micros: float
    matches: float
    verified: float
    load_seconds: float


def missing() -> str | None:
    """What keeps it from running here, or None."""
    lacking = [name for name in ("java", "mvn") if shutil.which(name) is None]
    return f"Lucene's Monitor needs {' and '.join(lacking)} on PATH" if lacking else None


def measured(
    watches: Sequence[Watch], sizes: Sequence[int], texts: Sequence[str], warm_up_seconds: float = WARM_UP_SECONDS
) -> Iterator[Line]:
    """One line for each size and presearcher, as it comes; sizes count the watches that Lucene is given."""
    given = [line for each in watches for line in _line(parse(each.query))]
    with tempfile.TemporaryDirectory() as folder:
        articles, queries = Path(folder) / "articles.txt", Path(folder) / "watches.txt"
        articles.write_text("".join(f"{' '.join(text.split())}\n" for text in texts), "utf-8")
        queries.write_text("".join(f"{line}\n" for line in given), "utf-8")
        arguments = [str(articles), str(queries), str(warm_up_seconds), *map(str, sizes)]
        command = ["java", HEAP, "-cp", f"{_jars()}/*", str(FOLDER / "Watches.java"), *arguments]
        complaints = Path(folder) / "complaints.txt"
        with complaints.open("w") as errors, subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as program:  # fmt: skip
            for said in program.stdout or ():
                yield msgspec.json.decode(said, type=Line)
        if program.returncode:
            raise RuntimeError(f"Lucene's Monitor ended with {program.returncode}: {complaints.read_text()[-500:]}")


def _line(node: Node) -> Iterator[str]:
    """A query in prefix order, as the program reads it; nothing where it has more than terms and booleans."""
    tokens = list(_tokens(node))
    if None not in tokens:
        yield "\t".join(filter(None, tokens))


def _tokens(node: Node) -> Iterator[str | None]:
    match node:
        case Term(text, Level.WORD, 0) if "*" not in text:
            yield from ("term", text)
        case And(parts) | Or(parts):
            yield from ("all" if isinstance(node, And) else "any", str(len(parts)))
            for part in parts:
                yield from _tokens(part)
        case Not(part):
            yield "not"
            yield from _tokens(part)
        case _:
            yield None


def _jars() -> Path:
    """The folder with the jars, fetched on first use."""
    cache = Path(os.environ.get("RASID_LUCENE_CACHE") or Path.home() / ".cache" / "rasid" / "lucene") / VERSION
    if not (cache / f"lucene-monitor-{VERSION}.jar").exists():
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={cache}"]
        pom = str(FOLDER / "pom.xml")
        subprocess.run(["mvn", "-q", "-B", "-f", pom, *goal], check=True, timeout=600, stdout=subprocess.DEVNULL)
    return cache
