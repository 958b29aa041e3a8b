"""What a worker and its analysis processes say to each other: a length of 4 bytes, then MessagePack.

Each question has one answer, in the order of the questions.

Articles and matches go as the bytes that Kafka carries, so that each is read and written once.
"""

from typing import Any, Final

import msgspec
from msgspec import Struct

LENGTH_BYTES: Final = 4


class Record(Struct, array_like=True, frozen=True):
    """A record of `articles`. `stood`: the watches for which an earlier version of the article fired."""

    key: bytes | None
    value: bytes | None
    timestamp_ms: int
    stood: list[str] = []


class Articles(Struct, array_like=True, tag="articles", frozen=True):
    """Analyse these; the answer is `Read`."""

    records: list[Record]


class Change(Struct, array_like=True, frozen=True):
    """A record of `watches`: key and value."""

    key: bytes | None
    value: bytes | None


class Changes(Struct, array_like=True, tag="changes", frozen=True):
    """Apply these to the book, one after the other; the answer is `Standing`. `bulk`: more are to come at once."""

    records: list[Change]
    bulk: bool = False


class Settled(Struct, array_like=True, tag="settled", frozen=True):
    """The book is as it will be for long; the answer is `Standing`."""


class Made(Struct, array_like=True, tag="made", frozen=True):
    """What an article became: the tagged article; its matches, and those that are so no more, each by watch id."""

    uri: str
    tagged: bytes
    matches: list[tuple[str, bytes]]
    gone: list[tuple[str, bytes]]


class Refused(Struct, array_like=True, tag="refused", frozen=True):
    """Why an article could not be read, as `rasid.intake.Rejected` has it."""

    reason: str
    detail: str


class Standing(Struct, array_like=True, tag="standing", frozen=True):
    """How the book stands. `faults` counts watches by reason; `refused` says of those just changed why they are not in
    force.
    """

    enabled: int
    disabled: int
    faulty: int
    always: int
    faults: dict[str, int]
    refused: dict[str, str] = {}


class Read(Struct, array_like=True, tag="read", frozen=True):
    """What each record became, in order; `standing` where watches gave up on articles since the last word."""

    made: list[Made | Refused]
    standing: Standing | None = None


class Ready(Struct, array_like=True, tag="ready", frozen=True):
    """The first word of a process, which nobody asked for: it has loaded what it needs."""

    pid: int


Question = Articles | Changes | Settled
Answer = Read | Standing | Ready
QUESTION: Final[msgspec.msgpack.Decoder[Question]] = msgspec.msgpack.Decoder(Question)
ANSWER: Final[msgspec.msgpack.Decoder[Answer]] = msgspec.msgpack.Decoder(Answer)
_ENCODER: Final = msgspec.msgpack.Encoder()


def framed(message: Any) -> bytes:
    """A message with its length before it."""
    body = _ENCODER.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body
