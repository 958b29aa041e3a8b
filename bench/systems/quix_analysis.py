"""Quix Streams calling the same analysis with the same watches, and sending the same records.

Articles become tagged articles and matches; matches become stories and alerts. Nothing is delivered, and stories are
not read back at the start: both would come on top.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from quixstreams import Application
from quixstreams.models.serializers.simple_types import BytesSerializer

from bench.articles import analysis
from bench.systems import job
from rasid.alert.story import StoryBook
from rasid.analysis import Analysed, arrival
from schemas.watch_match import WatchMatch

ENCODE = msgspec.json.Encoder().encode
MATCH = msgspec.json.Decoder(WatchMatch)
TAGGED, MATCHES, STORIES, ALERTS = job.OUT, *os.environ["BENCH_MORE"].split(",")


class Outgoing(NamedTuple):
    """A record to send."""

    topic: str
    key: bytes
    value: bytes


class ValueOf(BytesSerializer):
    """Sends an Outgoing's value."""

    def __call__(self, value: Any, ctx: Any) -> bytes:  # noqa: ARG002
        """The bytes to send."""
        sent: bytes = value.value
        return sent


reader, book = analysis(), StoryBook()


def read(value: bytes, key: bytes, timestamp: int, _headers: object) -> Iterator[Outgoing]:
    """What an article becomes."""
    found = reader.read(value, key, arrival(timestamp))
    if not isinstance(found, Analysed):
        raise RuntimeError(f"unreadable article {key!r}: {found}")  # noqa: TRY004  # no wrong type
    yield Outgoing(TAGGED, found.tagged.uri.encode(), ENCODE(found.tagged))
    for match in found.matches:
        yield Outgoing(MATCHES, match.watch.id.encode(), ENCODE(match))


def decide(value: bytes) -> Iterator[Outgoing]:
    """What a match becomes."""
    change = book.take(MATCH.decode(value), datetime.now(UTC))
    if change is not None:
        yield Outgoing(STORIES, change.story.id.encode(), ENCODE(book.settle(change, told=True)))
        if change.alert is not None:
            yield Outgoing(ALERTS, change.alert.watch.id.encode(), ENCODE(change.alert))


def main() -> None:
    """Runs until SIGTERM."""
    app = Application(
        broker_address=job.BROKER,
        consumer_group=job.GROUP,
        auto_offset_reset="earliest",
        processing_guarantee="at-least-once",
        commit_interval=job.COMMIT_SECONDS,
        auto_create_topics=False,
        use_changelog_topics=False,
        state_dir=job.SCRATCH,
        consumer_extra_config={"fetch.queue.backoff.ms": 100},  # with librdkafka's 1000 it stops for a second at a time
    )
    incoming: dict[str, Any] = {"key_deserializer": "bytes", "value_deserializer": "bytes"}
    outgoing: dict[str, Any] = {"key_serializer": "bytes", "value_serializer": ValueOf()}
    out = {name: app.topic(name, **outgoing) for name in (TAGGED, STORIES, ALERTS)}
    out[MATCHES] = app.topic(MATCHES, **incoming, **outgoing)

    def send(frame: Any) -> None:
        frame.to_topic(lambda made, *_: out[made.topic], key=lambda made: made.key)

    send(app.dataframe(app.topic(job.IN, **incoming)).apply(read, expand=True, metadata=True))
    send(app.dataframe(out[MATCHES]).apply(decide, expand=True))
    app.run()


if __name__ == "__main__":
    main()
