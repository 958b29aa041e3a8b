"""Records of the topic `watches`, applied to a book. One that cannot be read is refused, and stops nothing."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from agents.analyst_messages import Change, Standing
from rasid.intake import Rejected, decode
from rasid.watch.fault import Fault, FaultReason
from rasid.watch.watchbook import Watchbook
from schemas.watch import Watch

WATCH: Final = msgspec.json.Decoder(Watch)


class WatchRecords:
    """A book kept in step with the records it is given."""

    def __init__(self, book: Watchbook) -> None:
        self.book = book
        self._unread: dict[str, Fault] = {}  # records that are no watch, by id

    @property
    def faulty(self) -> dict[str, Fault]:
        """Why watches are not in force, by id: those of the book, and records that are no watch."""
        return {**self.book.faulty, **self._unread}

    def take(self, records: Iterable[Change]) -> dict[str, str]:
        """Applies records; says of each watch that is not in force after it why."""
        refused: dict[str, str] = {}
        for record in records:
            watch_id = (record.key or b"").decode("utf-8", "replace")
            fault = self._fault(watch_id, record.value)
            refused.pop(watch_id, None)
            if fault is not None:
                refused[watch_id] = str(fault)
        return refused

    def _fault(self, watch_id: str, value: bytes | None) -> Fault | None:
        self._unread.pop(watch_id, None)
        if value is None:
            self.book.remove(watch_id)
            return None
        watch = decode(WATCH, value)
        if isinstance(watch, Rejected):
            return self._refuse(watch_id, f"{watch.reason}: {watch.detail}")
        if watch.id != watch_id:
            return self._refuse(watch_id, f"the record's key is not the watch's id {watch.id!r}")
        return None if self.book.add(watch) else self.book.faulty[watch_id]

    def _refuse(self, watch_id: str, why: str) -> Fault:
        self.book.remove(watch_id)
        fault = self._unread[watch_id] = Fault(FaultReason.RECORD, why)
        return fault

    def standing(self, refused: dict[str, str]) -> Standing:
        """How the book stands, after records of which some were refused."""
        book, faulty = self.book, self.faulty
        faults = Counter(fault.reason.value for fault in [*faulty.values(), *book.costly.values()])
        return Standing(len(book), book.disabled, len(faulty), len(book.always), dict(faults), refused)
