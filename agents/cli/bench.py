"""`rasid bench`: how fast it is, measured on this machine. The measuring itself is in bench/."""

import time
from pathlib import Path

import click

from agents.cli import terminal
from bench import kafka_node
from bench.pipeline import LATENCY, Options, measure
from bench.report import Summary, summary, write
from bench.systems.roster import SYSTEMS
from rasid.errors import RasidError

COLUMNS = ("articles_per_second", "tagged_per_second", "micros")
NAMES = (*(system.name for system in SYSTEMS), LATENCY)


@click.group()
def bench() -> None:
    """Measure speed on this machine."""


@bench.command(epilog="""\b
Examples:
  rasid bench pipeline
  rasid bench pipeline --count 6000 --repeat 1 --only ours --only faust --json""")  # fmt: skip
@click.option(
    "--count", type=click.IntRange(min=100), default=30_000, show_default=True, help="Articles in the backlog."
)
@click.option("--repeat", type=click.IntRange(min=1), default=3, show_default=True, help="Rounds over the systems.")
@click.option(
    "--rate", type=click.FloatRange(min=1), default=200.0, show_default=True, help="Articles/s for the delays."
)
@click.option("--seconds", type=click.FloatRange(min=1), default=20.0, show_default=True, help="How long at that rate.")
@click.option("--only", type=click.Choice(NAMES), multiple=True, help="Measure this only; may be repeated.")
@click.option("--articles", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Articles of a .jsonl or .jsonl.gz file instead of those made from the seeds.")  # fmt: skip
@click.option("--write", "keeps", is_flag=True, help="Put the result into docs/benchmarks.md.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
def pipeline(  # noqa: PLR0913
    *, count: int, repeat: int, rate: float, seconds: float, only: tuple[str, ...], articles: Path | None, keeps: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure the whole path on Apache Kafka: one worker, from article to webhook.

    Beside it, in turns and on the same articles, a bare Faust application that only passes them on, and Quix Streams
    with the same analysis (extra `bench`). Then the delay from publishing to the webhook at a steady rate. It starts
    its own Kafka node and receiver on loopback, and takes some minutes; let nothing else run meanwhile. Made articles
    alert 1 in 20, and 1 in 5 for the delays.
    """
    lacking = kafka_node.missing()
    if lacking:
        raise RasidError(lacking)
    options = Options(count, repeat, rate, seconds, only=only, articles=articles)
    try:
        found = summary(measure(options, _note), options)
    except (RuntimeError, TimeoutError) as error:
        raise click.ClickException(f"nothing measured: {error}") from error
    if keeps:
        _note(f"written to {write(found)}")
    if as_json:
        terminal.emit(found)
    else:
        _show(found)


def _note(text: str) -> None:
    terminal.say(f"{time.strftime('%H:%M:%S')} {text}")


def _show(found: Summary) -> None:
    if found.systems:
        made = terminal.table("system", "articles/s", "tagged/s", "µs of CPU each", "start, s", title="Backlog")
        for name, figures in found.systems.items():
            made.add_row(name, *(f"{figures[each]:,.0f}" for each in COLUMNS), f"{figures['start_seconds']:.1f}")
        terminal.show(made)
    _show_goals(found)
    for name in found.setting["not_installed"]:
        terminal.say(f"{name} was left out: its library is not installed (extra `bench`)")
    terminal.show(", ".join(f"{name} {value}" for name, value in {**found.machine, **found.versions}.items()))


def _show_goals(found: Summary) -> None:
    figures = {"ours to bare Faust (goal 1.0)": found.ratio, "ours to Quix Streams (goal 1.0)": found.quix_ratio,
               "publish to webhook, p50 (goal 20 ms)": found.p50_ms,
               "publish to webhook, p99 (goal 60 ms)": found.p99_ms}  # fmt: skip
    for name, value in figures.items():
        if value is not None:
            terminal.show(f"{name}: {value}")
