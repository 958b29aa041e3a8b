"""Which articles have fired for which watches lately, by the topic `decisions`.

So the tag agent notices when one of them comes again without the watched term.
Bounded: the last of what the topic holds, no further back than a story lives. What is not known is not retracted.
"""

import logging
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from agents import topics
from agents.compacted import Reader
from agents.settings import Settings
from rasid.alert.shelf import LIFETIME
from rasid.intake import Rejected, decode
from schemas.alert import AlertType, Reason

log = logging.getLogger(__name__)
MOST: Final = 100_000  # articles remembered, and records of a partition read back at the start
OCCASIONS: Final = frozenset({Reason.FIRED, Reason.WAITING, Reason.LIMITED, Reason.RETRACTED, Reason.GROUPED})


class _Seen(msgspec.Struct):
    """What is read of a decision."""

    watch_id: str
    article_uri: str
    reason: Reason
    type: AlertType = "alert.fired"


SEEN: Final = msgspec.json.Decoder(_Seen)


class Fired:
    """Watches by article."""

    def __init__(self, settings: Settings, most: int = MOST) -> None:
        self._settings, self._most = settings, most
        self._watches: OrderedDict[str, set[str]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._watches)

    def of(self, uri: str) -> set[str]:
        """The watches for which this article stands as the one that fired."""
        return self._watches.get(uri) or set()

    async def run(self) -> None:
        """Reads until cancelled."""
        name, partitions = topics.DECISIONS.name(self._settings), range(topics.DECISIONS.partitions(self._settings))
        since = datetime.now(UTC) - LIFETIME
        async with Reader(self._settings, name, partitions, since=since, most=self._most) as reader:
            async for records in reader.following():
                self.take(records)

    def take(self, records: list[ConsumerRecord]) -> None:
        """Notes what these decisions say."""
        for record in records:
            seen = decode(SEEN, record.value)
            if not isinstance(seen, Rejected) and seen.reason in OCCASIONS:
                self._note(seen)

    def _note(self, seen: _Seen) -> None:
        watches = self._watches.setdefault(seen.article_uri, set())
        self._watches.move_to_end(seen.article_uri)
        if seen.type == "alert.resolved":
            watches.discard(seen.watch_id)
        else:
            watches.add(seen.watch_id)
        if not watches:
            del self._watches[seen.article_uri]
        if len(self._watches) > self._most:
            self._watches.popitem(last=False)
