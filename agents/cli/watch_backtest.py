"""`rasid watch backtest`: what a watch would have done on past articles, of files or of the topic `articles.tagged`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from agents import kafka, topics, watch_store
from agents.cli import articles, terminal
from agents.cli.moments import Moment, milliseconds
from agents.cli.watch import AS_JSON, watch
from agents.settings import load
from rasid.backtest import NEW_ID, OLD_ID, Backtest, Report, Samples
from rasid.errors import ConfigError
from rasid.intake import Rejected, read_article
from rasid.watch.marked import pieces
from rasid.watch.parser import parse
from schemas.article import ArticleEvent
from schemas.watch import Watch

EPILOG = """\b
Examples:
  rasid watch backtest 'هدنة OR ceasefire' seeds/articles/*.jsonl
  rasid watch backtest 'عقوبات NEAR/5 نفط' --against sanctions --watches watches.toml archive.jsonl
  rasid watch backtest 'عقوبات NEAR/5 نفط' --against sanctions --topic articles.tagged --since 7d"""
WATCHES = click.Path(exists=True, dir_okay=False, path_type=Path)
BAR = 40  # columns of the longest bar

Past = Iterator[tuple[ArticleEvent, datetime]]


@watch.command(epilog=EPILOG)
@click.argument("query")
@click.argument("files", nargs=-1, metavar="[FILE.. | -]", type=articles.FILE)
@click.option("--topic", type=click.Choice(["articles.tagged", "articles"]), help="Read the broker's articles.")
@click.option("--since", type=Moment(), default="7d", show_default=True, help="From when on, for --topic.")
@click.option("--against", metavar="ID|QUERY", help="Compare with this watch as it is now, or with another query.")
@click.option("--watches", type=WATCHES, help="Where --against and search: find watches; without it, the watchlist.")
@click.option("--translate/--no-translate", default=True, help="Whether plain terms also fire on the other language.")
@AS_JSON
def backtest(  # noqa: PLR0913, PLR0917 -- one parameter an option
    query: str, files: tuple[Path, ...], topic: str | None, since: datetime, against: str | None, watches: Path | None,
    *, translate: bool, as_json: bool,
) -> int:  # fmt: skip
    """Say what QUERY would have done on past articles; exits with 1 where nothing matches."""
    if bool(files) is bool(topic):
        raise ConfigError("name files of articles, or --topic articles.tagged, one of the two")
    known = _known(watches, against, query)
    former = None if against is None else known.get(against) or Watch(OLD_ID, against)
    test = Backtest(Watch(NEW_ID, query, translate=translate), former, known.values())
    for each in (query, against or ""):
        parse(each) if each and each not in known else None
    if test.faulty:
        raise ConfigError("; ".join(test.faulty.values()))
    with terminal.progress("articles", None) as bar:
        for article, arrived_at in _of_topic(topic, since) if topic else _of_files(files):
            test.read(article, arrived_at)
            bar.step()
    report = test.report()
    if as_json:
        samples = {
            "samples": _plain(test.samples),
            "gained_samples": _plain(test.gained),
            "lost_samples": _plain(test.lost),
        }
        terminal.emit({**_fields(report), **samples})
    else:
        _show(report, test)
    return 0 if report.matches else 1


def _known(file: Path | None, against: str | None, query: str) -> dict[str, Watch]:
    """The watches that may be referred to; the broker is asked only where something refers to one."""
    if file is not None:
        return {each.id: each for each in watch_store.load(file)}
    is_id = against is not None and against.isascii() and " " not in against and ":" not in against
    return watch_store.read(load()) if is_id or "search:" in query else {}


def _of_files(files: tuple[Path, ...]) -> Past:
    now = datetime.now(UTC)
    yield from ((article, now) for _, article in articles.events(files))


def _of_topic(topic: str, since: datetime) -> Past:
    settings = load()
    name = (topics.TAGGED if topic == "articles.tagged" else topics.ARTICLES).name(settings)
    for record in kafka.stored(settings, name, milliseconds(since)):
        article = read_article(record.value, record.key)
        if not isinstance(article, Rejected):  # it is among the dead letters
            yield article, datetime.fromtimestamp(record.timestamp / 1000, UTC)


def _fields(report: Report) -> dict[str, object]:
    return {name: getattr(report, name) for name in Report.__slots__} | {
        "days": {day.isoformat(): count for day, count in report.days.items()}
    }


def _plain(samples: Samples) -> list[object]:
    return [sample for _, sample in samples.kept]


def _show(report: Report, test: Backtest) -> None:
    share = 100 * report.matches / max(1, report.articles)
    terminal.show(
        f"{report.matches:,} of {report.articles:,} articles match ({share:.1f} %), {report.stories:,} stories, "
        f"{report.alerts:,} alerts: {report.alerts_per_day:g} a day"
    )
    most = max(report.days.values(), default=0) or 1
    for day, count in report.days.items():
        terminal.show(f"{day}  {'█' * round(BAR * count / most):{BAR}}  {count:,}")
    for title, counted in (("source", report.sources), ("term", report.terms)):
        terminal.show(terminal.rows(terminal.table(title, "matches"), ([name, f"{n:,}"] for name, n in counted)))
    if report.gained is not None:
        terminal.show(f"against the present watch: {report.gained:,} gained, {report.lost:,} lost")
        _show_samples("gained", test.gained)
        _show_samples("lost", test.lost)
    _show_samples("sample", test.samples)


def _show_samples(title: str, samples: Samples) -> None:
    for article, sample in samples.kept:
        terminal.show_line(f"{title}: {sample.uri}  {sample.source or ''}", "dim")
        for field, parts in pieces(article, sample.evidence):
            marked = "".join(f"[{text}]" if hit else text for text, hit in parts)
            terminal.show_line(f"  {field}: {marked}")
