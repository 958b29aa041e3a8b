"""`rasid publish`: articles from files or standard input onto the topic `articles`."""

import gzip
import hashlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple

import click
import msgspec

from agents import kafka, topics
from agents.cli import terminal
from agents.sending import Outgoing
from agents.settings import load
from rasid.errors import RasidError
from schemas.article import ArticleEvent

ARTICLE: Final = msgspec.json.Decoder(ArticleEvent)
EPILOG = """\b
Example:
  rasid publish articles.jsonl
  rasid publish --rate 200 monday.jsonl.gz tuesday.jsonl
  echo '{"uri": "urn:x:1", "title": "محادثات ثلاثية في أبوظبي"}' | rasid publish -"""


class UnfitError(ValueError):
    """A line that is no article: why."""


class Line(NamedTuple):
    """One article to be: where it stands, its bytes and its key."""

    place: str
    value: bytes
    key: bytes | None


@click.command(epilog=EPILOG)
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE.. | -", type=click.Path(path_type=Path, allow_dash=True)
)
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
    missing = [str(file) for file in files if str(file) != "-" and not file.is_file()]
    if missing:
        raise click.UsageError(f"no such file: {', '.join(missing)}")
    settings = load()
    began = time.monotonic()
    sent, skipped = 0, 0
    with kafka.Publisher(settings) as publisher, terminal.progress("publishing", None) as bar:
        topic = topics.ARTICLES.name(settings)
        for line in _paced(_lines(files, uri), rate):
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


def _lines(files: tuple[Path, ...], uri: str | None) -> Iterator[Line]:
    for file in files:
        if file.suffix == ".txt":
            yield _text(file, uri)
            continue
        with _opened(file) as stream:
            for number, value in enumerate(stream, 1):
                value = value.rstrip(b"\r\n")  # noqa: PLW2901
                if value:
                    yield Line(f"{file}:{number}", value, _uri(value))


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    try:
        if str(file) == "-":
            yield sys.stdin.buffer
        elif file.suffix == ".gz":
            with gzip.open(file) as stream:
                yield stream  # type: ignore[misc]  # it reads bytes as any file does
        else:
            with file.open("rb") as stream:
                yield stream
    except (OSError, EOFError) as error:
        raise RasidError(f"{str(file)!r} cannot be read: {error}") from error


class _Identity(msgspec.Struct):
    uri: str


def _uri(value: bytes) -> bytes | None:
    """The key of a line, even of one that is otherwise no article; None where it has no uri."""
    try:
        return msgspec.json.decode(value, type=_Identity).uri.encode()
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _checked(line: Line) -> Line:
    """The line, if it reads as an ArticleEvent with text; raises UnfitError otherwise."""
    try:
        article = ARTICLE.decode(line.value)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UnfitError(str(error)) from error
    if not (article.title.strip() or article.body.strip()):
        raise UnfitError("neither title nor body has text")
    return line


def _text(file: Path, uri: str | None) -> Line:
    """A plain text as an article."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RasidError(f"{str(file)!r} cannot be read as UTF-8 text: {error}") from error
    title, _, body = text.strip().partition("\n")
    identity = uri or f"urn:rasid:text:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    event = ArticleEvent(uri=identity, title=title.strip(), body=body.strip())
    return Line(str(file), msgspec.json.encode(event), identity.encode())
