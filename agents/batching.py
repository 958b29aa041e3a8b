"""One Faust event for each partition of each fetch: `install(app)` once, then `topic(app, name)` where it is wanted.

An agent of such a topic gets `Records`, the messages of one partition in order, still undecoded. Other topics (tables,
changelogs) are read as before, but every commit follows the rule of accounts.py. Deciding, sending and acknowledging
are left to the agent; sending.py has the sends.

    @app.agent(batching.topic(app, "articles"))
    async def tag(stream):
        async with sending.Pipeline(app, stream.ack) as pipeline:
            async for event in stream.noack().events():
                await pipeline.send(event, made_from(event.value))  # acknowledged once the broker has all of it

One agent a topic. Not for batched topics: joins, windows, `group_by`, `take`, `stream.items()`, topic patterns.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from weakref import WeakSet

import faust
from aiokafka import AIOKafkaProducer
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage, EventT, Message, TopicT
from mode.utils.futures import notify

from agents.accounts import Account
from agents.batches import Batches, BatchMessage, BatchMonitor, Records, batched
from agents.loop_consumer import ConsumerInLoop
from agents.pins import check_versions
from agents.reconnect import unhurried

__all__ = ["BatchMonitor", "Batches", "Consumer", "Records", "Transport", "install", "is_owed", "topic"]


class Producer(driver.Producer):
    """Faust's producer, which takes its time while no broker can be reached."""

    def _new_producer(self, transactional_id: str | None = None) -> AIOKafkaProducer:
        producer = super()._new_producer(transactional_id)
        unhurried(producer.client)
        return producer


class Consumer(driver.Consumer):
    """Wraps fetched records into events, and commits by the rule of accounts.py."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._batches: dict[str, Batches] = {}
        self._accounts: defaultdict[TP, Account] = defaultdict(Account)
        self._deferred: WeakSet[Message] = WeakSet()  # held by agents of deferred topics while others are waited for

    def _new_consumer_thread(self) -> ConsumerInLoop:
        return ConsumerInLoop(self, loop=self.loop, beacon=self.beacon)

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Notes which topics are batched; raises ConfigError when one is also read message by message."""
        self._batches = batched(self.app.topics)
        await super().subscribe(topics)

    # -- reading ------------------------------------------------------------------------------------------------------

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Mapping[TP, list[Any]]:  # noqa: ASYNC109
        """Fetches from the partitions that have room.

        Faust's own back-pressure does not suit few large events: it gives back one partition for each event taken from
        a queue below 0.4 of its size, so a queue of less than 2.5 events a partition can leave some held for ever, and
        a full queue stops every other topic.
        """
        held = {tp for tp in active_partitions or () if not self._has_room(tp)}
        if held:
            timeout = min(self._batches[tp.topic].pause_seconds for tp in held)
            if held == active_partitions:  # aiokafka would take an empty set to mean all
                await asyncio.sleep(timeout)
                return {}
        fetched = await super()._getmany(active_partitions and active_partitions - held, timeout)
        return {tp: self._split(tp, records) for tp, records in fetched.items()}

    def _has_room(self, tp: TP) -> bool:
        schema = self._batches.get(tp.topic)
        return schema is None or schema.has_room(self._accounts[tp])

    def _split(self, tp: TP, records: list[Any]) -> list[Any]:
        schema = self._batches.get(tp.topic)
        return records if schema is None else list(schema.split(records))

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:
        if isinstance(record, Records):
            batch = BatchMessage(tp, record, self.app.consumer_generation_id)
            self._accounts[tp].deliver(batch, batch.count, batch.serialized_value_size or 0)
            return batch
        message = super()._to_message(tp, record)
        if self.app.topics.acks_enabled_for(message.topic):
            self._accounts[tp].deliver(message)
        return message

    # -- acknowledging and committing ---------------------------------------------------------------------------------

    def ack(self, message: Message) -> bool:
        """Settles a message with its partition's account; one of an assignment that has ended changes nothing there."""
        if message.acked or _skipped(message):
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        self._deferred.discard(message)
        if message.tp in self._accounts:
            self._accounts[message.tp].settle(message)
        if isinstance(message, BatchMessage):
            message.value = None  # its records need not stay in memory while an older message holds up the commit
        notify(self._waiting_for_ack)
        return True

    def owes(self, message: Message) -> bool:
        """Whether acknowledging `message` still counts: its partition is ours, and has been since it was delivered."""
        return message.tp in self._accounts and self._accounts[message.tp].owes(message)

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in list(self._accounts) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        self._acked[tp].clear()  # Faust's own account, in which its compiled iterator still writes
        self._acked_index[tp].clear()
        return self._accounts[tp].advance() if tp in self._accounts else None

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Faust's account of holes in the log, which the rule does not need."""

    async def verify_all_partitions_active(self) -> None:
        """Does nothing: the watchdog looks for what stands still, and Faust's own look raises during a seek."""

    # -- rebalancing and stopping -------------------------------------------------------------------------------------

    async def wait_empty(self) -> None:
        """Waits until agents have acknowledged what they hold, except of deferred topics, and commits."""
        deferred = {each for each in self._unacked_messages if self._is_deferred(each.topic)}
        self._deferred |= deferred
        self._unacked_messages -= deferred
        await super().wait_empty()

    def _is_deferred(self, topic: str) -> bool:
        return topic in self._batches and self._batches[topic].deferred

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Goes back to what is committed, and to the beginning where nothing is.

        aiokafka leaves such partitions where they are: what was fetched while a rebalance went on, and is thrown away,
        would never come.
        """
        committed = await super().seek_to_committed()
        fresh = [tp for tp, offset in committed.items() if not offset]
        if fresh:
            await self._thread.seek_to_beginning(*fresh)
        return committed

    async def perform_seek(self) -> None:
        """Goes back to what is committed: what waited in queues will come again, what agents hold stays owed."""
        await super().perform_seek()
        for account in self._accounts.values():
            account.rewind(lambda message: message in self._unacked_messages or message in self._deferred)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Waits for the agents, commits, and drops the accounts.

        Faust forgets what is acknowledged and not committed before it waits; the accounts live on until after, so that
        a join or a leave doubles nothing.
        """
        await super().on_partitions_revoked(revoked)
        self._drop_accounts(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Begins with empty accounts, even where no revocation was announced."""
        self._drop_accounts(set(self._accounts))
        await super().on_partitions_assigned(assigned, generation_id)

    def _drop_accounts(self, tps: set[TP]) -> None:
        for tp in tps:
            self._accounts.pop(tp, None)
            self._committed_offset.pop(tp, None)  # a commit that failed in the rebalance has left a wrong one
        self._deferred.clear()


def _skipped(message: Message) -> bool:
    """Whether it never reached an agent: Faust's pure Python iterator acknowledges what it skips in a rebalance."""
    return isinstance(message, BatchMessage) and not message.tracked


class Transport(driver.Transport):
    """Faust's transport with this module's consumer and producer."""

    Consumer = Consumer
    Producer = Producer
    fetch_max_wait_ms: int | None = None


def install(app: faust.App, fetch_max_wait_ms: int | None = None) -> None:
    """Makes `app` read through this module's consumer. Call it before the first agent, table or stream is declared.

    `fetch_max_wait_ms` is how long a broker may wait for data to answer a fetch with: 50 suits the embedded broker.
    Raises ConfigError when Faust is not the version this was written for.
    """
    check_versions()
    transport = Transport(app.conf.broker_consumer, app)
    transport.fetch_max_wait_ms = fetch_max_wait_ms
    app.transport = transport


def topic(app: faust.App, name: str, schema: Batches | None = None, **options: Any) -> TopicT:
    """A topic read in batches; `options` are those of `app.topic`."""
    return app.topic(name, schema=schema or Batches(), **options)


def is_owed(event: EventT[Any]) -> bool:
    """Whether acknowledging `event` still counts; False once its partition was revoked, even if it came back since.

    For agents of deferred topics, which may hold an event while its partition goes to another worker.
    """
    consumer: Any = event.app.consumer
    return bool(consumer.owes(event.message))
