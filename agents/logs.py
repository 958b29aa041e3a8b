"""How the service logs: one line a record on standard error, as text or JSON, without secrets and without full URLs.

Libraries' chatter is held at warnings; what is logged is left to the modules.
"""

import logging
import re
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final, TextIO

import orjson

from agents.settings import Settings

HIDDEN: Final = "***"
# Of a URL, scheme, host and port stay; user, path and query may be secrets (webhook addresses are).
URL: Final = re.compile(
    r"\b([a-z][a-z0-9+.-]{1,20}://)(?:[^\s/@\"'<>]*@)?([^\s/?#\"'<>]*)([/?#][^\s\"'<>]*)?", re.IGNORECASE
)
SIGNING_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/=_-]+")  # Standard Webhooks' form
# Faust and mode report each of their dozens of services at INFO, the clients of Kafka each connection.
# A commit every 0.1 s overlaps the next one whenever the machine is busy, which mode's timers warn of each time.
SILENT: Final = ("kafka", "mode.timers")  # kafka-python logs as errors what it raises as well
REPEATS: Final = (
    "aiokafka"  # while a broker is away its clients complain 4,000 times a second, which are 20 MB a minute
)
REPEAT_SECONDS: Final = 10.0  # between lines that differ in no more than what is filled in
QUIET: Final = ("faust", "mode", "aiokafka", "asyncio", "aiohttp.access", "camel_tools", "urllib3")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` with the given secrets, webhook signing secrets, and all of URLs but scheme, host and port hidden."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN) if secret else text
    text = SIGNING_SECRET.sub("whsec_" + HIDDEN, text)
    return URL.sub(lambda found: f"{found[1]}{found[2]}{'/' + HIDDEN if (found[3] or '/') != '/' else ''}", text)


class TextFormatter(logging.Formatter):
    """`2026-11-23T10:00:00.123Z INFO agents.app: message`, with the traceback below."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self.secrets = tuple(secrets)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        """The record's time in UTC, RFC 3339 with milliseconds."""
        return moment(record)

    def format(self, record: logging.LogRecord) -> str:
        """The whole line, redacted, tracebacks too."""
        return redact(super().format(record), self.secrets)


class JsonFormatter(TextFormatter):
    """One JSON object a line: time, level, logger, message, and exception where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The object, each string redacted."""
        line = {
            "time": moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage(), self.secrets),
        }
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info), self.secrets)
        return orjson.dumps(line).decode()


class StandardError(logging.Handler):
    """Writes to what is standard error at the time: a program that runs commands may exchange or close it."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line or several, at once."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except (OSError, ValueError):  # a pipe that is closed, or a file
            self.handleError(record)


class Repeats:
    """A filter that lets what Kafka's client says again and again through now and then, with how often it was said."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._said: dict[tuple[str, str], tuple[float, int]] = {}  # when a line was last let through, and those since

    def __call__(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if not record.name.startswith(REPEATS):
            return True
        what, now = (record.name, str(record.msg)), self._now()
        before, kept_back = self._said.get(what, (-REPEAT_SECONDS, 0))
        if now - before < REPEAT_SECONDS:
            self._said[what] = before, kept_back + 1
            return False
        self._said[what] = now, 0
        if kept_back:
            record.msg, record.args = f"{record.getMessage()} (and {kept_back} times since it was last written)", ()
        return True


def moment(record: logging.LogRecord) -> str:
    """When the record was made, RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Sets the root logger up, in place of whatever was there.

    The root's level is set, not left at DEBUG as Faust's spinner does: creating records that nobody sees costs a tenth
    of a worker's speed.
    """
    handler = logging.StreamHandler(stream) if stream else StandardError()
    formatter = JsonFormatter if settings.log_format == "json" else TextFormatter
    handler.setFormatter(formatter(settings.secrets))
    handler.addFilter(_is_no_chatter)
    handler.addFilter(Repeats())
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(level=level, handlers=[handler], force=True)
    hush(level)


def hush(level: int = logging.WARNING) -> None:
    """Holds libraries' chatter at warnings, unless all is asked for (`level` DEBUG)."""
    for names, least in ((QUIET, logging.WARNING), (SILENT, logging.CRITICAL)):
        for name in names:
            logging.getLogger(name).setLevel(logging.DEBUG if level == logging.DEBUG else least)


def _is_no_chatter(record: logging.LogRecord) -> bool:
    """False for what a mode service says in its life ("[^--Consumer]: Starting..."), by its module's name."""
    return record.levelno != logging.INFO or not record.getMessage().startswith("[^")
