"""ScheduledDelivery: an alert that one receiver is still to be told of, on the compacted topic `schedule`.

The key is `alert_id:receiver`, the partition that of the alert on `alerts`; null ends it. `due_at` is when it is tried
next.
"""

import msgspec

from schemas.article import Moment


class ScheduledDelivery(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the alert stands, what has been tried, and when it is tried next.

    `failures` counts the attempts that moved it on in the schedule, `attempts` all; `status` and `detail` are of the
    last one. `requested` marks what a person asked for: it is sent even if it was delivered before.
    """

    alert_id: str
    watch_id: str
    story_id: str
    receiver: str
    offset: int
    arrived_at: Moment
    accepted_at: Moment
    scheduled_at: Moment
    due_at: Moment
    attempts: int = 0
    failures: int = 0
    status: int | None = None
    detail: str = ""
    requested: bool = False

    @property
    def key(self) -> bytes:
        """The record's key."""
        return f"{self.alert_id}:{self.receiver}".encode()
