"""`rasid deliveries list|show|retry`: how telling receivers went, what still waits, and once more."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import click

from agents import delivery_log as deliveries_log
from agents import kafka
from agents.cli import terminal
from agents.cli.moments import Moment
from agents.delivery_log import OUTCOMES, WAITING, Filter, Pair, Standing
from agents.jobs import UNDELIVERED
from agents.settings import Settings, load

DETAIL_COLUMNS: Final = 60
LIST_EPILOG = """\b
Example:
  rasid deliveries list --outcome failed --since 2d
  rasid deliveries list --outcome waiting --receiver desk --json"""
SHOW_EPILOG = """\b
Example:
  rasid deliveries show 5f1c0e..."""
RETRY_EPILOG = """\b
Example:
  rasid deliveries retry 5f1c0e...                 # to every receiver that did not get it
  rasid deliveries retry 5f1c0e...:desk            # to this one, even if it did
  rasid deliveries retry --all --receiver desk --since 12h --dry-run
  rasid deliveries retry --all --outcome delivered --since 2026-11-23T18:00:00Z --until 2026-11-23T19:00:00Z"""
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def filtering(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose deliveries."""
    for option in (
        click.option("--until", type=Moment(), help="Last changed before then."),
        click.option("--since", type=Moment(), help="Last changed since then: 7d, 2h, 30m ago, or a time."),
        click.option("--outcome", "outcomes", type=click.Choice(OUTCOMES), multiple=True,
                     help="That stand like this; may be repeated."),
        click.option("--watch", help="Of this watch's alerts."),
        click.option("--receiver", help="To this receiver."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group(epilog="\b\nExample:\n  rasid deliveries list --outcome failed --since 2d")
def deliveries() -> None:
    """See how telling receivers went and what still waits, and ask for it once more."""


@deliveries.command("list", epilog=LIST_EPILOG)
@filtering
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="Show the newest so many.")
@AS_JSON
def list_(*, limit: int, as_json: bool, **chosen: Any) -> int:
    """List how each delivery stands, the oldest change first; exits with 1 where there are none."""
    found = deliveries_log.standings(load(), _filter(**chosen))
    _tell(found[-limit:], as_json=as_json)
    if not as_json:
        terminal.say(terminal.listed(len(found), limit, "delivery", "deliveries"))
    return 0 if found else 1


def _filter(*, outcomes: tuple[str, ...], **chosen: Any) -> Filter:
    return Filter(outcomes=outcomes or None, **chosen)


def _tell(found: list[Standing], *, as_json: bool) -> None:
    if as_json:
        terminal.emit(*found)
    elif found:
        made = terminal.table("id", "time", "watch", "outcome", "attempts", "next", "detail")
        terminal.show(terminal.rows(made, map(_row, found)))


def _row(each: Standing) -> list[Any]:
    due = each.due_at.isoformat(timespec="seconds") if each.due_at else ""
    return [
        f"{each.alert_id}:{each.receiver}", each.at.isoformat(timespec="seconds"), each.watch_id, each.outcome,
        str(each.attempts), due, terminal.cell(each.detail, DETAIL_COLUMNS),
    ]  # fmt: skip


@deliveries.command(epilog=SHOW_EPILOG)
@click.argument("alert_id", metavar="ID")
@AS_JSON
def show(alert_id: str, *, as_json: bool) -> int:
    """Show everything written down about one alert's deliveries; exits with 1 where there is nothing.

    ID is the alert's `webhook-id`, with `:receiver` for one receiver alone.
    """
    settings, (wanted, _, receiver) = load(), alert_id.partition(":")
    every = [*deliveries_log.history(settings), *deliveries_log.waiting(settings)]
    found = sorted(
        (each for each in every if each.alert_id == wanted and receiver in {"", each.receiver}),
        key=lambda each: each.at,
    )
    _tell(found, as_json=as_json)
    if not found:
        terminal.complain(
            f"nothing is known of deliveries of {alert_id!r}: `rasid deliveries list` shows which there are"
        )
    return 0 if found else 1


@deliveries.command(epilog=RETRY_EPILOG)
@click.argument("ids", nargs=-1, metavar="[ID]..")
@click.option("--all", "every", is_flag=True, help="All that the options choose, instead of IDs.")
@filtering
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@AS_JSON
def retry(ids: tuple[str, ...], *, every: bool, dry_run: bool, yes: bool, as_json: bool, **chosen: Any) -> int:
    """Ask for deliveries once more, now: what failed, what waits for its time, or what was delivered.

    An ID alone means the receivers that have not got that alert, `ID:receiver` that one in any case. With --all and no
    --outcome, what was delivered is left alone. Exits with 1 where nothing is chosen, or an alert is gone.
    """
    if every == bool(ids):
        raise click.UsageError("give IDs as `rasid deliveries list` shows them, or --all with options that choose")
    if ids and any(chosen.values()):
        raise click.UsageError(
            "--receiver, --watch, --outcome, --since and --until choose among all: give --all, not IDs"
        )
    settings, which = load(), _filter(**chosen)
    if not which.outcomes:
        which = Filter(which.receiver, which.watch, (WAITING, *UNDELIVERED), which.since, which.until)
    pairs = _chosen(settings, which, ids)
    if every and pairs and not (yes or dry_run) and sys.stdin.isatty():
        click.confirm(f"ask for {len(pairs)} deliveries once more?", abort=True, err=True)
    return _ask(settings, pairs, dry_run=dry_run, as_json=as_json)


def _chosen(settings: Settings, which: Filter, ids: tuple[str, ...]) -> list[Pair]:
    """The deliveries that are meant, each once."""
    whole = {alert_id for alert_id in ids if ":" not in alert_id}
    pairs = [(alert_id, receiver) for alert_id, _, receiver in (each.partition(":") for each in ids) if receiver]
    if whole or not ids:
        found = deliveries_log.standings(settings, which)
        pairs += [each.pair for each in found if not ids or each.alert_id in whole]
    return list(dict.fromkeys(pairs))


def _ask(settings: Settings, pairs: list[Pair], *, dry_run: bool, as_json: bool) -> int:
    messages = deliveries_log.requests(settings, pairs, datetime.now(UTC))
    if not dry_run and messages:
        with kafka.Publisher(settings) as publisher:
            for message in messages.values():
                publisher.send(message)
    for alert_id, receiver in pairs:
        there = (alert_id, receiver) in messages
        if as_json:
            terminal.emit({"alert_id": alert_id, "receiver": receiver, "asked": there and not dry_run, "alert": there})
        elif not there:
            terminal.complain(f"{alert_id}:{receiver} cannot be sent: the alert is not on its topic, or not any more")
    if not as_json:
        terminal.say(f"{'would ask' if dry_run else 'asked'} for {len(messages)} of {len(pairs)} deliveries")
    return 0 if messages and len(messages) == len(pairs) else 1
