"""`rasid grep`: the articles of files that match a query, with the hits marked."""

from pathlib import Path

import click
from rich.text import Text

from agents.cli import articles, terminal
from rasid.cases import Cases
from rasid.watch.marked import pieces
from rasid.watch.watchbook import Match
from schemas.article import ArticleEvent

EPILOG = """\b
Example:
  rasid grep 'trilateral talks' seeds/articles/*.jsonl
  zcat archive.gz | rasid grep --json 'عقوبات NEAR/5 نفط' -"""


@click.command(epilog=EPILOG)
@click.argument("query")
@click.argument("files", nargs=-1, required=True, metavar="FILE.. | -", type=articles.FILE)
@click.option("--translate/--no-translate", default=True, help="Whether plain terms also fire on the other language.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article that matches.")
def grep(query: str, files: tuple[Path, ...], *, translate: bool, as_json: bool) -> int:
    """Print the articles of FILES that match QUERY; exits with 1 where none does.

    FILE is .jsonl of ArticleEvents (also .gz), or .txt: its first line is the title; `-` reads .jsonl from standard
    input.
    """
    cases, found = Cases(), 0
    for place, article in articles.events(files):
        match = cases.match(query, article, translate=translate)
        if match is not None:
            found += 1
            _emit(article, match) if as_json else _show(place, article, match)
    return 0 if found else 1


def _emit(article: ArticleEvent, match: Match) -> None:
    terminal.emit({"uri": article.uri, "title": article.title, "evidence": match.evidence})


def _show(place: str, article: ArticleEvent, match: Match) -> None:
    terminal.show(Text.assemble((place, "dim"), "  ", (article.source or "", "dim")))
    for field, parts in pieces(article, match.evidence):
        marked = "".join(f"[{text}]" if hit else text for text, hit in parts)
        terminal.show_line(f"  {field}: {marked}")
