"""`rasid watch …`: the watchlist, live. What is written here is in force on every worker within moments."""

import sys
from pathlib import Path
from typing import cast

import click
import msgspec

from agents import watch_store
from agents.cli import terminal
from agents.settings import load
from rasid.errors import ConfigError, QueryError
from rasid.watch.parser import parse
from schemas.watch import Severity, Watch

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
QUERY_WIDTH = 60  # columns of a query in the list


@click.group()
def watch() -> None:
    """Change and show the watchlist; workers follow without a restart."""


@watch.command(
    epilog="\b\nExample:\n  rasid watch add talks 'trilateral talks' --severity warning --label desk=politics"
)
@click.argument("watch_id", metavar="ID")
@click.argument("query")
@click.option("--name", default="", help="A name for people.")
@click.option("--severity", type=click.Choice(["info", "warning", "critical"]), default="info", show_default=True)
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="A label of its alerts; may be repeated.")
@click.option(
    "--receiver", "receivers", multiple=True, metavar="NAME", help="Who is told; may be repeated. None: default."
)
@click.option("--translate/--no-translate", default=True, help="Whether plain terms also fire on the other language.")
@AS_JSON
def add(  # noqa: PLR0913, PLR0917 -- one parameter an option
    watch_id: str, query: str, name: str, severity: str, labels: tuple[str, ...], receivers: tuple[str, ...],
    *, translate: bool, as_json: bool,
) -> None:  # fmt: skip
    """Add a watch, or put another in place of the one with this id."""
    new = _valid(Watch(watch_id, query, name, translate, cast(Severity, severity), _labels(labels), list(receivers)))
    settings = load()
    new = watch_store.revised(new, watch_store.read(settings))
    watch_store.write(settings, [new])
    if as_json:
        terminal.emit(new)
    else:
        terminal.say(f"watch {new.id} is on the list, revision {new.revision}")


def _valid(new: Watch) -> Watch:
    """`new`, checked as any producer's watch would be; a wrong query raises QueryError with the watch's id."""
    try:
        return watch_store.checked(msgspec.convert(msgspec.to_builtins(new), Watch))
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"watch {new.id!r}: {error}: an id is lower-case letters, digits, '.', '_' and '-'"
        ) from error
    except QueryError as error:
        raise QueryError(f"in watch {new.id!r}, {error.message}", error.column, error.query) from error


def _labels(given: tuple[str, ...]) -> dict[str, str]:
    wrong = [each for each in given if "=" not in each]
    if wrong:
        raise ConfigError(f"the label {wrong[0]!r} has no value: write key=value")
    return dict(each.split("=", 1) for each in given)


@watch.command("list", epilog="\b\nExample:\n  rasid watch list --json")
@AS_JSON
def list_watches(*, as_json: bool) -> None:
    """Show every watch."""
    found = watch_store.read(load())
    if as_json:
        terminal.emit(*found.values())
        return
    content = ([each.id, terminal.cell(each.query, QUERY_WIDTH), each.severity, "on" if each.enabled else "off",
                ", ".join(each.receivers) or "default", str(each.revision)] for each in found.values())  # fmt: skip
    terminal.show(terminal.rows(terminal.table("id", "query", "severity", "state", "receivers", "revision"), content))


@watch.command(epilog="\b\nExample:\n  rasid watch show talks")
@click.argument("watch_id", metavar="ID")
@AS_JSON
def show(watch_id: str, *, as_json: bool) -> int:
    """Show one watch; exits with 1 where there is none."""
    found = watch_store.read(load()).get(watch_id)
    if found is None:
        terminal.complain(_missing(watch_id))
        return 1
    if as_json:
        terminal.emit(found)
        return 0
    content = ([key, str(value)] for key, value in msgspec.to_builtins(found).items())
    terminal.show(terminal.rows(terminal.table("field", "value"), content))
    return 0


def _missing(watch_id: str) -> str:
    return f"there is no watch {watch_id!r}: `rasid watch list` shows those there are"


@watch.command(epilog="\b\nExample:\n  rasid watch rm talks")
@click.argument("watch_ids", metavar="ID...", nargs=-1, required=True)
def rm(watch_ids: tuple[str, ...]) -> int:
    """Remove watches; exits with 1 where one is not there."""
    settings = load()
    present = watch_store.read(settings)
    watch_store.write(settings, [], [each for each in watch_ids if each in present])
    missing = [each for each in watch_ids if each not in present]
    for each in missing:
        terminal.complain(_missing(each))
    return 1 if missing else 0


@watch.command(epilog="\b\nExample:\n  rasid watch enable talks")
@click.argument("watch_ids", metavar="ID...", nargs=-1, required=True)
def enable(watch_ids: tuple[str, ...]) -> int:
    """Put watches in force again."""
    return _switch(watch_ids, on=True)


@watch.command(epilog="\b\nExample:\n  rasid watch disable talks")
@click.argument("watch_ids", metavar="ID...", nargs=-1, required=True)
def disable(watch_ids: tuple[str, ...]) -> int:
    """Let watches rest without removing them."""
    return _switch(watch_ids, on=False)


def _switch(watch_ids: tuple[str, ...], *, on: bool) -> int:
    settings = load()
    present = watch_store.read(settings)
    switched = [msgspec.structs.replace(present[each], enabled=on) for each in watch_ids if each in present]
    watch_store.write(settings, [watch_store.revised(each, present) for each in switched])
    missing = [each for each in watch_ids if each not in present]
    for each in missing:
        terminal.complain(_missing(each))
    return 1 if missing else 0


@watch.command("import", epilog="\b\nExample:\n  rasid watch import seeds/watches/newsroom.toml --dry-run")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--prune", is_flag=True, help="Remove watches that the file does not have.")
@AS_JSON
def import_watches(file: Path, *, dry_run: bool, prune: bool, as_json: bool) -> None:
    """Bring the watchlist in step with a TOML file of [[watch]] tables."""
    wanted = [_valid(each) for each in watch_store.load(file)]
    settings = load()
    found = list(watch_store.changes(wanted, watch_store.read(settings), prune=prune))
    if not dry_run:
        written = [each.watch for each in found if each.what in {"added", "changed"}]
        watch_store.write(settings, written, [each.watch.id for each in found if each.what == "removed"])
    if as_json:
        terminal.emit(*({"change": each.what, "id": each.watch.id, "revision": each.watch.revision} for each in found))
        return
    for each in found:
        terminal.say(f"{each.what} {each.watch.id}") if each.what != "same" else None
    terminal.say(f"{len(found)} watches, {sum(each.what == 'same' for each in found)} unchanged")


@watch.command(epilog="\b\nExample:\n  rasid watch export > watches.toml")
@AS_JSON
def export(*, as_json: bool) -> None:
    """Print the watchlist as a TOML file that `import` reads."""
    found = watch_store.read(load()).values()
    if as_json:
        terminal.emit(*found)
    else:
        sys.stdout.write(watch_store.dump(found))


@watch.command(epilog="\b\nExample:\n  rasid watch lint watches.toml")
@click.argument("file", type=FILE)
@AS_JSON
def lint(file: Path, *, as_json: bool) -> int:
    """Check the queries of a file without a broker; exits with 1 where one cannot be read."""
    wrong = [(each, error) for each in watch_store.load(file) if (error := _error(each))]
    if as_json:
        terminal.emit(*({"id": each.id, "column": error.column + 1, "message": error.message} for each, error in wrong))
    else:
        for each, error in wrong:
            terminal.complain(f"{each.id}: {error}")
    return 1 if wrong else 0


def _error(each: Watch) -> QueryError | None:
    try:
        parse(each.query)
    except QueryError as error:
        return error
    return None
