"""`rasid publish`: articles from files or standard input onto the topic `articles`."""

import time
from collections.abc import Iterator
from pathlib import Path

import click

from agents import kafka, topics
from agents.cli import articles, terminal
from agents.cli.articles import Line
from agents.sending import Outgoing
from agents.settings import load
from rasid.intake import Rejected, read_article

EPILOG = """\b
Example:
  rasid publish articles.jsonl
  rasid publish --rate 200 monday.jsonl.gz tuesday.jsonl
  echo '{"uri": "urn:x:1", "title": "محادثات ثلاثية في أبوظبي"}' | rasid publish -"""


class UnfitError(ValueError):
    """A line that is no article: why."""


@click.command(epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, metavar="FILE.. | -", type=articles.FILE)
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), metavar="N", help="At most N articles a second.")
@click.option("--raw", is_flag=True, help="Send lines as they are, unchecked: for trying what becomes of bad ones.")
@click.option("--uri", help="The uri of the article in a .txt file; else a hash of its text.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as a JSON object.")
def publish(files: tuple[Path, ...], *, rate: float | None, raw: bool, uri: str | None, as_json: bool) -> int:
    """Put articles on Kafka and wait until the broker has them all.

    FILE is .jsonl of ArticleEvents (also .gz), or .txt: its first line is the title, the rest the body. `-` reads
    .jsonl from standard input. A line that is no ArticleEvent is reported and skipped, and the command ends with 2.
    """
    texts = [file for file in files if file.suffix == ".txt"]
    if uri and (len(texts) != 1 or len(files) != 1):
        raise click.UsageError("--uri names the article of one .txt file: give exactly that file")
    articles.present(files)
    settings = load()
    began = time.monotonic()
    sent, skipped = 0, 0
    with kafka.Publisher(settings) as publisher, terminal.progress("publishing", None) as bar:
        topic = topics.ARTICLES.name(settings)
        for line in _paced(articles.lines(files, uri), rate):
            try:
                checked = line if raw else _checked(line)
            except UnfitError as error:
                terminal.complain(f"{line.place}: skipped: {error}")
                skipped += 1
                continue
            publisher.send(Outgoing(topic, checked.key, checked.value))
            sent += 1
            bar.step()
    _report(sent, skipped, time.monotonic() - began, topic, as_json=as_json)
    return 2 if skipped else 0


def _report(sent: int, skipped: int, seconds: float, topic: str, *, as_json: bool) -> None:
    if as_json:
        terminal.emit({"published": sent, "skipped": skipped, "seconds": round(seconds, 3), "topic": topic})
    else:
        also = f", {skipped} skipped" if skipped else ""
        terminal.say(f"published {sent} to {topic!r} in {seconds:.1f} s{also}")


def _paced(lines: Iterator[Line], rate: float | None) -> Iterator[Line]:
    """The lines, none before its time: a late one does not delay those after it."""
    if rate is None:
        yield from lines
        return
    began = time.monotonic()
    for number, line in enumerate(lines):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        yield line


def _checked(line: Line) -> Line:
    """The line, if a worker would read it; raises UnfitError otherwise."""
    read = read_article(line.value, line.key)
    if isinstance(read, Rejected):
        raise UnfitError(read.detail)
    return line
