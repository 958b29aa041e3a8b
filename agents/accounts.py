"""The commit rule: which offset of a partition may be committed, by what was delivered from it and acknowledged.

Knows nothing of Kafka or Faust beyond a message's offset and its `acked` mark; batching.py keeps an account for each
partition.
"""

from collections import deque
from collections.abc import Callable, Hashable
from typing import Protocol


class Delivered(Hashable, Protocol):
    """A message as the rule sees it: its (last) offset, and whether it is acknowledged. Told apart by identity."""

    offset: int
    acked: bool


class Account:
    """What of one partition is delivered and acknowledged, from its assignment to its revocation.

    Messages are remembered in the order of delivery, and `safe` is the offset after the longest acknowledged run from
    the oldest. Offsets are never compared with their neighbours, so holes in the log, a group without a committed
    offset and acknowledgements in any order are all the same to it. A revoked partition's account is dropped: if the
    partition comes back, its redelivered messages are new ones in a new account, and a late acknowledgement of the old
    ones is of messages that this account does not know.
    """

    def __init__(self) -> None:
        self._delivered: deque[Delivered] = deque()  # oldest first
        self._owed: dict[Delivered, tuple[int, int]] = {}  # not acknowledged: records and bytes of each
        self.safe: int | None = None
        self.records = self.size_bytes = 0  # delivered and not acknowledged

    @property
    def events(self) -> int:
        """How many messages (of many records each) are delivered and not acknowledged."""
        return len(self._owed)

    def owes(self, message: Delivered) -> bool:
        """Whether an acknowledgement of `message` would still count here."""
        return message in self._owed

    def deliver(self, message: Delivered, records: int = 1, size_bytes: int = 0) -> None:
        """Remembers a message that goes to its agent, in offset order."""
        self._delivered.append(message)
        self._owed[message] = records, size_bytes
        self.records += records
        self.size_bytes += size_bytes

    def settle(self, message: Delivered) -> None:
        """Takes note that `message` is acknowledged. One that was not delivered in this account changes nothing."""
        self._release(message)
        self.advance()

    def _release(self, message: Delivered) -> None:
        records, size_bytes = self._owed.pop(message, (0, 0))
        self.records -= records
        self.size_bytes -= size_bytes

    def advance(self) -> int | None:
        """Moves `safe` over what has been acknowledged, and returns it; it never goes back."""
        while self._delivered and self._delivered[0].acked:
            message = self._delivered.popleft()
            self._release(message)
            self.safe = max(self.safe or 0, message.offset + 1)
        return self.safe

    def rewind(self, held: Callable[[Delivered], bool]) -> None:
        """Forgets what waits in queues, because reading starts anew at the committed offset and will bring it again.

        What agents hold stays owed, so that their work still counts. Whatever follows a forgotten message is forgotten
        too, acknowledged or not: `safe` must not pass a message that is yet to come.
        """
        kept: deque[Delivered] = deque()
        for message in self._delivered:
            if not (message.acked or held(message)):
                break
            kept.append(message)
        for message in list(self._delivered)[len(kept) :]:
            self._release(message)
        self._delivered = kept
