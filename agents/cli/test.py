"""`rasid test`: cases of query and text, and whether each goes as it should."""

from pathlib import Path

import click
import msgspec

from agents import watch_tests
from agents.cli import articles, terminal
from rasid.cases import Cases, Outcome, score

EPILOG = """\b
Examples:
  rasid test tests/cases/match_clitics.jsonl
  rasid test tests/cases/newsroom_watches.toml
  head -5 cases.jsonl | rasid test -"""
FILE = click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)


@click.command(epilog=EPILOG)
@click.argument("file", type=FILE, metavar="FILE | -")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object: cases, right, accuracy, recall, …")
def test(file: Path, *, as_json: bool) -> int:
    """Run the rows {"id", "query", "text", "match"} of FILE, or the [[test]] tables of a .toml; 1 if any fails.

    FILE of rows may be .gz; `-` reads them from standard input.
    `text` is the article's body; a row may carry any other field of an article beside it. A [[test]] has `watch` (an id
    of the file or of those in `watches`) or `query`, `text`, `fires`, and `evidence` where the hits matter.
    """
    outcomes = _of_watches(file) if file.suffix == ".toml" else _of_rows(file)
    for outcome in outcomes:
        if not outcome.right:
            terminal.emit(_failing(outcome)) if as_json else _show(outcome)
    total = score(outcomes)
    if as_json:
        terminal.emit(msgspec.to_builtins(total))
    else:
        terminal.say(
            f"{total.right} of {total.cases} right; recall {total.recall}, false fires {total.false_fire_rate}"
        )
    return 0 if total.right == total.cases else 1


def _of_rows(file: Path) -> list[Outcome]:
    with articles.opened(file) as stream:
        lines = [(number, line.rstrip(b"\r\n")) for number, line in enumerate(stream, 1) if line.strip()]
    cases, outcomes = Cases(), []
    with terminal.progress("cases", len(lines)) as bar:
        for number, line in lines:
            outcomes.append(cases.run(line, f"{file}:{number}"))
            bar.step()
    return outcomes


def _of_watches(file: Path) -> list[Outcome]:
    runner, cases = watch_tests.load(file)
    outcomes = []
    with terminal.progress("tests", len(cases)) as bar:
        for place, case in cases:
            outcomes.append(runner.run(case, place))
            bar.step()
    return outcomes


def _failing(outcome: Outcome) -> dict[str, object]:
    return {
        "id": outcome.id,
        "query": outcome.query,
        "match": outcome.match,
        "fired": outcome.fired,
        "why": outcome.why,
    }


def _show(outcome: Outcome) -> None:
    went = outcome.why or ("fired and should not" if outcome.fired else "did not fire and should")
    terminal.show(f"{outcome.id}: {went}")
    terminal.show_line(f"  {outcome.query}", "bold")
    terminal.show(terminal.cell(f"  {outcome.text}", 110))
