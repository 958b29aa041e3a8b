"""What an attempt at delivery means: a status, or why there was none, and what follows from it."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

SECONDS: Final = re.compile(r"[0-9]{1,9}\Z")  # delay-seconds of RFC 9110; thirty years are enough


class Failure(StrEnum):
    """Why there was no answer. The value is what a person reads: no address, no secret."""

    REFUSED_ADDRESS = "the address may not be called"
    NAME_NOT_FOUND = "the host's name was not found"
    NO_CONNECTION = "no connection"
    TLS = "the TLS certificate or handshake is not valid"
    TIMEOUT = "no answer in time"
    DISCONNECTED = "the connection was closed before an answer"
    NOT_HTTP = "the answer is not HTTP"
    NOT_TAKEN = "the service did not take it"  # Apprise tells no more


class Verdict(StrEnum):
    """What to do after an attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"  # failed, and may do better later
    GONE = "gone"  # the receiver wants nothing any more
    REFUSED = "refused"  # we will not call it: trying again would change nothing


def judge(result: int | Failure) -> Verdict:
    """What follows from a status or a failure, after Standard Webhooks 1.0.

    Only 2xx is success. A redirect is a failure like any other: it is not followed, and may be mended meanwhile.
    """
    match result:
        case Failure.REFUSED_ADDRESS:
            return Verdict.REFUSED
        case Failure():
            return Verdict.RETRY
        case 410:
            return Verdict.GONE
        case _ if 200 <= result < 300:  # noqa: PLR2004
            return Verdict.DELIVERED
    return Verdict.RETRY


def describe(result: int | Failure) -> str:
    """The result in words for a DeliveryResult or a dead letter."""
    if isinstance(result, Failure):
        return result.value
    redirect = ", a redirect, which is not followed" if 300 <= result < 400 else ""  # noqa: PLR2004
    return f"answered {result}{redirect}"


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks us to wait from `now` on: a number, or an HTTP date, which may be past.

    None where there is none that can be read (RFC 9110, 10.2.3).
    """
    text = (header or "").strip()
    if SECONDS.match(text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    seconds = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
