"""`rasid topics create|check`: the service's topics on the cluster."""

from collections.abc import Iterable

import click
import msgspec

from agents import kafka
from agents import topics as declared
from agents.cli import terminal
from agents.settings import Settings, load

CREATE_EPILOG = """\b
Example:
  rasid topics create
  rasid topics create --alter matches"""
CHECK_EPILOG = """\b
Example:
  rasid topics check --json"""
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group(epilog="\b\nExample:\n  rasid topics check")
def topics() -> None:
    """Create the topics, or check them."""


@topics.command(epilog=CREATE_EPILOG)
@click.option("--alter", "bases", metavar="TOPIC", multiple=True, type=click.Choice([t.base for t in declared.TOPICS]),
              help="Give this existing topic the declared settings; may be repeated. Its partitions stay.")  # fmt: skip
@AS_JSON
def create(bases: tuple[str, ...], *, as_json: bool) -> int:
    """Create the topics that are missing; existing ones stay as they are unless --alter names them.

    Exits with 1 where a topic still differs afterwards.
    """
    settings = load()
    with kafka.admin(settings) as client:
        created = declared.create(client, settings)
        declared.alter(client, settings, bases)
        differences = declared.check(client, settings)
    if as_json:
        terminal.emit(*({"topic": name, "created": name in created} for name in _names(settings)))
    else:
        terminal.say(f"created {', '.join(created)}" if created else "every topic is there already")
        terminal.say(f"altered {', '.join(bases)}") if bases else None
    _complain(differences)
    return 1 if differences else 0


@topics.command(epilog=CHECK_EPILOG)
@AS_JSON
def check(*, as_json: bool) -> int:
    """Compare the cluster's topics with what Rasid declares; exits with 1 where one differs."""
    settings = load()
    with kafka.admin(settings) as client:
        differences = declared.check(client, settings)
    if as_json:
        terminal.emit(*map(msgspec.to_builtins, differences))
    elif differences:
        rows = ([d.topic, d.setting, d.wanted, d.found, d.mend] for d in differences)
        terminal.show(terminal.rows(terminal.table("topic", "setting", "wanted", "found", "mend"), rows))
    else:
        terminal.say(f"all {len(declared.TOPICS)} topics are as declared: {', '.join(_names(settings))}")
    return 1 if differences else 0


def _names(settings: Settings) -> list[str]:
    return [topic.name(settings) for topic in declared.TOPICS]


def _complain(differences: Iterable[declared.Difference]) -> None:
    for difference in differences:
        terminal.complain(str(difference))
