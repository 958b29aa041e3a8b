"""Which receivers are switched off: the compacted topic `receivers`, read whole and followed by every worker.

A receiver that answers 410 is off for all workers and after every restart, until a command switches it on or it points
somewhere else.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from agents import kafka, topics
from agents.compacted import Reader
from agents.receiver import Receiver
from agents.sending import Outgoing
from agents.settings import Settings
from rasid.intake import Rejected, decode
from schemas.receiver_state import ReceiverState

log = logging.getLogger(__name__)
STATE: Final = msgspec.json.Decoder(ReceiverState)


class Switches:
    """Kept in step with the topic; `changed` is called with the name of each receiver of which there is news."""

    def __init__(self, settings: Settings, changed: Callable[[str], None]) -> None:
        self._settings, self._changed = settings, changed
        self._states: dict[str, ReceiverState] = {}
        self.caught_up = asyncio.Event()

    def is_off(self, receiver: Receiver) -> bool:
        """Whether it was switched off, and still points where it did then."""
        state = self._states.get(receiver.name)
        return state is not None and state.target == receiver.fingerprint

    async def run(self) -> None:
        """Reads until cancelled."""
        async with Reader(self._settings, topics.RECEIVERS.name(self._settings), [0]) as reader:
            async for records in reader.held():
                self._take(records)
            self.caught_up.set()
            async for records in reader.following():
                self._take(records)

    def _take(self, records: list[ConsumerRecord]) -> None:
        for record in records:
            name = (record.key or b"").decode("utf-8", "replace")
            state = _decoded(record.value)
            if isinstance(state, Rejected):
                log.error("the state of receiver %r is passed over: %s", name, state.detail)
            elif state is not None:
                self._states[name] = state
            else:
                self._states.pop(name, None)
            self._changed(name)


def _decoded(value: bytes | None) -> ReceiverState | Rejected | None:
    if value is None:
        return None
    return decode(STATE, value)


def off(settings: Settings, receiver: Receiver, detail: str, now: datetime) -> Outgoing:
    """The message that switches a receiver off."""
    state = ReceiverState(receiver.name, now, detail, receiver.fingerprint)
    return Outgoing(topics.RECEIVERS.name(settings), receiver.name.encode(), msgspec.json.encode(state))


def on(settings: Settings, name: str) -> Outgoing:
    """The message that switches it on again."""
    return Outgoing(topics.RECEIVERS.name(settings), name.encode(), None)


def read(settings: Settings) -> dict[str, ReceiverState]:
    """Those that are off now, for commands."""
    found: dict[str, ReceiverState] = {}
    for record in kafka.stored(settings, topics.RECEIVERS.name(settings)):
        name = (record.key or b"").decode("utf-8", "replace")
        state = _decoded(record.value)
        found.pop(name, None)
        if isinstance(state, ReceiverState):
            found[name] = state
    return found
