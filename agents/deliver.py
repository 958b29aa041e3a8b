"""alerts ──▶ receivers and deliveries: each alert is told to its receivers, and what came of it is written down.

A first attempt begins at once. What fails, and what waits behind others, is written to the topic `schedule`, and then
the alert's event is acknowledged: days of retries hold up no commit, and go on wherever the partition goes.
"""

import logging
import random
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from agents import batching, receivers, sending, topics
from agents.app import App
from agents.clock import SystemClock
from agents.desk import Desk
from agents.keeper import Keeper
from agents.ledger import Ports
from agents.receiver import Receiver
from agents.receivers_file import ReceiversFile
from agents.settings import Settings
from agents.shelf import Shelf
from agents.switches import Switches
from rasid.deliver.route import DEFAULT
from rasid.deliver.schedule import Schedule

log = logging.getLogger(__name__)
COUNT: Final = 10  # records of an event: what is settled of it is done again after a stop, until all is
AHEAD_RECORDS: Final = 10_000  # of a partition, taken on and not settled; past that its reading waits
AHEAD_BYTES: Final = 16 << 20


class Delivery:
    """One worker's desk with all that it reads beside the alerts; restarted with the agent."""

    def __init__(self, app: App, settings: Settings, known: receivers.Receivers) -> None:
        self._app, self._settings, self._known = app, settings, known
        self._desk: Desk | None = None
        self._keeper: Keeper | None = None
        self._mine: set[int] = set()

    async def assign(self, assigned: Any) -> None:
        """Partitions were given out anew."""
        source = topics.ALERTS.name(self._settings)
        self._mine = {tp.partition for tp in assigned if tp.topic == source}
        await self._announce()

    async def _announce(self) -> None:
        if self._desk is not None and self._keeper is not None:
            self._desk.drop_all()
            await self._keeper.assign(self._mine)

    async def finish(self) -> None:
        """Lets attempts under way come to an end."""
        if self._desk is not None:
            await self._desk.finish()

    async def work(self, stream: Any) -> None:
        """Takes events on until the stream ends."""
        settings = self._settings
        async with Shelf(settings, topics.ALERTS.name(settings)) as shelf:
            ports = Ports(
                lambda messages: sending.send_all(self._app, messages), stream.ack, batching.is_owed, shelf.fetch
            )
            desk = Desk(settings, self._known, ports, Schedule(), random.SystemRandom(), SystemClock())
            keeper = Keeper(settings, desk.restore, desk.request)
            switches = Switches(settings, desk.look_at)
            desk.is_off = switches.is_off
            file = ReceiversFile(settings.receivers, desk.use)
            async with desk:
                desk.beside(switches.run(), keeper.run(), file.run())
                await switches.caught_up.wait()
                self._desk, self._keeper = desk, keeper
                await self._announce()
                async for event in stream.noack().events():
                    if await keeper.prepared(event.value[0].partition, partial(batching.is_owed, event)):
                        desk.take(event)


def register(app: App, settings: Settings) -> None:
    """Adds the agent. Raises ConfigError where the receivers file is wrong."""
    known = receivers.load(settings.receivers)
    _announce(known)
    delivery = Delivery(app, settings, known)
    schema = batching.Batches(COUNT, deferred=True, ahead_records=AHEAD_RECORDS, ahead_bytes=AHEAD_BYTES)

    @app.on_before_shutdown.connect
    async def finish(*_: object, **__: object) -> None:
        await delivery.finish()

    @app.on_partitions_revoked.connect
    async def revoked(*_: Any, **__: Any) -> None:
        await delivery.assign(())

    @app.on_partitions_assigned.connect
    async def assigned(*arguments: Any, **_: Any) -> None:  # (app, assigned)
        await delivery.assign(arguments[1])

    @app.agent(batching.topic(app, topics.ALERTS.name(settings), schema=schema), name="deliver")
    async def deliver(stream: Any) -> None:  # Faust's StreamT lacks noack()
        await delivery.work(stream)


def _announce(known: Mapping[str, Receiver]) -> None:
    """Says at the start who will be told, and who cannot be."""
    if not known:
        log.warning("no receivers: alerts go to their topic only. RASID_RECEIVERS names a file of them")
    elif DEFAULT not in known:
        log.info("no receiver is named %r: alerts whose watch names none go to their topic only", DEFAULT)
    for receiver in known.values():
        if receiver.refused:
            log.warning("receiver %r: its address is %s: nothing is sent to it unless allow_private = true",
                        receiver.name, receiver.refused)  # fmt: skip
