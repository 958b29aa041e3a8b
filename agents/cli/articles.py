"""Articles from the files and pipes that commands are given: a line each, as it stands or read."""

import gzip
import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple

import click
import msgspec

from rasid.errors import ConfigError, RasidError
from rasid.intake import Rejected, read_article
from schemas.article import ArticleEvent

FILE: Final = click.Path(path_type=Path, allow_dash=True)


class Line(NamedTuple):
    """One article to be: where it stands, its bytes and its key."""

    place: str
    value: bytes
    key: bytes | None


def present(files: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files, or a UsageError that names those that are not there; `-` is standard input."""
    missing = [str(file) for file in files if str(file) != "-" and not file.is_file()]
    if missing:
        raise click.UsageError(f"no such file: {', '.join(missing)}")
    return files


def lines(files: tuple[Path, ...], uri: str | None = None) -> Iterator[Line]:
    """The articles of .jsonl files (also .gz, `-` for standard input) and .txt files.

    A .txt file is one article: its first line is the title, and its uri is `uri` or a hash of its text. Raises
    RasidError where a file cannot be read.
    """
    for file in files:
        if file.suffix == ".txt":
            yield _text(file, uri)
            continue
        with opened(file) as stream:
            for number, value in enumerate(stream, 1):
                value = value.rstrip(b"\r\n")  # noqa: PLW2901
                if value.strip():
                    yield Line(f"{file}:{number}", value, _uri(value))


def events(files: tuple[Path, ...]) -> Iterator[tuple[str, ArticleEvent]]:
    """The articles of files, each with its place. Raises ConfigError for a line that is none."""
    for line in lines(present(files)):
        article = read_article(line.value, line.key)
        if isinstance(article, Rejected):
            raise ConfigError(f"{line.place}: {article.reason}: {article.detail}")
        yield line.place, article


@contextmanager
def opened(file: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unzipped where its name ends in .gz; `-` is standard input."""
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
