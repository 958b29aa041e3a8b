"""A delivery desk between a stream that only remembers and receivers on loopback, for the tests of deliver."""

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
from aiokafka import ConsumerRecord
from prometheus_client import REGISTRY
from pydantic import SecretStr

from agents import batching
from agents.clock import SystemClock
from agents.desk import Desk
from agents.ledger import Ports
from agents.receiver import Receiver
from agents.settings import Settings
from rasid.deliver.schedule import Schedule
from rasid.deliver.target import target
from schemas.delivery_result import DeliveryResult
from schemas.scheduled_delivery import ScheduledDelivery
from tests.collector import SECRET, until
from tests.patience import PATIENCE_SECONDS

QUICK = Schedule(delays_seconds=(0.05, 0.1, 0.1, 0.1))
OTHER_SECRET = "whsec_cmFzaWQtdGVzdHMtb3RoZXItc2VjcmV0LTAwMDAwMg=="


@dataclass(eq=False)
class Event:
    """What Faust gives an agent, as far as a desk looks at it."""

    value: batching.Records


@dataclass
class Stream:
    """The broker's end: keeps what is sent and acknowledged; `up` may be cleared to hold acknowledgements back."""

    sent: list = field(default_factory=list)
    acked: list = field(default_factory=list)
    revoked: set = field(default_factory=set)
    kept: dict = field(default_factory=dict)
    taken: list = field(default_factory=list)
    up: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, messages):
        await self.up.wait()
        self.sent += messages

    async def ack(self, event):
        self.acked.append(event)

    def is_owed(self, event):
        return event not in self.revoked

    async def fetch(self, partition, offset):
        return self.kept.get((partition, offset))

    @property
    def ports(self):
        return Ports(self.send, self.ack, self.is_owed, self.fetch)

    @property
    def schedule(self):
        """What stands on the topic `schedule` after compaction, by key."""
        found = {message.key: message.value for message in self.sent if message.topic == "schedule"}
        return {
            key: msgspec.json.decode(value, type=ScheduledDelivery) for key, value in found.items() if value is not None
        }

    @property
    def results(self):
        return [
            msgspec.json.decode(message.value, type=DeliveryResult)
            for message in self.sent
            if message.topic == "deliveries"
        ]

    @property
    def letters(self):
        return [message for message in self.sent if message.topic == "dead-letters"]

    async def told(self, results, seconds=PATIENCE_SECONDS):
        """Until so many results are written."""
        await until(lambda: len(self.results) >= results, seconds)

    async def wait(self, events, seconds=PATIENCE_SECONDS):
        """Until so many events are acknowledged."""
        await until(lambda: len(self.acked) >= events, seconds)


def receiver(name, url, **options):
    options = {"allow_private": True, "timeout_seconds": 10.0, "secrets": (SecretStr(SECRET),)} | options
    return Receiver(name=name, target=target(url, allow_private=options["allow_private"]), **options)


def record(value, partition=0, offset=0):
    value = msgspec.json.encode(value) if not isinstance(value, bytes | None) else value
    return ConsumerRecord(
        topic="alerts",
        partition=partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=b"guarantees",
        value=value,
        checksum=None,
        serialized_key_size=10,
        serialized_value_size=len(value or b""),
        headers=[("traceparent", b"00-abc")],
    )


def event(*values, partition=0, offset=0):
    return Event(batching.Records(record(value, partition, number) for number, value in enumerate(values, offset)))


@asynccontextmanager
async def desk(*receivers, schedule=QUICK, clock=None, stream=None):
    """An open desk; its `stream` may be that of another, which ended before."""
    stream = stream or Stream()
    stream.up.set()
    known = {each.name: each for each in receivers}
    async with Watched(
        Settings(), known, stream.ports, schedule, random.Random(1), clock or SystemClock()
    ) as open_desk:
        open_desk.stream = stream
        yield open_desk


class Watched(Desk):
    """Puts what it takes where `fetch` finds it, as the broker has it."""

    def take(self, event):
        self.stream.kept |= {(record.partition, record.offset): record for record in event.value}
        super().take(event)


def sample(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


def about(letter):
    return {name: value.decode() for name, value in letter.headers}
