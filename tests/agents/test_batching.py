"""Batches without a broker: how fetches are cut, when more is fetched, what counts as done, what is refused."""

import asyncio
import itertools
import tomllib
from pathlib import Path

import faust
import pytest
from aiokafka import ConsumerRecord
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from agents import batching, pins
from agents.accounts import Account
from agents.batches import BatchMessage, batched, extra
from rasid.errors import ConfigError

PARTITION = TP("in", 0)


def record(offset: int, size: int = 10) -> ConsumerRecord:
    return ConsumerRecord("in", 0, offset, 1_700_000_000_500, 0, b"k", b"v" * size, None, 1, size, ())


def new_app(name: str = "batches") -> faust.App:
    return faust.App(name, broker="kafka://127.0.0.1:9", store="memory://")


@pytest.fixture
def new_consumer():
    """Makes consumers whose topic `in` is batched, with an acking agent, as after its subscription."""
    made = []

    def make(schema: batching.Batches | None = None):
        app = new_app()
        batching.install(app)
        app.topics.acking_topics.add("in")
        app.consumer._batches = {"in": schema or batching.Batches()}
        made.append(app.consumer)
        return app.consumer

    yield make
    for consumer in made:
        consumer._thread.thread_loop.close()


def deliver(consumer, *offsets: int) -> BatchMessage:
    """An event of these offsets, fetched, queued and taken by its agent."""
    message = consumer._to_message(PARTITION, batching.Records(map(record, offsets)))
    message.incref()
    message.tracked = True
    consumer.track_message(message)
    return message


@given(st.lists(st.integers(0, 300), max_size=60), st.integers(1, 10), st.integers(1, 500))
def test_a_fetch_is_cut_without_loss_and_within_the_limits(sizes, count, size_bytes):
    records = [record(number, size) for number, size in enumerate(sizes)]
    parts = list(batching.Batches(count=count, size_bytes=size_bytes).split(records))
    assert [each for part in parts for each in part] == records
    for part in parts:
        assert 1 <= len(part) <= count
        assert part.size_bytes <= size_bytes or len(part) == 1


@given(st.lists(st.integers(0, 300), min_size=2, max_size=60), st.integers(1, 10), st.integers(1, 500))
def test_a_cut_is_made_only_where_the_next_record_does_not_fit(sizes, count, size_bytes):
    records = [record(number, size) for number, size in enumerate(sizes)]
    parts = list(batching.Batches(count=count, size_bytes=size_bytes).split(records))
    for part, following in itertools.pairwise(parts):
        grown = batching.Records([*part, following[0]])
        assert len(grown) > count or grown.size_bytes > size_bytes


def test_an_absent_key_or_value_has_no_size():
    absent = ConsumerRecord("in", 0, 7, 0, 0, None, None, None, -1, -1, ())
    assert batching.Records([absent]).size_bytes == 0


def test_an_event_stands_at_its_last_record(new_consumer):
    message = deliver(new_consumer(), 3, 4, 9)
    assert (message.offset, message.timestamp, message.key, message.count) == (9, 1_700_000_000.5, None, 3)
    assert extra(message) == 2


@pytest.mark.parametrize(
    ("delivered", "acknowledged", "expected"),
    [
        ([[0, 1, 2], [3, 4]], [0, 1], [3, 5]),
        ([[0, 1, 2], [3, 4]], [1, 0], [None, 5]),  # out of order, and no committed offset yet
        ([[7], [8], [9]], [2, 0, 1], [None, 8, 10]),  # a gap of exactly one
        ([[0, 5], [9], [20, 31]], [0, 2, 1], [6, 6, 32]),  # holes in the log
    ],
)
async def test_what_is_committed_ends_at_the_first_event_not_acknowledged(
    new_consumer, delivered, acknowledged, expected
):
    consumer = new_consumer()
    messages = [deliver(consumer, *offsets) for offsets in delivered]
    found = []
    for index in acknowledged:
        messages[index].ack(consumer)
        found.append(consumer._new_offset(PARTITION))
    assert found == expected


async def test_a_message_read_alone_is_committed_by_the_same_rule(new_consumer):
    consumer = new_consumer()
    consumer._batches = {}
    messages = [consumer._to_message(PARTITION, record(offset)) for offset in (4, 5)]
    messages[1].acked = True  # as Faust's compiled iterator does, without asking the consumer
    assert consumer._new_offset(PARTITION) is None
    messages[0].acked = True
    assert consumer._new_offset(PARTITION) == 6


async def test_an_acknowledgement_after_the_partition_is_gone_changes_nothing(new_consumer):
    consumer = new_consumer()
    event = deliver(consumer, 0, 1)
    consumer._drop_accounts({PARTITION})
    event.ack(consumer)
    assert list(consumer._filter_tps_with_pending_acks()) == []
    assert consumer._new_offset(PARTITION) is None


async def test_an_old_acknowledgement_does_not_settle_a_redelivered_event(new_consumer):
    consumer = new_consumer()
    old = deliver(consumer, 0, 1)
    consumer._drop_accounts({PARTITION})  # revoked, and assigned again
    new = deliver(consumer, 0, 1)
    assert (consumer.owes(old), consumer.owes(new)) == (False, True)
    old.ack(consumer)
    assert consumer._new_offset(PARTITION) is None
    assert consumer._accounts[PARTITION].records == 2
    new.ack(consumer)
    assert consumer._new_offset(PARTITION) == 2
    assert not consumer.owes(new)


async def test_an_event_skipped_in_a_rebalance_is_not_taken_for_done(new_consumer):
    """Faust's pure Python iterator acknowledges what it takes from a queue while the flow is stopped."""
    consumer = new_consumer()
    message = consumer._to_message(PARTITION, batching.Records([record(0)]))
    message.incref()
    message.ack(consumer)
    assert not message.acked
    assert consumer._new_offset(PARTITION) is None


async def test_records_leave_memory_once_acknowledged_though_an_older_event_holds_up_the_commit(new_consumer):
    consumer = new_consumer()
    _oldest, later = deliver(consumer, 0), deliver(consumer, 1)
    later.ack(consumer)
    assert later.value is None


@pytest.mark.parametrize("deferred", [False, True])
async def test_only_agents_that_do_not_defer_are_waited_for(new_consumer, deferred, monkeypatch):
    consumer = new_consumer(batching.Batches(deferred=deferred))
    event = deliver(consumer, 0)
    waited = []

    async def faust_waits(self):
        waited.extend(self._unacked_messages)

    monkeypatch.setattr(batching.driver.Consumer, "wait_empty", faust_waits)
    await consumer.wait_empty()
    assert waited == ([] if deferred else [event])


class Loaded:
    offset, acked = 0, False


def loaded(*loads: tuple[int, int]) -> Account:
    account = Account()
    for records, size_bytes in loads:
        account.deliver(Loaded(), records, size_bytes)
    return account


@pytest.mark.parametrize(
    ("schema", "account", "room"),
    [
        (batching.Batches(), loaded((1000, 10), (999, 10)), True),
        (batching.Batches(), loaded((1000, 10), (1000, 10)), False),
        (batching.Batches(), loaded((1, 1), (1, 1), (1, 1)), True),
        (batching.Batches(ahead_records=10), loaded((1, 1), (1, 1), (7, 1)), True),
        (batching.Batches(ahead_records=10), loaded((1, 1), (9, 1)), False),
        (batching.Batches(ahead_records=10, ahead_bytes=100), loaded((1, 100)), False),
    ],
)
def test_a_partition_is_fetched_from_while_there_is_room(schema, account, room):
    assert schema.has_room(account) is room


async def test_held_partitions_are_left_out_of_a_fetch(new_consumer, monkeypatch):
    asked = []

    async def faust_fetches(_self, *arguments):
        asked.append(arguments)
        return {}

    monkeypatch.setattr(batching.driver.Consumer, "_getmany", faust_fetches)
    consumer, other = new_consumer(batching.Batches(ahead_records=2)), TP("in", 1)
    await consumer._getmany({PARTITION, other}, 1.0)
    first, _second = deliver(consumer, 0), deliver(consumer, 1)
    await consumer._getmany({PARTITION, other}, 1.0)
    await consumer._getmany({PARTITION}, 1.0)  # nothing to ask for
    first.ack(consumer)
    await consumer._getmany({PARTITION}, 1.0)
    assert asked == [({PARTITION, other}, 1.0), ({other}, 0.005), ({PARTITION}, 1.0)]


def test_a_topic_read_both_ways_is_refused():
    app = new_app()
    with pytest.raises(ConfigError, match="'in' is read in batches by one agent and otherwise by another"):
        batched([batching.topic(app, "in"), app.topic("in", value_type=bytes)])


def test_no_private_name_is_gone():
    assert pins.missing_private_names() == [], f"written for {pins.PINNED}"


def test_a_private_name_that_is_gone_is_named():
    wanted = ((batching.driver.Consumer, ("_getmany", "_gone")),)
    assert pins.missing_private_names(wanted) == ["faust.transport.drivers.aiokafka.Consumer._gone"]


def test_another_version_of_faust_is_refused(monkeypatch):
    monkeypatch.setitem(pins.PINNED, "faust-streaming", "0.15.2")
    with pytest.raises(ConfigError, match=r"faust-streaming '0\.15\.3' is installed.*'0\.15\.2'"):
        batching.install(new_app())


def test_pyproject_asks_for_the_versions_that_are_checked():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert {f"{name}=={version}" for name, version in pins.PINNED.items()} <= set(project["dependencies"])


@pytest.mark.parametrize(("asked", "set_to"), [(50, 50), (None, 1500)])
async def test_how_long_a_broker_waits_for_data_can_be_set(asked, set_to):
    app = new_app()
    batching.install(app, fetch_max_wait_ms=asked)
    app.finalize()
    inner = app.consumer._thread
    assert inner.thread_loop is asyncio.get_running_loop()  # no thread of its own
    made = inner._create_consumer(loop=asyncio.get_running_loop())
    assert made._fetch_max_wait_ms == set_to
    await made.stop()
