"""`rasid explain`: how a query was read, what its terms expand to, and why a text matches or not."""

import click
import msgspec

from agents.cli import terminal
from rasid.cases import Cases
from rasid.lexicon import thesaurus
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.scan import Scan
from rasid.watch.compile import Compiler
from rasid.watch.explain import Expansion, expansions
from rasid.watch.misses import nearest_misses
from rasid.watch.parser import parse
from rasid.watch.watchbook import Match
from schemas.article import ArticleEvent

EPILOG = """\b
Example:
  rasid explain 'trilateral talks' --text 'انطلقت المحادثات الثلاثية'"""
FORMS_SHOWN = 8


@click.command(epilog=EPILOG)
@click.argument("query")
@click.option("--text", help="Say why this text matches, or that it does not.")
@click.option("--translate/--no-translate", default=True, help="Whether plain terms also fire on the other language.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def explain(query: str, text: str | None, *, translate: bool, as_json: bool) -> int:
    """Show how QUERY is read; with --text, exits with 1 where it does not match."""
    lexis, tree = Lexis(), parse(query)
    clause = Compiler(lexis, thesaurus.own()).compile(tree, translate=translate)
    found = list(expansions(clause, lexis))
    match = None if text is None else Cases().match(query, ArticleEvent("urn:text", body=text), translate=translate)
    scan = Scan(ArticleEvent("urn:text", body=text or ""), lexis)
    misses = [] if text is None or match else list(nearest_misses(clause, scan))
    if as_json:
        said = {"query": str(tree), "terms": found, "matches": None if text is None else match is not None}
        terminal.emit({**said, "evidence": match.evidence if match else [], "nearest": misses})
    else:
        _show(str(tree), found)
        if text is not None:
            _show_match(match)
            for miss in misses:
                terminal.show_line(f"nearest to {miss.term}: {miss.text or 'nothing'}  ({miss.failed.value})")
    return 1 if text is not None and match is None else 0


def _show(query: str, found: list[Expansion]) -> None:
    terminal.show_line(f"read as: {query}")
    rows = ([each.term, each.phrase, each.language, each.rule, _forms(each)] for each in found)
    terminal.show(terminal.rows(terminal.table("term", "fires on", "language", "rule", "forms"), rows))


def _forms(each: Expansion) -> str:
    words = (" ".join(forms[:FORMS_SHOWN]) + (" …" if len(forms) > FORMS_SHOWN else "") for forms in each.forms)
    return " + ".join(words)


def _show_match(match: Match | None) -> None:
    if match is None:
        terminal.show("the text does not match")
        return
    for hit in match.evidence:
        said = msgspec.to_builtins(hit)
        terminal.show_line(f"matches: {said['text']}  ({said['term']}: {said['rule']})")
