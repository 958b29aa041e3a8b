"""Dead letters: how an agent puts a record aside, and how a command reads one and sends it back.

Original key and bytes are kept as they were; why and from where stands in headers, named in schemas/dead_letter.py.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from agents import kafka, topics
from agents.sending import Outgoing
from agents.settings import Settings
from schemas.dead_letter import HEADER_PREFIX, DeadLetter, Reason, Step

MAX_DETAIL: Final = 1000  # characters: a detail quotes what was wrong, not the article


class Record(Protocol):
    """A record as aiokafka and kafka-python both give it."""

    topic: str
    partition: int
    offset: int
    key: Any
    value: Any
    headers: Any


def letter(  # noqa: PLR0913, PLR0917  # what a dead letter consists of
    settings: Settings, step: Step, reason: Reason, detail: str, record: Record, now: datetime
) -> Outgoing:
    """The message that puts `record` aside, with the headers it had; `now` is aware. Counting is left to the agent."""
    about = {
        "step": str(step),
        "reason": str(reason),
        "detail": detail[:MAX_DETAIL],
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "time": now.isoformat(),
    }
    headers = [(HEADER_PREFIX + name, text.encode("utf-8", "backslashreplace")) for name, text in about.items()]
    headers += original_headers(record)
    return Outgoing(topics.DEAD_LETTERS.name(settings), record.key, record.value, headers)


def original_headers(record: Record) -> list[tuple[str, bytes]]:
    """A record's headers without those that are ours."""
    return [(name, value or b"") for name, value in record.headers or () if not name.startswith(HEADER_PREFIX)]


@dataclass(frozen=True)
class Stored:
    """A dead letter as it stands on its topic. `id` is how commands name it: partition and offset there."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    about: DeadLetter

    @property
    def id(self) -> str:
        """`partition:offset`."""
        return f"{self.partition}:{self.offset}"

    def back(self, mended: bytes | None = None) -> Outgoing:
        """The message that returns it to where it came from, with its own bytes or mended ones."""
        return Outgoing(self.about.topic, self.key, self.value if mended is None else mended, self.headers)


def read(record: Record) -> Stored:
    """The dead letter in a record of its topic; raises ValueError for one that is not ours."""
    found = {name: _text(value) for name, value in record.headers or () if name.startswith(HEADER_PREFIX)}
    try:
        about = DeadLetter(
            step=Step(found["rasid-step"]),
            reason=Reason(found["rasid-reason"]),
            detail=found["rasid-detail"],
            topic=found["rasid-topic"],
            partition=int(found["rasid-partition"]),
            offset=int(found["rasid-offset"]),
            time=found["rasid-time"],
            headers={name: _text(value) for name, value in original_headers(record)},
        )
    except KeyError as error:
        raise ValueError(f"the header {error} is missing") from error
    return Stored(record.partition, record.offset, record.key, record.value, original_headers(record), about)


def _text(value: bytes | None) -> str:
    return (value or b"").decode("utf-8", "backslashreplace")


@dataclass(frozen=True)
class Filter:
    """Which dead letters are meant; None means any."""

    step: Step | None = None
    reason: Reason | None = None
    topic: str | None = None

    def accepts(self, stored: Stored) -> bool:
        """Whether a letter is among them."""
        wanted = (self.step, self.reason, self.topic)
        found = (stored.about.step, stored.about.reason, stored.about.topic)
        return all(want is None or want == have for want, have in zip(wanted, found, strict=True))


def stored(
    settings: Settings, which: Filter, since_ms: int | None = None, unreadable: Callable[[str], None] | None = None
) -> Iterator[Stored]:
    """The dead letters that the topic holds, oldest first within a partition. `unreadable` is told of foreign ones."""
    name = topics.DEAD_LETTERS.name(settings)
    for record in kafka.stored(settings, name, since_ms):
        try:
            found = read(record)
        except ValueError as error:
            if unreadable is not None:
                unreadable(f"{name} {record.partition}:{record.offset} is no dead letter of ours: {error}")
            continue
        if which.accepts(found):
            yield found


def at(settings: Settings, places: Iterable[tuple[int, int]]) -> Iterator[Stored]:
    """The dead letters at these partitions and offsets; raises RasidError where one is not there."""
    for partition, offset in places:
        yield read(kafka.record_at(settings, topics.DEAD_LETTERS.name(settings), partition, offset))
