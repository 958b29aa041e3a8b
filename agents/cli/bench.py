"""`rasid bench`: how fast it is, measured on this machine. The measuring itself is in bench/."""

import time
from pathlib import Path
from typing import Final

import click

from agents.cli import terminal
from bench import analysis as alone
from bench import kafka_node
from bench.peers import lucene_monitor
from bench.peers.strings import FINDERS, installed
from bench.pipeline import LATENCY, Options, measure
from bench.report import Summary, summary, write
from bench.systems.roster import SYSTEMS
from rasid.errors import RasidError

COLUMNS = ("articles_per_second", "tagged_per_second", "micros")
NAMES = (*(system.name for system in SYSTEMS), LATENCY)


FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(epilog="\b\nExample:\n  rasid bench analysis --size 1000")
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


@bench.command(epilog="""\b
Examples:
  rasid bench analysis
  rasid bench analysis --articles articles.jsonl.gz --watches watches.jsonl.gz --lucene
  rasid bench analysis --articles articles.jsonl.gz --watches watches.jsonl.gz --size 10000 --json""")  # fmt: skip
@click.option(
    "--articles", type=FILE, help="Articles of a .jsonl or .jsonl.gz file instead of those made from the seeds."
)
@click.option("--watches", type=FILE, help="Watches of a .jsonl or .jsonl.gz file instead of the newsroom's.")
@click.option(
    "--size", "sizes", type=click.IntRange(min=1), multiple=True,
    help="With the first so many watches; may be repeated. Without it 1,000, 10,000, 100,000 and all.",
)  # fmt: skip
@click.option("--count", type=click.IntRange(min=1), default=2000, show_default=True, help="Articles, at most.")
@click.option("--lucene", is_flag=True, help="Measure Lucene's Monitor too (java, mvn): two half minutes more a size.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
def analysis(  # noqa: PLR0913 -- one parameter an option
    *, articles: Path | None, watches: Path | None, sizes: tuple[int, ...], count: int, lucene: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Measure the analysis of an article alone, in one process without a broker.

    For each number of watches: the time to fold, tokenise and match with evidence; with topics, entities and encoding;
    memory, loading, and how many phrases were verified. Beside it the peers: Lucene's Monitor where asked for, and with
    the same strings over the raw text ahocorasick_rs, pyahocorasick and spaCy's PhraseMatcher (extra `bench`). Times
    are CPU time of one thread, after one pass that fills the caches.
    """
    lacking = lucene_monitor.missing()
    if lucene and lacking:
        raise RasidError(lacking)
    with terminal.progress("", None) as bar:
        found = alone.measure(alone.Options(articles, watches, sizes, count, lucene), bar.at_step)
    if as_json:
        terminal.emit(found)
    else:
        _show_analysis(found)


ANALYSIS: Final = {
    "watches": "watches", "articles_per_second": "articles/s", "micros_per_article": "µs an article",
    "tagged_micros": "µs with tags", "first_micros": "µs, first pass", "matches_per_article": "matches",
    "verified_per_article": "verified", "load_seconds": "loading, s", "memory_mb": "MB",
}  # fmt: skip


def _show_analysis(found: alone.Measured) -> None:
    made = terminal.table(
        *ANALYSIS.values(), title=f"{found.articles:,} articles of {found.words_per_article:,.0f} words"
    )
    for size in found.sizes:
        figures = [getattr(size, name) for name in ANALYSIS]
        made.add_row(*("-" if each is None else f"{each:,}" for each in figures))
    terminal.show(made)
    _show_peers(found)
    terminal.show(
        f"to fold and tokenise {found.reading_micros} µs, topics and entities {found.tags_micros} µs an article"
    )


def _show_peers(found: alone.Measured) -> None:
    made = terminal.table("watches", "peer", "given", "µs an article", "found", "loading, s", "ours takes, times")
    for size in found.sizes:
        for peer in size.peers:
            figures = (peer.given, peer.micros, peer.found, peer.load_seconds, peer.ratio)
            made.add_row(f"{size.watches:,}", peer.name, *(f"{each:,}" for each in figures))
    terminal.show(made)
    for name in FINDERS:
        if not installed(name):
            terminal.say(f"{name} was left out: its library is not installed (extra `bench`)")
    if not any(peer.name.startswith("Lucene") for size in found.sizes for peer in size.peers):
        terminal.say(lucene_monitor.missing() or "Lucene's Monitor was left out: ask for it with --lucene")


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
