"""articles ──▶ articles.tagged and matches: one reading an article tags it and finds the watches it matches.

It is read in another process (analysts.py); here what came of it is sent.
"""

import functools
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from aiokafka import ConsumerRecord

from agents import analysts, batching, dead_letters, metrics, recogniser, sending, topics
from agents.analyst_messages import Made, Record, Refused
from agents.analysts import Analysts
from agents.app import App
from agents.fired import Fired
from agents.sending import Outgoing
from agents.settings import Settings
from agents.watchlist import Watchlist
from rasid.intake import Rejected, decode
from rasid.tag import neural, sequence
from rasid.tag.tagger import TAGGERS
from schemas.dead_letter import Reason, Step

log = logging.getLogger(__name__)


class _Named(msgspec.Struct):
    """What is read of an article that has no key."""

    uri: str


NAMED: Final = msgspec.json.Decoder(_Named)


class Tagging:
    """What records of `articles` become."""

    def __init__(self, analysts: Analysts, watchlist: Watchlist, fired: Fired, settings: Settings) -> None:
        self._analysts, self._watchlist, self._fired = analysts, watchlist, fired
        self._settings = settings
        self._tagged = topics.TAGGED.name(settings)
        self._matches = topics.MATCHES.name(settings)

    async def outgoing(self, records: batching.Records) -> list[Outgoing]:
        """The messages made from records."""
        made, standings = await self._analysts.read([self._asked(record) for record in records])
        for standing in standings:
            self._watchlist.note(standing)
        return [message for pair in zip(records, made, strict=True) for message in self._messages(*pair)]

    def _asked(self, record: ConsumerRecord) -> Record:
        stood = self._fired.of(_uri(record)) if self._fired else ()
        return Record(record.key, record.value, record.timestamp, sorted(stood))

    def _messages(self, record: ConsumerRecord, made: Made | Refused) -> Iterator[Outgoing]:
        """A tagged article and its matches, or a dead letter."""
        if isinstance(made, Refused):
            yield self._letter(record, made)
            return
        metrics.ARTICLES.inc()
        metrics.MATCHES.inc(len(made.matches))
        yield Outgoing(self._tagged, made.uri.encode(), made.tagged)
        for watch_id, match in (*made.matches, *made.gone):
            yield Outgoing(self._matches, watch_id.encode(), match)

    def _letter(self, record: ConsumerRecord, why: Refused) -> Outgoing:
        reason = Reason(why.reason)
        if reason is Reason.INTERNAL:
            log.error("the article at %s:%d could not be analysed: %s", record.partition, record.offset, why.detail)
        metrics.DEAD_LETTERS.labels(Step.TAG, reason).inc()
        return dead_letters.letter(self._settings, Step.TAG, reason, why.detail, record, datetime.now(UTC))


def _uri(record: ConsumerRecord) -> str:
    """The uri of an article, by its key where it has one; empty where it cannot be read."""
    if record.key is not None:
        return str(record.key, "utf-8", "replace")
    named = decode(NAMED, record.value)
    return "" if isinstance(named, Rejected) else named.uri


def register(app: App, settings: Settings) -> None:
    """Adds the agent, and the watchlist it works by. Raises ConfigError where the tagger of names is not there."""
    if settings.names_by == neural.TAGGER:
        recogniser.check()
    for name in TAGGERS:
        metrics.TAGGER_ON.labels(name).set(1)
    for name in (sequence.TAGGER, neural.TAGGER):
        metrics.TAGGER_ON.labels(name).set(name == settings.names_by)
    readers = Analysts(analysts.number(settings))
    app.readiness.add("analysis", readers.waiting)
    app.early.append(readers.run)  # it reads the lexicon while the worker joins its group
    watchlist = Watchlist(readers, settings)
    app.readiness.add("watchlist", watchlist.waiting)
    app.readiness.tell("watchlist_revision", lambda: watchlist.revision)
    app.task(watchlist.run)
    app.task(watchlist.announce)
    fired = Fired(settings)
    app.task(fired.run)
    tagging = Tagging(readers, watchlist, fired, settings)

    @app.agent(batching.topic(app, topics.ARTICLES.name(settings)), name="tag")
    async def tag(stream: Any) -> None:
        await watchlist.caught_up.wait()
        async with sending.Pipeline(app, stream.ack) as pipeline:
            async for event in stream.noack().events():
                made = tagging.outgoing(event.value)
                await pipeline.send_made(event, made, functools.partial(_observe, event.value))


def _observe(records: batching.Records) -> None:
    now = datetime.now(UTC).timestamp()
    for record in records:
        metrics.PUBLISH_TO_TAGGED.observe(max(0.0, now - record.timestamp / 1000))
