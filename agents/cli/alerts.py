"""`rasid alerts list|show|tail|explain`: alerts raised, and why each was or was not told of."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Any, Final

import click
import msgspec

from agents import alert_log
from agents.alert_log import Entry, Filter
from agents.cli import terminal
from agents.cli.moments import Moment, milliseconds
from agents.settings import load
from rasid.alert.words import MEANING
from schemas.alert import Alert, Reason
from schemas.decision import Decision
from schemas.delivery_result import DeliveryResult

AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
TITLE_WIDTH: Final = 60
CONTEXT: Final = 40  # characters shown on each side of a hit
LIST_EPILOG = """\b
Example:
  rasid alerts list --since 2h --severity critical
  rasid alerts list --held --reason silenced --json"""
TAIL_EPILOG = """\b
Example:
  rasid alerts tail --watch talks
  rasid alerts tail --json | jq .article.title"""


@click.group(epilog="\b\nExample:\n  rasid alerts list --since 2h --severity critical")
def alerts() -> None:
    """Look at alerts: which there were, what they rest on, why they were told of or not."""


def filtering(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose alerts."""
    for option in (
        click.option(
            "--reason", type=click.Choice([str(reason) for reason in Reason]), help="Decided for this reason."
        ),
        click.option("--told/--held", default=None, help="Told of, or held back; neither where no receiver got it."),
        click.option("--severity", type=click.Choice(["info", "warning", "critical"]), help="Of this severity."),
        click.option("--watch", metavar="ID", help="Of this watch."),
    ):
        command = option(command)
    return command


@alerts.command("list", epilog=LIST_EPILOG)
@filtering
@click.option("--since", type=Moment(), help="Since then: 7d, 2h, 30m ago, or a time.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="Show the newest so many.")
@AS_JSON
def list_(*, since: datetime | None, limit: int, as_json: bool, **chosen: Any) -> int:
    """List alerts, told of or held back, the oldest first; exits with 1 where there are none."""
    found = alert_log.entries(load(), Filter(**chosen), milliseconds(since))
    if as_json:
        terminal.emit(*(entry.fields for entry in found[-limit:]))
    elif found:
        terminal.show(terminal.rows(_table(), map(_row, found[-limit:])))
    if not as_json:
        terminal.say(terminal.listed(len(found), limit, "alert"))
    return 0 if found else 1


def _table() -> Any:
    return terminal.table("time", "id", "watch", "severity", "reason", "told", "sources", "title")


def _told(entry: Entry) -> str:
    return "yes" if entry.told else "nobody" if entry.undelivered else "no"


def _row(entry: Entry) -> list[Any]:
    alert = entry.alert
    return [
        entry.at.isoformat(timespec="seconds"), alert.id, alert.watch.id, alert.watch.severity, str(entry.reason),
        _told(entry), str(len(alert.story.sources)), terminal.cell(alert.article.title, TITLE_WIDTH),
    ]  # fmt: skip


@alerts.command(epilog=TAIL_EPILOG)
@filtering
@click.option("--count", type=click.IntRange(min=1), help="End after so many.")
@AS_JSON
def tail(*, count: int | None, as_json: bool, **chosen: Any) -> None:
    """Follow alerts as they come, until Ctrl-C."""
    for entry in islice(alert_log.following(load(), Filter(**chosen)), count):
        if as_json:
            terminal.emit(entry.fields)
        else:
            alert, said = entry.alert, "" if entry.told else f" (held: {entry.reason})"
            head = f"{entry.at.isoformat(timespec='seconds')} {alert.watch.severity} {alert.watch.id}{said}"
            terminal.show_line(f"{head}  {alert.article.title}")


@alerts.command(epilog="\b\nExample:\n  rasid alerts show alert_5f3c…")
@click.argument("alert_id", metavar="ID")
@AS_JSON
def show(alert_id: str, *, as_json: bool) -> int:
    """Show one alert as it was last told of or held back: what it rests on; exits with 1 where there is none."""
    found = [each for each in alert_log.entries(load(), Filter()) if alert_id in {each.alert.id, each.alert.message_id}]
    if not found:
        terminal.complain(_missing(alert_id))
        return 1
    if as_json:
        terminal.emit(found[-1].fields)
    else:
        _print(found[-1], len(found))
    return 0


def _missing(alert_id: str) -> str:
    return f"there is no alert {alert_id!r}: `rasid alerts list` shows those there are; they are kept for 30 days"


def _print(entry: Entry, notifications: int) -> None:
    alert = entry.alert
    facts = [
        ("watch", f"{alert.watch.id}, revision {alert.watch.revision}"), ("query", alert.watch.query),
        ("severity", alert.watch.severity), ("type", alert.type),
        ("reason", f"{entry.reason}: {MEANING[entry.reason]}"), ("told", _told(entry)),
        *([("undelivered", entry.undelivered)] if entry.undelivered else []),
        ("decided", entry.at.isoformat(timespec="seconds")), ("decisions", f"{notifications} with the whole alert"),
        ("title", alert.article.title), ("source", alert.article.source or ""), ("url", alert.article.url or ""),
        ("uri", alert.article.uri), ("story", f"{alert.story.article_count} reports"),
        ("publishers", ", ".join(alert.story.sources)), *_more(alert),
        *((f"also {report.source or ''}", report.url or report.uri) for report in alert.story.reports),
    ]  # fmt: skip
    terminal.show(terminal.rows(terminal.table("alert", alert.id), facts))
    for hit in alert.evidence:
        context = f"{hit.before[-CONTEXT:]}[{hit.text}]{hit.after[:CONTEXT]}"
        terminal.show_line(f"  {context}")
        terminal.show_line(f"    {hit.field} {hit.start}-{hit.end}: {hit.term}: {hit.rule}")


def _more(alert: Alert) -> list[tuple[str, str]]:
    """What a notification that stands for more says of it."""
    facts = []
    if alert.spike:
        spike = alert.spike
        facts.append(("spike", f"{spike.stories} stories in an hour that has {spike.expected} in {spike.weeks} weeks"))
    if alert.digest:
        facts.append(("digest", f"of {alert.digest.count} alerts beyond {alert.digest.max_per_hour} an hour"))
    if alert.group:
        facts.append(("group", f"{alert.group.labels}: {len(alert.group.alerts) + alert.group.left_out} alerts"))
    if alert.news and alert.news.sources:
        facts.append(("new", ", ".join(alert.news.sources)))
    return facts


@alerts.command(epilog="\b\nExample:\n  rasid alerts explain alert_5f3c…\n  rasid alerts explain urn:article:17")
@click.argument("name", metavar="ID")
@AS_JSON
def explain(name: str, *, as_json: bool) -> int:
    """Say what was decided about an alert, and how telling of it went; exits with 1 where nothing was.

    ID is an alert's, a notification's, a story's, or the uri of an article.
    """
    settings = load()
    decisions = alert_log.decisions(settings, name)
    ids = {each for decision in decisions for each in (decision.alert_id, decision.notification_id) if each}
    deliveries = alert_log.deliveries(settings, ids) if decisions else []
    if not decisions:
        terminal.complain(_missing(name))
        return 1
    if as_json:
        terminal.emit(
            *(_decided(each) for each in decisions), *({"kind": "delivery", **_fields(d)} for d in deliveries)
        )
    else:
        terminal.show(terminal.rows(terminal.table("time", "decision", "told", "why"), map(_why, decisions)))
        for each in deliveries:
            terminal.show_line(f"  {each.finished_at.isoformat(timespec='seconds')} {_outcome(each)}")
    return 0


def _fields(record: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}


def _decided(decision: Decision) -> dict[str, Any]:
    about = {name: value for name, value in _fields(decision).items() if name != "alert"}
    return {"kind": "decision", **about, "meaning": MEANING[decision.reason]}


def _why(decision: Decision) -> list[Any]:
    words = [MEANING[decision.reason], decision.detail, f"by {decision.by}" if decision.by else ""]
    words.append(f"until {decision.until.isoformat(timespec='seconds')}" if decision.until else "")
    words.append(f"receivers {', '.join(decision.receivers)}" if decision.receivers else "")
    why = "; ".join(word for word in words if word)
    told = "yes" if decision.told else "no"
    return [decision.at.isoformat(timespec="seconds"), str(decision.reason), told, terminal.cell(why)]


def _outcome(each: DeliveryResult) -> str:
    return f"{each.receiver}: {each.outcome}, attempt {each.attempts}" + (f": {each.detail}" if each.detail else "")
