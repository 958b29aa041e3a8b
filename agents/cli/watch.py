"""`rasid watch …`: the watchlist, live. What is written here is in force on every worker within moments."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import click
import msgspec

from agents import kafka, watch_change, watch_store
from agents.cli import terminal
from agents.settings import Settings, load
from rasid.errors import ConfigError, RasidError
from rasid.watch.parser import parse
from schemas.watch import Severity, Watch
from schemas.worker_state import WorkerState

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
QUERY_WIDTH = 60  # columns of a query in the list


@click.group(epilog="\b\nExample:\n  rasid watch add talks 'trilateral talks'")
def watch() -> None:
    """Change and show the watchlist; workers follow without a restart."""


IF_REVISION = click.option(
    "--if-revision", type=click.IntRange(0), metavar="N", help="Only if the watch is still at this revision (0: new)."
)
WAIT = click.option("--wait", is_flag=True, help="Return when every running worker has the change in force.")
TIMEOUT = click.option("--timeout", default=30.0, show_default=True, help="Seconds that --wait waits at most.")


@watch.command(
    epilog="\b\nExample:\n  rasid watch add talks 'trilateral talks' --severity warning --label desk=politics --wait"
)
@click.argument("watch_id", metavar="ID")
@click.argument("query")
@click.option("--name", default="", help="A name for people.")
@click.option("--severity", type=click.Choice(["info", "warning", "critical"]), default="info", show_default=True)
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="A label of its alerts; may be repeated.")
@click.option(
    "--receiver", "receivers", multiple=True, metavar="NAME", help="Who is told; may be repeated. None: default."
)
@click.option(
    "--max-per-hour", type=click.IntRange(0, 1000), help="What an hour has beyond it comes in one digest; 0: no limit."
)
@click.option("--translate/--no-translate", default=True, help="Whether plain terms also fire on the other language.")
@IF_REVISION
@WAIT
@TIMEOUT
@AS_JSON
def add(  # noqa: PLR0913, PLR0917 -- one parameter an option
    watch_id: str, query: str, name: str, severity: str, labels: tuple[str, ...], receivers: tuple[str, ...],
    max_per_hour: int | None, if_revision: int | None, timeout: float,
    *, translate: bool, wait: bool, as_json: bool,
) -> int:  # fmt: skip
    """Add a watch, or put another in place of the one with this id."""
    rank = cast(Severity, severity)
    new = _valid(
        Watch(watch_id, query, name, translate, rank, _labels(labels), list(receivers), max_per_hour=max_per_hour)
    )
    parse(new.query)
    settings = load()
    held = watch_store.held(settings)
    present = {each: found.watch for each, found in held.items()}
    watch_store.checked([new], present)
    new = watch_store.revised(new, present)
    try:
        watch_change.expect(held, [new.id], if_revision)
        reached = watch_change.write(settings, held, [new], alone=if_revision is not None)
    except watch_change.ConflictError as error:
        terminal.complain(str(error))
        return 1
    if as_json:
        terminal.emit(new)
    else:
        terminal.say(f"watch {new.id} is on the list, revision {new.revision}")
    return _waited(settings, reached, timeout) if wait else 0


def _waited(settings: Settings, reached: int, timeout: float) -> int:
    """Waits until all workers have the change; 1 where they have not in time."""
    with terminal.progress("workers", None) as bar:

        def see(states: dict[str, WorkerState]) -> None:
            bar.of(len(states))
            bar.at(sum(state.revision >= reached for state in states.values()))

        try:
            states = watch_change.wait(settings, reached, timeout, see)
        except kafka.UnreachableError:
            raise
        except RasidError as error:
            terminal.complain(str(error))
            return 1
    terminal.say(f"in force on {terminal.counted(len(states), 'worker')}, watchlist revision {reached}")
    return 0


def _valid(new: Watch) -> Watch:
    """`new`, checked as any producer's watch would be, its query aside."""
    try:
        return msgspec.convert(msgspec.to_builtins(new), Watch)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"watch {new.id!r}: {error}: an id is lower-case letters, digits, '.', '_' and '-'"
        ) from error


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
@IF_REVISION
@WAIT
@TIMEOUT
@AS_JSON
def rm(watch_ids: tuple[str, ...], if_revision: int | None, timeout: float, *, wait: bool, as_json: bool) -> int:
    """Remove watches; exits with 1 where one is not there."""
    return _changed(watch_ids, if_revision, timeout if wait else None, None, as_json=as_json)


@watch.command(epilog="\b\nExample:\n  rasid watch enable talks")
@click.argument("watch_ids", metavar="ID...", nargs=-1, required=True)
@IF_REVISION
@WAIT
@TIMEOUT
@AS_JSON
def enable(watch_ids: tuple[str, ...], if_revision: int | None, timeout: float, *, wait: bool, as_json: bool) -> int:
    """Put watches in force again."""
    return _changed(
        watch_ids, if_revision, timeout if wait else None, lambda each: _switched(each, on=True), as_json=as_json
    )


@watch.command(epilog="\b\nExample:\n  rasid watch disable talks")
@click.argument("watch_ids", metavar="ID...", nargs=-1, required=True)
@IF_REVISION
@WAIT
@TIMEOUT
@AS_JSON
def disable(watch_ids: tuple[str, ...], if_revision: int | None, timeout: float, *, wait: bool, as_json: bool) -> int:
    """Let watches rest without removing them."""
    return _changed(
        watch_ids, if_revision, timeout if wait else None, lambda each: _switched(each, on=False), as_json=as_json
    )


def _switched(each: Watch, *, on: bool) -> Watch:
    return msgspec.structs.replace(each, enabled=on)


def _changed(
    watch_ids: tuple[str, ...],
    if_revision: int | None,
    timeout: float | None,
    change: Callable[[Watch], Watch] | None,
    *,
    as_json: bool,
) -> int:
    """Changes watches that are there, or removes them where `change` is None; 1 where one is missing or contested."""
    settings = load()
    held = watch_store.held(settings)
    present = {each: found.watch for each, found in held.items()}
    ids = [each for each in dict.fromkeys(watch_ids) if each in present]
    changed = [watch_store.revised(change(present[each]), present) for each in ids] if change else []
    try:
        watch_change.expect(held, watch_ids, if_revision)
        removed = [] if change else ids
        reached = watch_change.write(settings, held, changed, removed, alone=if_revision is not None)
    except watch_change.ConflictError as error:
        terminal.complain(str(error))
        return 1
    if as_json:
        terminal.emit(*changed, *({"id": each, "removed": True} for each in removed))
    missing = [each for each in watch_ids if each not in present]
    for each in missing:
        terminal.complain(_missing(each))
    waited = _waited(settings, reached, timeout) if timeout is not None and ids else 0
    return 1 if missing else waited


@watch.command("import", epilog="\b\nExample:\n  rasid watch import seeds/watches/newsroom.toml --dry-run")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--prune", is_flag=True, help="Remove watches that the file does not have.")
@WAIT
@TIMEOUT
@AS_JSON
def import_watches(  # noqa: PLR0913 -- one parameter an option
    file: Path, timeout: float, *, dry_run: bool, prune: bool, wait: bool, as_json: bool
) -> int:
    """Bring the watchlist in step with a TOML file of [[watch]] tables."""
    wanted = [_valid(each) for each in watch_store.load(file)]
    settings = load()
    present = watch_store.read(settings)
    found = list(watch_store.changes(wanted, present, prune=prune))
    gone = [each.watch.id for each in found if each.what == "removed"]
    left = {watch_id: each for watch_id, each in present.items() if watch_id not in gone}
    with terminal.progress("watches checked", len(wanted)) as bar:
        watch_store.checked(wanted, left, bar.step)
    written = [each.watch for each in found if each.what in {"added", "changed"}]
    reached = 0 if dry_run or not (written or gone) else watch_store.write(settings, written, gone)
    if as_json:
        terminal.emit(*({"change": each.what, "id": each.watch.id, "revision": each.watch.revision} for each in found))
    else:
        for each in found:
            terminal.say(f"{each.what} {each.watch.id}") if each.what != "same" else None
        would = "nothing written, as asked: " if dry_run else ""
        same = sum(each.what == "same" for each in found)
        terminal.say(f"{would}{terminal.counted(len(found), 'watch', 'watches')}, {same} unchanged")
    return _waited(settings, reached, timeout) if wait and reached else 0


@watch.command(epilog="\b\nExample:\n  rasid watch export > watches.toml")
@AS_JSON
def export(*, as_json: bool) -> None:
    """Print the watchlist as a TOML file that `import` reads."""
    found = watch_store.read(load()).values()
    if as_json:
        terminal.emit(*found)
    else:
        sys.stdout.write(watch_store.dump(found))
