"""articles ──▶ articles.tagged and matches: one reading an article tags it and finds the watches it matches."""

import functools
import gc
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from aiokafka import ConsumerRecord

from agents import batching, dead_letters, metrics, sending, topics
from agents import recogniser as recognisers
from agents.app import App
from agents.fired import Fired
from agents.recogniser import Recogniser
from agents.sending import Outgoing
from agents.settings import Settings
from agents.watchlist import Watchlist
from rasid.analysis import Analysed, Analysis, arrival
from rasid.intake import Rejected, read_article
from rasid.tag import neural, sequence
from rasid.tag.tagger import TAGGERS
from schemas.dead_letter import Reason, Step

log = logging.getLogger(__name__)
ENCODER: Final = msgspec.json.Encoder()


class Tagging:
    """What one record of `articles` becomes."""

    def __init__(
        self, analysis: Analysis, fired: Fired, settings: Settings, recogniser: Recogniser | None = None
    ) -> None:
        self._analysis, self._fired, self._recogniser = analysis, fired, recogniser
        self._settings = settings
        self._tagged = topics.TAGGED.name(settings)
        self._matches = topics.MATCHES.name(settings)

    async def outgoing(self, records: batching.Records) -> list[Outgoing]:
        """The messages made from records."""
        return [message for record in records for message in self._made(record, await self._read(record))]

    def _made(self, record: ConsumerRecord, found: Analysed | Rejected) -> Iterator[Outgoing]:
        """A tagged article and its matches, or a dead letter."""
        if isinstance(found, Rejected):
            yield self._letter(record, found)
            return
        metrics.ARTICLES.inc()
        yield Outgoing(self._tagged, found.tagged.uri.encode(), ENCODER.encode(found.tagged))
        for match in found.matches:
            metrics.MATCHES.inc()
            yield Outgoing(self._matches, match.watch.id.encode(), ENCODER.encode(match))
        stood = self._fired.of(found.tagged.uri)
        for match in self._analysis.gone(found, stood) if stood else ():
            yield Outgoing(self._matches, match.watch.id.encode(), ENCODER.encode(match))

    async def _read(self, record: ConsumerRecord) -> Analysed | Rejected:
        arrived_at = arrival(record.timestamp)
        try:
            if self._recogniser:
                return await self._recognised(record, arrived_at, self._recogniser)
            return self._analysis.read(record.value, record.key, arrived_at)
        except Exception as error:  # our own fault, and of this record alone: the others go on
            log.exception("an article at %s:%d could not be analysed", record.partition, record.offset)
            return Rejected(Reason.INTERNAL, f"{type(error).__name__}: {error}")

    async def _recognised(
        self, record: ConsumerRecord, arrived_at: datetime, recogniser: Recogniser
    ) -> Analysed | Rejected:
        article = read_article(record.value, record.key)
        if isinstance(article, Rejected):
            return article
        begun = self._analysis.begin(article, arrived_at)
        return self._analysis.finish(
            begun, await recogniser.names(begun) if self._analysis.wants_names(begun) else None
        )

    def _letter(self, record: ConsumerRecord, why: Rejected) -> Outgoing:
        metrics.DEAD_LETTERS.labels(Step.TAG, why.reason).inc()
        return dead_letters.letter(self._settings, Step.TAG, why.reason, why.detail, record, datetime.now(UTC))


def register(app: App, settings: Settings) -> None:
    """Adds the agent, and the watchlist it works by. Raises ConfigError where the tagger of names is not there."""
    gc.disable()  # the lexicon is a million objects that never go: the collector need not walk them again and again
    tagger = sequence.own() if settings.names_by == sequence.TAGGER else None
    analysis = Analysis(sequence=tagger, sequence_for_all=settings.ner == "all")
    recogniser = recognisers.opened() if settings.names_by == neural.TAGGER else None
    gc.freeze()
    gc.enable()
    for name in TAGGERS:
        metrics.TAGGER_ON.labels(name).set(1)
    for name in (sequence.TAGGER, neural.TAGGER):
        metrics.TAGGER_ON.labels(name).set(name == settings.names_by)
    watchlist = Watchlist(analysis.book, settings)
    app.readiness.add("watchlist", watchlist.waiting)
    app.readiness.tell("watchlist_revision", lambda: watchlist.revision)
    app.task(watchlist.run)
    app.task(watchlist.announce)
    fired = Fired(settings)
    app.task(fired.run)
    tagging = Tagging(analysis, fired, settings, recogniser)

    @app.agent(batching.topic(app, topics.ARTICLES.name(settings)), name="tag")
    async def tag(stream: Any) -> None:
        await watchlist.caught_up.wait()
        async with sending.Pipeline(app, stream.ack) as pipeline:
            async for event in stream.noack().events():
                made = await tagging.outgoing(event.value)
                await pipeline.send(event, made, functools.partial(_observe, event.value))


def _observe(records: batching.Records) -> None:
    now = datetime.now(UTC).timestamp()
    for record in records:
        metrics.PUBLISH_TO_TAGGED.observe(max(0.0, now - record.timestamp / 1000))
