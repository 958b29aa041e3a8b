"""Why a watch is not in force, or failed on an article: a closed list, which is also a metric's label."""

from dataclasses import dataclass
from enum import StrEnum


class FaultReason(StrEnum):
    """What is wrong with a watch."""

    QUERY = "query"  # it cannot be read, or is too large
    SEARCH = "search"  # a watch that it refers to is not there, faulty itself, or refers back
    RECORD = "record"  # the record on the topic is no watch
    COST = "cost"  # it looked at too many places of an article; it stays in force for others


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason, and the sentence that says what and what to do; `column` is where in the query, from 0, if anywhere."""

    reason: FaultReason
    message: str
    column: int | None = None

    def __str__(self) -> str:
        return self.message if self.column is None else f"column {self.column + 1}: {self.message}"
