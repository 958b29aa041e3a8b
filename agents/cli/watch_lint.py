"""`rasid watch lint`: what is likely wrong with the watches of a file, or with one query."""

from collections.abc import Iterator
from pathlib import Path

import click

from agents import watch_store
from agents.cli import pointing, terminal
from agents.cli.watch import AS_JSON, watch
from rasid.watch.lint import Finding, Linter
from schemas.watch import Watch

EPILOG = """\b
Examples:
  rasid watch lint watches.toml
  rasid watch lint 'source:al jazeera OR sanctions NEAR/3 oil'"""
QUERY = "query"  # the id of a query that stands for itself


@watch.command(epilog=EPILOG)
@click.argument("target", metavar="FILE|QUERY")
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@AS_JSON
def lint(target: str, *, strict: bool, as_json: bool) -> int:
    """Say what is likely wrong, with a code, a column and a fix; exits with 1 for errors. Needs no broker."""
    watches = _watches(target)
    known = {each.id: each for each in watches}
    linter = Linter(known.get)
    found = [(each, finding) for each in watches for finding in _findings(linter, each)]
    for each, finding in found:
        _emit(each, finding) if as_json else _show(each, finding)
    if not as_json:
        terminal.say(f"{terminal.counted(len(watches), 'watch', 'watches')}, {terminal.counted(len(found), 'finding')}")
    return 1 if any(strict or finding.error for _, finding in found) else 0


def _watches(target: str) -> list[Watch]:
    """Those of a file; a query that names no file is one of its own."""
    return watch_store.load(Path(target)) if _is_file(target) else [Watch(QUERY, target)]


def _is_file(target: str) -> bool:
    return "\n" not in target and target.endswith(".toml")


def _findings(linter: Linter, each: Watch) -> Iterator[Finding]:
    yield from linter.findings(each.query, translate=each.translate, own_id=each.id)


def _emit(each: Watch, finding: Finding) -> None:
    terminal.emit({
        "id": each.id, "code": finding.code, "column": finding.column + 1, "message": finding.message,
        "fix": finding.fix, "level": "error" if finding.error else "warning",
    })  # fmt: skip


def _show(each: Watch, finding: Finding) -> None:
    terminal.show_line(f"{each.id}:{finding.column + 1}: {finding.code}: {finding.message}")
    text, column = pointing.excerpt(each.query, finding.column)
    for line in pointing.pointed(text, column, terminal.way_of_output()):
        terminal.show(line)
    terminal.show_line(f"  {finding.fix}", "green")
