"""Silences: which of them holds an alert back. Where they are kept is the agents' business."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from rasid.alert.matchers import all_meet, checked
from rasid.errors import ConfigError
from schemas.silence import Silence

State = Literal["pending", "active", "expired"]


def valid(silence: Silence) -> Silence:
    """`silence`, where it can be in force; raises ConfigError for one that ends before it starts or says too little."""
    if silence.ends_at <= silence.starts_at:
        raise ConfigError(
            f"the silence ends at {silence.ends_at.isoformat()}, not after its start at "
            f"{silence.starts_at.isoformat()}: give an end that is later"
        )
    if not silence.created_by.strip():
        raise ConfigError("a silence needs an author: somebody will ask who said so")
    if not silence.comment.strip():
        raise ConfigError("a silence needs a comment: somebody will ask why")
    for matcher in silence.matchers:
        checked(matcher)
    return silence


def state(silence: Silence, now: datetime) -> State:
    """How a silence stands."""
    if now >= silence.ends_at:
        return "expired"
    return "active" if now >= silence.starts_at else "pending"


class Silences:
    """Silences by id."""

    def __init__(self, silences: Iterable[Silence] = ()) -> None:
        self._by_id = {silence.id: silence for silence in silences}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Silence]:
        return iter(self._by_id.values())

    def put(self, silence: Silence) -> None:
        """Takes a silence in place of the one with its id."""
        self._by_id[silence.id] = silence

    def remove(self, silence_id: str) -> None:
        """Forgets a silence."""
        self._by_id.pop(silence_id, None)

    def silencing(self, labels: Mapping[str, str], now: datetime) -> Silence | None:
        """The silence that holds an alert with these labels back, of several the one that ends last."""
        found = [each for each in self if state(each, now) == "active" and all_meet(each.matchers, labels)]
        return max(found, key=lambda each: each.ends_at, default=None)
