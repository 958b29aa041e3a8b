"""`rasid silence …`: alerts held back for a while, live: in force on every worker within moments."""

import getpass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import click

from agents import silence_store
from agents.cli import terminal
from agents.cli.moments import Moment
from agents.settings import load
from rasid.alert.durations import duration
from rasid.alert.matchers import parse, text
from rasid.alert.silences import state
from rasid.errors import ConfigError
from schemas.silence import Matcher, Silence

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
COMMENT_WIDTH: Final = 50
ADD_EPILOG = """\b
Example:
  rasid silence add --watch oil-price --for 2h --comment 'the summit is on, we know'
  rasid silence add 'desk=sport' 'severity!=critical' --until 2026-11-24T08:00:00+03:00 --comment 'match night'"""


@click.group(
    epilog="\b\nExample:\n  rasid silence add --watch oil-price --for 2h --comment 'the summit is on, we know'"
)
def silence() -> None:
    """Hold alerts back for a while: by watch, by label, by any matcher."""


class Length(click.ParamType):
    """A duration such as 2h."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Reads it."""
        if isinstance(value, timedelta):
            return value
        try:
            return duration(value)
        except ConfigError as error:
            self.fail(str(error), param, ctx)


@silence.command(epilog=ADD_EPILOG)
@click.argument("matchers", nargs=-1, metavar="[MATCHER]...")
@click.option("--watch", "watches", multiple=True, metavar="ID", help="Alerts of this watch; may be repeated.")
@click.option("--for", "length", type=Length(), help="How long, from its start: 30m, 2h, 1d.")
@click.option("--until", type=Moment(future=True), help="When it ends: a time, or 2h from now.")
@click.option("--from", "start", type=Moment(future=True), help="When it begins, unless at once.")
@click.option("--author", help="Who says so; your user name unless given.")
@click.option("--comment", required=True, help="Why.")
@AS_JSON
def add(  # noqa: PLR0913  # one parameter an option
    matchers: tuple[str, ...], watches: tuple[str, ...], *, length: timedelta | None, until: datetime | None,
    start: datetime | None, author: str | None, comment: str, as_json: bool,
) -> None:  # fmt: skip
    """Silence alerts that meet every MATCHER: name="value", name!="value", name=~"a|b", name!~"a|b".

    Labels are those of the watch, and watch, severity, language, source, kind.
    """
    if (length is None) == (until is None):
        raise click.UsageError("say when it ends: --for 2h, or --until TIME")
    wanted = [*map(parse, matchers), *_watches(watches)]
    if not wanted:
        raise click.UsageError("say which alerts: --watch ID, or matchers such as desk=sport")
    now = datetime.now(UTC)
    starts = start or now
    ends = until if until is not None else starts + (length or timedelta())
    if ends <= now:
        raise ConfigError(f"the silence ends at {ends.isoformat()}, which is past: give an end that is to come")
    settings = load()
    made = silence_store.new(wanted, starts, ends, author or getpass.getuser(), comment, now)
    silence_store.write(settings, [made], silence_store.forgettable(silence_store.read(settings).values(), now))
    if as_json:
        terminal.emit(made)
    else:
        terminal.say(f"silence {made.id} holds {_texts(made)} back until {made.ends_at.isoformat(timespec='seconds')}")


def _watches(ids: tuple[str, ...]) -> list[Matcher]:
    """One condition for however many watches."""
    if len(ids) > 1:
        return [parse(f'watch=~"{"|".join(each.replace(".", "[.]") for each in ids)}"')]
    return [Matcher("watch", "=", each) for each in ids]


def _texts(each: Silence) -> str:
    return " ".join(map(text, each.matchers))


@silence.command("list", epilog="\b\nExample:\n  rasid silence list\n  rasid silence list --all --json")
@click.option("--all", "every", is_flag=True, help="Those that are over too.")
@AS_JSON
def list_(*, every: bool, as_json: bool) -> int:
    """List silences, those that end first first; exits with 1 where there are none."""
    now = datetime.now(UTC)
    found = [each for each in silence_store.read(load()).values() if every or state(each, now) != "expired"]
    if as_json:
        terminal.emit(*({"state": state(each, now), **_fields(each)} for each in found))
    elif found:
        headings = ("id", "state", "matchers", "from", "until", "author", "comment")
        terminal.show(terminal.rows(terminal.table(*headings), (_row(each, now) for each in found)))
    else:
        terminal.say("no silences" if every else "no silences in force or to come")
    return 0 if found else 1


def _fields(each: Silence) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__struct_fields__}


def _row(each: Silence, now: datetime) -> list[Any]:
    starts, ends = (moment.isoformat(timespec="seconds") for moment in (each.starts_at, each.ends_at))
    comment = terminal.cell(each.comment, COMMENT_WIDTH)
    return [each.id, state(each, now), _texts(each), starts, ends, terminal.cell(each.created_by, 20), comment]


@silence.command(epilog="\b\nExample:\n  rasid silence expire 1f2e3d4c")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@AS_JSON
def expire(ids: tuple[str, ...], *, as_json: bool) -> int:
    """End silences now; exits with 1 where one is not there or over already."""
    settings, now = load(), datetime.now(UTC)
    present = silence_store.read(settings)
    ended = [silence_store.expired(present[each], now) for each in ids if _stands(present.get(each), now)]
    silence_store.write(settings, ended)
    if as_json:
        terminal.emit(*ended)
    missing = [each for each in ids if not _stands(present.get(each), now)]
    for each in missing:
        terminal.complain(f"there is no silence {each!r} to end: `rasid silence list` shows those there are")
    return 1 if missing else 0


def _stands(each: Silence | None, now: datetime) -> bool:
    return each is not None and state(each, now) != "expired"
