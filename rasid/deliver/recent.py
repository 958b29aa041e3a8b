"""A memory of what was delivered lately, so that work done again is not sent again. Bounded in number and in time."""

from collections import OrderedDict
from typing import Final

MOST: Final = 50_000  # some megabytes
SECONDS: Final = (
    600.0  # a rebalance or a replay brings things back within minutes; later the receiver's own memory serves
)


class Recent:
    """Pairs of alert and receiver, oldest forgotten first. Times are of a clock that never goes back."""

    def __init__(self, most: int = MOST, seconds: float = SECONDS) -> None:
        self._most, self._seconds = most, seconds
        self._since: OrderedDict[tuple[str, str], float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._since)

    def add(self, alert_id: str, receiver: str, now: float) -> None:
        """Remembers a delivery made at `now`."""
        self._since[alert_id, receiver] = now
        self._since.move_to_end((alert_id, receiver))
        while len(self._since) > self._most:
            self._since.popitem(last=False)

    def has(self, alert_id: str, receiver: str, now: float) -> bool:
        """Whether it was delivered, as far as is still remembered at `now`."""
        while self._since and now - next(iter(self._since.values())) > self._seconds:
            self._since.popitem(last=False)
        return (alert_id, receiver) in self._since
