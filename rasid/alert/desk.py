"""A partition's desk: what its matches mean, match by match, and what falls due while nothing comes.

Stories, the hours of `max_per_hour` and the counts of spikes belong to a watch, so all of them are kept where the
watch's matches are. What spans watches, groups and inhibition, is room.py's.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from rasid.alert import spike
from rasid.alert.care import Verdict, Waiting, decide
from rasid.alert.effects import Effects, State, key
from rasid.alert.limit import LimitState, following, summed_up
from rasid.alert.matchers import labels_of_match
from rasid.alert.routes import Care
from rasid.alert.shelf import StoryState
from rasid.alert.silences import Silences
from rasid.alert.spike import SpikeState
from rasid.alert.story import Change, StoryBook, digest
from schemas.alert import Alert, Reason, Spike
from schemas.decision import Decision
from schemas.watch import SpikeRule
from schemas.watch_match import WatchMatch


class Rules:
    """What decisions go by: the receivers file's tables and the silences, both of which change while workers run."""

    def __init__(self, care: Care | None = None, silences: Silences | None = None) -> None:
        self.care = care or Care()
        self.silences = silences or Silences()


class Desk:
    """Decides on the matches of one partition. State is given back after a restart by `restore`."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._stories = StoryBook()
        self._limits: dict[str, LimitState] = {}  # in the order in which their hours began
        self._spikes: dict[str, SpikeState] = {}
        self._watched: dict[str, tuple[SpikeRule, Alert]] = {}  # spikes under way, or on their way up

    def restore(self, states: Iterable[State]) -> None:
        """Takes states as they were last written."""
        for state in states:
            match state:
                case StoryState():
                    self._stories.restore([state])
                case LimitState():
                    self._limits[state.watch_id] = state
                case SpikeState():
                    self._spikes[state.watch_id] = state
        self._limits = dict(sorted(self._limits.items(), key=lambda item: item[1].since))

    def take(self, match: WatchMatch, now: datetime) -> Effects:
        """What a match comes to. What is due must have been seen to before, by `tick`."""
        effects = Effects()
        change = self._stories.take(match, now, self._repeat(match))
        if change is None:
            return effects
        if change.alert is None:
            effects.decisions.append(_uneventful(match, change, now))
            self._settle(effects, change, told=False)
            return effects
        verdict = self._decide(effects, change.alert, match.max_per_hour, now)
        self._settle(effects, change, told=verdict.told)
        if match.spike is not None and change.opens:
            self._count(effects, match.spike, change.alert, match, now)
        return effects

    def _repeat(self, match: WatchMatch) -> timedelta:
        routes = self._rules.care.route.matching(labels_of_match(match))
        return min(route.repeat_interval for route in routes)

    def _settle(self, effects: Effects, change: Change, *, told: bool) -> None:
        story = self._stories.settle(change, told=told)
        effects.states.append((key(story), story))

    def _decide(self, effects: Effects, alert: Alert, max_per_hour: int | None, now: datetime) -> Verdict:
        """Runs an alert through the stages, and puts down what comes of it."""
        before = self._limits.get(alert.watch.id)
        verdict = decide(alert, self._rules.care, self._rules.silences, before, max_per_hour, now)
        if verdict.limit is not None and verdict.limit is not before:
            self._keep(effects, verdict.limit)
        if verdict.is_direct:
            effects.alerts.append(msgspec.structs.replace(alert, receivers=list(verdict.receivers)))
        effects.waiting += [Waiting(alert, route.path) for route in verdict.waits]
        if verdict.announced:
            effects.waiting.append(Waiting(alert))
        effects.decisions.append(decision(alert, verdict, now))
        return verdict

    # -- spikes -------------------------------------------------------------------------------------------------------

    def _count(self, effects: Effects, rule: SpikeRule, alert: Alert, match: WatchMatch, now: datetime) -> None:
        """A story more: it counts when its article came."""
        watch_id = match.watch.id
        state = spike.counted(self._spikes.get(watch_id), watch_id, match.arrived_at)
        self._look(effects, state, rule, alert, match.arrived_at, now, match.max_per_hour)

    def _look(  # noqa: PLR0913, PLR0917
        self, effects: Effects, state: SpikeState, rule: SpikeRule, alert: Alert, at: datetime, now: datetime,
        max_per_hour: int | None = 0,
    ) -> None:  # fmt: skip
        before, watch_id = self._spikes.get(state.watch_id), state.watch_id
        step = spike.looked_at(state, rule, at)
        self._spikes[watch_id] = step.state
        if step.state.up_since is not None:
            self._watched[watch_id] = rule, alert
        else:
            self._watched.pop(watch_id, None)
        if step.began or step.ended:
            self._decide(effects, _spiked(alert, step, state, now), max_per_hour, now)
        if step.state is not before:
            effects.states.append((key(step.state), step.state))

    # -- what falls due -----------------------------------------------------------------------------------------------

    def is_due(self, now: datetime) -> bool:
        """Whether `tick` has something to do; cheap enough to ask before every batch."""
        oldest = next(iter(self._limits.values()), None)
        return bool(self._watched) or (oldest is not None and _is_due(oldest, now))

    def tick(self, now: datetime) -> Effects:
        """Digests whose hour is over, and spikes that have lasted or ended."""
        effects = Effects()
        for state in [each for each in self._limits.values() if _is_due(each, now)]:
            self._close(effects, state, now)
        for watch_id, (rule, alert) in list(self._watched.items()):
            self._look(effects, self._spikes[watch_id], rule, alert, now, now)
        return effects

    def _close(self, effects: Effects, state: LimitState, now: datetime) -> None:
        """Ends a watch's hour, with a digest where something was held."""
        alert = summed_up(state, now)
        if alert is None:
            del self._limits[state.watch_id]
            effects.states.append((key(state), None))
            return
        self._decide(effects, alert, None, now)
        self._keep(effects, following(state, alert, now))

    def _keep(self, effects: Effects, state: LimitState) -> None:
        before = self._limits.get(state.watch_id)
        if before is not None and before.since != state.since:
            del self._limits[state.watch_id]
        self._limits[state.watch_id] = state
        effects.states.append((key(state), state))


def _is_due(state: LimitState, now: datetime) -> bool:
    return not state.since <= now < state.until


def _spiked(alert: Alert, step: spike.Step, state: SpikeState, now: datetime) -> Alert:
    """The alert of a spike, with the last story's article to open. Its id follows from the watch and when it began."""
    began, reading = step.state.spiking_since or state.spiking_since, step.reading
    assert began is not None  # a spike begins or ends
    assert reading is not None
    identity = f"alert_{digest(alert.watch.id, str(alert.watch.revision), 'spike', began.isoformat())}"
    return msgspec.structs.replace(
        alert,
        id=identity,
        notification_id=identity if step.began else f"{identity}_2",
        type="alert.fired" if step.began else "alert.resolved",
        reason=Reason.SPIKE if step.began else Reason.SPIKE_OVER,
        fired_at=now,
        news=msgspec.UNSET,
        spike=Spike(reading.stories, round(reading.expected, 2), reading.probability, reading.weeks, began),
    )


def _uneventful(match: WatchMatch, change: Change, now: datetime) -> Decision:
    """The decision on a match that is no occasion to tell anybody."""
    story = change.story
    return Decision(
        alert_id=change.alert_id, watch_id=story.watch_id, story_id=story.id, article_uri=match.article.uri, at=now,
        reason=change.reason, told=False, detail=f"report {story.article_count} of {len(story.sources)} publishers",
    )  # fmt: skip


def decision(alert: Alert, verdict: Verdict, now: datetime) -> Decision:
    """A verdict for the record; an alert that nobody is told of stands in it whole."""
    return Decision(
        alert_id=alert.id, watch_id=alert.watch.id, story_id=alert.story.id, article_uri=alert.article.uri, at=now,
        reason=verdict.reason, told=verdict.is_direct, type=alert.type, notification_id=alert.notification_id,
        by=verdict.by, detail=verdict.detail, until=verdict.until, receivers=list(verdict.receivers),
        alert=None if verdict.is_direct else alert,
    )  # fmt: skip
