"""`rasid grep`: the articles of files that match a query, with the hits marked."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
from rich.text import Text

from agents.cli import terminal
from rasid.cases import Cases
from rasid.errors import ConfigError
from rasid.intake import Rejected, read_article
from rasid.watch.marked import pieces
from rasid.watch.watchbook import Match
from schemas.article import ArticleEvent

EPILOG = """\b
Example:
  rasid grep 'trilateral talks' seeds/articles/*.jsonl"""
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog=EPILOG)
@click.argument("query")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--translate/--no-translate", default=True, help="Whether plain terms also fire on the other language.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article that matches.")
def grep(query: str, files: tuple[Path, ...], *, translate: bool, as_json: bool) -> int:
    """Print the articles of FILES (.jsonl or .txt) that match QUERY; exits with 1 where none does."""
    cases, found = Cases(), 0
    for place, article in articles(files):
        match = cases.match(query, article, translate=translate)
        if match is not None:
            found += 1
            _emit(article, match) if as_json else _show(place, article, match)
    return 0 if found else 1


def articles(files: tuple[Path, ...]) -> Iterator[tuple[str, ArticleEvent]]:
    """The articles of files, .jsonl or .txt, each with its place; raises ConfigError for one that is none."""
    for file in files:
        for place, value in _values(file):
            article = read_article(value, None)
            if isinstance(article, Rejected):
                raise ConfigError(f"{place}: {article.reason}: {article.detail}")
            yield place, article


def _values(file: Path) -> Iterator[tuple[str, bytes]]:
    if file.suffix == ".jsonl":
        lines = enumerate(file.read_bytes().splitlines(), 1)
        yield from ((f"{file}:{number}", line) for number, line in lines if line.strip())
        return
    text = file.read_text("utf-8", "replace")
    title, _, body = text.partition("\n")
    uri = f"urn:rasid:text:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    yield str(file), msgspec.json.encode({"uri": uri, "title": title, "body": body})


def _emit(article: ArticleEvent, match: Match) -> None:
    terminal.emit({"uri": article.uri, "title": article.title, "evidence": match.evidence})


def _show(place: str, article: ArticleEvent, match: Match) -> None:
    terminal.show(Text.assemble((place, "dim"), "  ", (article.source or "", "dim")))
    for field, parts in pieces(article, match.evidence):
        marked = "".join(f"[{text}]" if hit else text for text, hit in parts)
        terminal.show_line(f"  {field}: {marked}")
