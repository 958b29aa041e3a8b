"""DeliveryResult: how telling one receiver of one alert ended, on the topic `deliveries`."""

from typing import Literal

import msgspec

from schemas.article import Moment

Outcome = Literal["delivered", "failed", "refused", "gone", "unroutable"]


class DeliveryResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """One alert at one receiver, after its last attempt.

    `status` is the last HTTP status, absent where there was no answer; `detail` says what went wrong, without
    addresses or secrets.
    """

    alert_id: str
    watch_id: str
    receiver: str
    outcome: Outcome
    attempts: int
    finished_at: Moment
    duration_seconds: float
    status: int | None = None
    detail: str = ""
