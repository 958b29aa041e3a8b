"""`rasid receivers list|test|on|verify`: who is told, whether they listen, and whether a webhook is genuine."""

import asyncio
import difflib
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

import click
import msgspec

from agents import kafka, switches
from agents import receivers as file
from agents.cli import terminal
from agents.http_client import Answer
from agents.receiver import Receiver
from agents.settings import load
from rasid.deliver import sign
from rasid.deliver.example import example
from rasid.deliver.outcome import Failure, Verdict, describe, judge
from rasid.errors import RasidError

ANSWER_CHARACTERS: Final = 500  # of an answer that are shown: its first words say what it is
LIST_EPILOG = """\b
Example:
  RASID_RECEIVERS=receivers.toml rasid receivers list"""
ON_EPILOG = """\b
Example:
  rasid receivers on desk"""
TEST_EPILOG = """\b
Example:
  RASID_RECEIVERS=receivers.toml rasid receivers test desk"""
VERIFY_EPILOG = """\b
Example:
  WEBHOOK_SECRET=whsec_... rasid receivers verify body.json --id alert_1 \\
      --timestamp 1796032800 --signature v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="""
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
FILE = click.option(
    "--file", "path", type=click.Path(path_type=Path), help="The receivers file, in place of RASID_RECEIVERS."
)


@click.group(epilog="\b\nExample:\n  RASID_RECEIVERS=receivers.toml rasid receivers list")
def receivers() -> None:
    """See who is told, try whether they listen, and verify what they got."""


@receivers.command("list", epilog=LIST_EPILOG)
@FILE
@AS_JSON
def list_(path: Path | None, *, as_json: bool) -> int:
    """List the receivers, without secrets and without the paths of their URLs, and those that are switched off.

    Where no broker is configured, only the file is read.
    """
    known = _load(path)
    off = _switched_off(known)
    if as_json:
        terminal.emit(*(_described(each) | {"off_since": off.get(each.name)} for each in known.values()))
    elif known:
        made = terminal.table(
            "name", "type", "to", "secrets", "private addresses", "seconds", "connections", "off since"
        )
        terminal.show(terminal.rows(made, ([*_row(each), off.get(each.name) or ""] for each in known.values())))
    else:
        terminal.say("no receivers")
    return 0


def _switched_off(known: file.Receivers) -> dict[str, str]:
    """Since when, by name; those whose address has changed since are on again."""
    settings = load()
    if settings.embedded:
        return {}
    try:
        states = switches.read(settings)
    except RasidError as error:
        terminal.complain(f"which receivers are switched off is not known: {error}")
        return {}
    return {
        name: state.off_since.isoformat(timespec="seconds")
        for name, state in states.items()
        if name in known and state.target == known[name].fingerprint
    }


@receivers.command(epilog=ON_EPILOG)
@click.argument("name")
@AS_JSON
def on(name: str, *, as_json: bool) -> None:
    """Switch the receiver NAME on again, after it answered 410 Gone: on every worker, at once.

    What became a dead letter meanwhile is sent by `rasid deliveries retry --all --receiver NAME --outcome gone`.
    """
    settings = load()
    if name not in switches.read(settings):
        raise RasidError(f"receiver {name!r} is not switched off: `rasid receivers list` shows which are")
    with kafka.Publisher(settings) as publisher:
        publisher.send(switches.on(settings, name))
    terminal.say(f"receiver {name!r} is on")
    if as_json:
        terminal.emit({"name": name, "off_since": None})


def _described(receiver: Receiver) -> dict[str, object]:
    return {
        "name": receiver.name,
        "type": receiver.type,
        "origin": receiver.target.origin,
        "secrets": len(receiver.secrets),
        "allow_private": receiver.allow_private,
        "timeout_seconds": receiver.timeout_seconds,
        "connections": receiver.connections,
        "refused": receiver.refused,
    }


def _row(receiver: Receiver) -> list[str]:
    private = "allowed" if receiver.allow_private else f"REFUSED: {receiver.refused}" if receiver.refused else "refused"
    return [receiver.name, receiver.type, receiver.target.origin, str(len(receiver.secrets)), private,
            f"{receiver.timeout_seconds:g}", str(receiver.connections)]  # fmt: skip


class Tried(msgspec.Struct, frozen=True):
    """What came of a trial."""

    receiver: str
    webhook_id: str
    delivered: bool
    status: int | None
    detail: str
    seconds: float
    answer: str


@receivers.command(epilog=TEST_EPILOG)
@click.argument("name")
@FILE
@AS_JSON
def test(name: str, path: Path | None, *, as_json: bool) -> int:
    """Send one signed example to the receiver NAME and print its answer; exits with 1 where that is not 2xx.

    The example has the watch `rasid-test` and the label `test`. It is sent once: nothing is tried again.
    """
    tried = asyncio.run(_try(_named(_load(path), name)))
    if as_json:
        terminal.emit(tried)
    else:
        _report(tried)
    return 0 if tried.delivered else 1


async def _try(receiver: Receiver) -> Tried:
    now, began = datetime.now(UTC), time.monotonic()
    webhook_id = f"test_{uuid.uuid4().hex}"
    async with receiver.sender() as sender:
        answer = await sender.send(example(webhook_id, now), now)
    return _tried(receiver, webhook_id, answer, time.monotonic() - began)


def _tried(receiver: Receiver, webhook_id: str, answer: Answer, seconds: float) -> Tried:
    return Tried(
        receiver=receiver.name,
        webhook_id=webhook_id,
        delivered=judge(answer.result) is Verdict.DELIVERED,
        status=None if isinstance(answer.result, Failure) else answer.result,
        detail=_advised(receiver, answer.result),
        seconds=round(seconds, 3),
        answer=answer.body.decode("utf-8", "replace")[:ANSWER_CHARACTERS],
    )


def _advised(receiver: Receiver, result: int | Failure) -> str:
    """What happened, and where it helps, how to mend it."""
    if result is Failure.REFUSED_ADDRESS:
        why = f" ({receiver.refused})" if receiver.refused else ""
        return f"{describe(result)}{why}: set allow_private = true if it is meant to be called"
    return describe(result)


def _report(tried: Tried) -> None:
    took = f"{tried.detail} after {tried.seconds:.3f} s (webhook-id {tried.webhook_id})"
    if tried.delivered:
        terminal.say(f"receiver {tried.receiver!r} {took}")
    else:
        terminal.complain(f"receiver {tried.receiver!r} did not take it: {took}")
    if tried.answer:
        terminal.show(terminal.cell(tried.answer))


@receivers.command(epilog=VERIFY_EPILOG)
@click.argument("body", type=click.File("rb"), metavar="FILE")
@click.option("--id", "webhook_id", required=True, help="The header webhook-id.")
@click.option("--timestamp", required=True, help="The header webhook-timestamp.")
@click.option("--signature", required=True, help="The header webhook-signature, all of it.")
@click.option("--secret", envvar="WEBHOOK_SECRET", help="whsec_... or whpk_...; better in the variable "
              "WEBHOOK_SECRET, as arguments are seen by others on the machine.")  # fmt: skip
@click.option("--receiver", "name", help="Use the secrets of this receiver.")
@click.option("--max-age", type=click.FloatRange(min=0), default=300.0, show_default=True,
              help="Seconds that the timestamp may be away from now; 0 accepts any.")  # fmt: skip
@FILE
@AS_JSON
def verify(  # noqa: PLR0913, PLR0917  # what a webhook consists of
    body: BinaryIO,
    webhook_id: str,
    timestamp: str,
    signature: str,
    secret: str | None,
    name: str | None,
    max_age: float,
    path: Path | None,
    *,
    as_json: bool,
) -> int:
    """Verify a webhook whose body is in FILE (or - for standard input); exits with 1 where it is not genuine.

    The body must be the very bytes that came: no line end added, nothing formatted.
    """
    signer = _signer(secret, name, path)
    headers = {sign.ID: webhook_id, sign.TIMESTAMP: timestamp, sign.SIGNATURE: signature}
    tolerance = timedelta(seconds=max_age) if max_age else timedelta.max
    fault = signer.fault(headers, body.read(), datetime.now(UTC), tolerance)
    if as_json:
        terminal.emit({"genuine": fault is None, "fault": fault})
    elif fault:
        terminal.complain(f"not genuine: {fault}")
    else:
        terminal.say("genuine")
    return 1 if fault else 0


def _signer(secret: str | None, name: str | None, path: Path | None) -> sign.Signer:
    if name:
        found = _named(_load(path), name)
        if found.type != "webhook":
            raise RasidError(f"receiver {name!r} is of type {found.type!r}, which signs nothing")
        return found.signer
    if not secret:
        raise click.UsageError("which secret? Set WEBHOOK_SECRET, or give --receiver NAME or --secret")
    return sign.Signer([secret])


def _load(path: Path | None) -> file.Receivers:
    path = path or load().receivers
    if path is None:
        raise RasidError("no receivers file is named: set RASID_RECEIVERS, or give --file")
    return file.load(path)


def _named(known: Mapping[str, Receiver], name: str) -> Receiver:
    if name in known:
        return known[name]
    nearest = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(known) or 'none'}"
    raise RasidError(f"no receiver is named {name!r}: {advice}")
