"""Where alerts wait that have to do with one another: groups, and the rules of inhibition. One for all watches.

Whether a waiting alert is told of is decided when its time has come, as in Alertmanager: a silence or a weightier alert
may have come meanwhile.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from rasid.alert import group
from rasid.alert.care import Verdict, Waiting, held_back, whom
from rasid.alert.desk import Rules, decision
from rasid.alert.effects import Effects, State, key
from rasid.alert.group import GroupState
from rasid.alert.inhibit import Source, inhibiting, is_source
from rasid.alert.matchers import labels_of
from rasid.alert.routes import Route
from schemas.alert import Alert, Reason


class Room:
    """Groups and sources of inhibition. State is given back after a restart by `restore`."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._groups: dict[str, GroupState] = {}
        self._sources: dict[str, Source] = {}

    def restore(self, states: Iterable[State]) -> None:
        """Takes states as they were last written."""
        for state in states:
            match state:
                case GroupState():
                    self._groups[state.id] = state
                case Source():
                    self._sources[state.alert_id] = state

    def take(self, waiting: Waiting, now: datetime) -> Effects:
        """Puts an alert into its group, or decides on one that only had to pass the rules of inhibition."""
        effects, alert = Effects(), waiting.alert
        labels = labels_of(alert)
        if not waiting.route:
            self._stand(effects, alert, now)
            return effects
        route = self._route(waiting, alert)
        alert = msgspec.structs.replace(alert, receivers=whom(alert, route))
        if route.group_by is None:
            if self._may_be_told(effects, alert, route, now):
                self._tell(effects, [alert], alert, route, now)
            return effects
        identity = group.group_id(route, labels)
        before = self._groups.get(identity)
        state = group.joined(before, route, alert, labels, now)
        if state is not before:
            self._groups[identity] = state
            effects.states.append((key(state), state))
        return effects

    def _route(self, waiting: Waiting, alert: Alert) -> Route:
        """The route by which it waits; where the file has changed meanwhile, the first that it takes now."""
        found = [route for route in self._rules.care.route.every() if route.path == waiting.route]
        return found[0] if found else next(self._rules.care.route.matching(labels_of(alert)))

    # -- what falls due -----------------------------------------------------------------------------------------------

    def is_due(self, now: datetime) -> bool:
        """Whether `tick` has something to do."""
        oldest = next(iter(self._sources.values()), None)
        if oldest is not None and self._is_past(oldest, now):
            return True
        return any(group.is_due(each, now) or group.is_over(each, now) for each in self._groups.values())

    def tick(self, now: datetime) -> Effects:
        """The notifications of groups whose time has come; groups and sources that are over are forgotten."""
        effects = Effects()
        for state in sorted(self._groups.values(), key=lambda each: each.due_at or now):
            if group.is_due(state, now):
                self._flush(effects, state, now)
            elif group.is_over(state, now):
                del self._groups[state.id]
                effects.states.append((key(state), None))
        self._forget_sources(effects, now)
        return effects

    def _flush(self, effects: Effects, state: GroupState, now: datetime) -> None:
        route = next((each for each in self._rules.care.route.every() if each.path == state.route), None)
        told = [alert for alert in state.pending if self._may_be_told(effects, alert, route, now)]
        if told:
            self._tell(effects, told, group.notification(state, told, now), route, now)
        after = group.after(state, now)
        self._groups[state.id] = after
        effects.states.append((key(state), after))

    def _may_be_told(self, effects: Effects, alert: Alert, route: Route | None, now: datetime) -> bool:
        """Whether nothing holds the alert back by now; what does is put down."""
        labels, rules = labels_of(alert), self._rules
        source = inhibiting(rules.care.rules, self._sources.values(), alert.id, labels, now)
        verdict = held_back(labels, rules.care, rules.silences, now)
        if source is not None:
            verdict = Verdict(Reason.INHIBITED, source.alert_id, f"while {source.labels.get('watch', '')} stands")
        muted = rules.care.muted_by(route, now) if route else None
        if verdict is None and route and muted:
            verdict = Verdict(Reason.MUTED, route.path, muted)
        if verdict is not None:
            effects.decisions.append(decision(alert, verdict, now))
        return verdict is None

    def _tell(
        self, effects: Effects, alerts: list[Alert], notification: Alert, route: Route | None, now: datetime
    ) -> None:
        effects.alerts.append(notification)
        verdict = Verdict(notification.reason, route.path if route else "", is_direct=True,
                          receivers=tuple(notification.receivers))  # fmt: skip
        for alert in alerts:
            about = decision(alert, verdict, now)
            effects.decisions.append(msgspec.structs.replace(about, notification_id=notification.notification_id))
            if is_source(self._rules.care.rules, labels_of(alert)):
                self._stand(effects, alert, now)

    def _stand(self, effects: Effects, alert: Alert, now: datetime) -> None:
        """An alert that was told of may inhibit others from now on, until it is resolved."""
        source = Source(alert.id, labels_of(alert), now, resolved=alert.type == "alert.resolved")
        self._sources.pop(alert.id, None)  # the oldest stays first
        self._sources[alert.id] = source
        effects.states.append((key(source), source))

    def _is_past(self, source: Source, now: datetime) -> bool:
        longest = max((rule.duration for rule in self._rules.care.rules), default=timedelta())
        return abs(now - source.at) >= longest

    def _forget_sources(self, effects: Effects, now: datetime) -> None:
        for source in [each for each in self._sources.values() if self._is_past(each, now)]:
            del self._sources[source.alert_id]
            effects.states.append((key(source), None))
