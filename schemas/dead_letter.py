"""DeadLetter: a record that could not be read or finished, on the topic `dead-letters`.

Key and value are the original bytes; all the rest is in headers, whose names stand here.
"""

from enum import StrEnum

import msgspec

HEADER_PREFIX = "rasid-"


class Step(StrEnum):
    """Which arrow of the way gave up."""

    TAG = "tag"
    ALERT = "alert"
    DELIVER = "deliver"
    WATCHLIST = "watchlist"


class Reason(StrEnum):
    """Why; a closed list, which is also a metric's label."""

    NULL_VALUE = "null_value"  # a record without a value
    NOT_UTF8 = "not_utf8"  # bytes that are not UTF-8, or text with lone surrogates
    NOT_JSON = "not_json"  # truncated or malformed JSON, NaN and Infinity among it
    TOO_DEEP = "too_deep"  # brackets nested beyond what the reader follows
    WRONG_TYPE = "wrong_type"  # a field, or the whole, is of another JSON type
    MISSING_FIELD = "missing_field"
    BAD_VALUE = "bad_value"  # right type, but outside what the contract allows
    EMPTY_TEXT = "empty_text"  # neither title nor body has a visible character
    TOO_LARGE = "too_large"
    KEY_MISMATCH = "key_mismatch"  # the record's key is not its uri or id
    BAD_WATCH = "bad_watch"  # a watch whose query does not compile
    UNDELIVERED = "undelivered"  # a receiver did not take the alert
    INTERNAL = "internal"  # our own fault: an exception on this record alone


class DeadLetter(msgspec.Struct, frozen=True):
    """The headers of a dead letter, decoded: where it stood and why it is here."""

    step: Step
    reason: Reason
    detail: str
    topic: str
    partition: int
    offset: int
    time: str
    headers: dict[str, str] = {}
