"""A job is one alert on its way to one receiver: what lanes work on, and what stands of it on the topic `schedule`."""

import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from aiokafka import ConsumerRecord

from agents.clock import Clock
from schemas.alert import Alert
from schemas.delivery_result import Outcome
from schemas.scheduled_delivery import ScheduledDelivery

UNDELIVERED: Final = ("failed", "refused", "gone", "unroutable")  # outcomes that leave the alert undelivered


@dataclass(slots=True, eq=False)
class Job:
    """One alert for one receiver; the earlier one is less. Times are monotonic.

    Its text stays in `record`, and decoded in `alert`, while it waits for a first attempt alone; once it is `parked` on
    the topic `schedule`, it is fetched again by partition and offset, to keep what waits small.
    """

    alert_id: str
    watch_id: str
    story_id: str
    receiver: str
    arrived_at: datetime
    partition: int
    offset: int
    accepted_at: float
    record: ConsumerRecord | None = None
    alert: Alert | None = None
    taken: Any = None  # the event it came in, until the event need not wait for it
    parked: bool = False
    requested: bool = False
    attempts: int = 0
    failures: int = 0
    due: float | None = None  # when it is tried again, while it waits for that
    planned: float | None = None  # the same while it is tried earlier
    status: int | None = None
    detail: str = ""
    following: "Job | None" = None  # of the same story, and not to overtake this one
    under_way: bool = False
    number: int = 0  # in the order in which its lane was given it

    def __lt__(self, other: "Job") -> bool:
        return self.number < other.number


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended. `record` is the alert's where it is at hand."""

    outcome: Outcome
    status: int | None = None
    detail: str = ""
    record: ConsumerRecord | None = field(default=None, repr=False)


def new(alert: Alert, receiver: str, record: ConsumerRecord, clock: Clock) -> Job:
    """The job that an alert on its topic makes for a receiver."""
    return Job(
        alert_id=alert.message_id,
        watch_id=sys.intern(alert.watch.id),  # few watches, many alerts
        story_id=alert.story.id,
        receiver=receiver,
        arrived_at=alert.arrived_at,
        partition=record.partition,
        offset=record.offset,
        accepted_at=clock.monotonic(),
        record=record,
        alert=alert,
    )


def restored(scheduled: ScheduledDelivery, partition: int, clock: Clock) -> Job:
    """The job that stands on the topic.

    A calendar that was set back meanwhile makes no wait longer than it was planned to be, and no age less than zero.
    """
    mono, now = clock.monotonic(), clock.now()
    planned = (scheduled.due_at - scheduled.scheduled_at).total_seconds()
    left = min((scheduled.due_at - now).total_seconds(), planned)
    age = max(0.0, (now - scheduled.accepted_at).total_seconds())
    return Job(
        alert_id=scheduled.alert_id,
        watch_id=sys.intern(scheduled.watch_id),
        story_id=scheduled.story_id,
        receiver=sys.intern(scheduled.receiver),
        arrived_at=scheduled.arrived_at,
        partition=partition,
        offset=scheduled.offset,
        accepted_at=mono - age,
        parked=True,
        requested=scheduled.requested,
        attempts=scheduled.attempts,
        failures=scheduled.failures,
        due=mono + left if left > 0 else None,
        status=scheduled.status,
        detail=scheduled.detail,
    )


def scheduled(job: Job, clock: Clock) -> ScheduledDelivery:
    """What is to stand on the topic of a job, as it is now."""
    mono, now = clock.monotonic(), clock.now()
    return ScheduledDelivery(
        alert_id=job.alert_id,
        watch_id=job.watch_id,
        story_id=job.story_id,
        receiver=job.receiver,
        offset=job.offset,
        arrived_at=job.arrived_at,
        accepted_at=now - timedelta(seconds=mono - job.accepted_at),
        scheduled_at=now,
        due_at=now + timedelta(seconds=max(0.0, (job.due or mono) - mono)),
        attempts=job.attempts,
        failures=job.failures,
        status=job.status,
        detail=job.detail,
        requested=job.requested,
    )
