"""Inhibition: an alert is not told of while a weightier one stands, as Alertmanager's `inhibit_rules`.

https://prometheus.io/docs/alerting/latest/configuration/#inhibit_rule. News has no end by itself, so a source stands
for a rule's `duration` after it was last told of, or until it is resolved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from rasid.alert.durations import duration
from rasid.alert.matchers import all_meet, parse
from rasid.errors import ConfigError
from schemas.article import Moment
from schemas.silence import Matcher

DURATION: Final = timedelta(hours=1)
_KEYS: Final = ("source_matchers", "target_matchers", "equal", "duration")


@dataclass(frozen=True, slots=True)
class Rule:
    """Alerts that meet `target` are inhibited while one that meets `source` stands and has the labels `equal` alike."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()
    duration: timedelta = DURATION


class Source(msgspec.Struct, frozen=True, tag_field="kind", tag="source"):
    """An alert that may inhibit others, and when it was last told of."""

    alert_id: str
    labels: dict[str, str]
    at: Moment
    resolved: bool = False


def read_rule(table: Mapping[str, Any]) -> Rule:
    """Reads one `[[inhibit_rule]]`; raises ConfigError for a mistake in it."""
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"unknown key {key!r}: known are {', '.join(_KEYS)}")
    source, target, equal = (table.get(key, []) for key in ("source_matchers", "target_matchers", "equal"))
    for name, value in zip(_KEYS, (source, target, equal), strict=False):
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ConfigError(f"{name} is {value!r}: write a list of strings")
    if not source or not target:
        raise ConfigError(
            "source_matchers and target_matchers are both wanted: without them it would inhibit everything"
        )
    length = duration(table["duration"]) if "duration" in table else DURATION
    return Rule(tuple(map(parse, source)), tuple(map(parse, target)), tuple(equal), length)


def is_source(rules: Iterable[Rule], labels: Mapping[str, str]) -> bool:
    """Whether an alert may inhibit others."""
    return any(all_meet(rule.source, labels) for rule in rules)


def is_target(rules: Iterable[Rule], labels: Mapping[str, str]) -> bool:
    """Whether an alert may be inhibited."""
    return any(all_meet(rule.target, labels) for rule in rules)


def inhibiting(
    rules: Sequence[Rule], sources: Iterable[Source], alert_id: str, labels: Mapping[str, str], now: datetime
) -> Source | None:
    """The alert that inhibits one with these labels: of several the first."""
    wanted = [rule for rule in rules if all_meet(rule.target, labels)]
    if not wanted:
        return None
    standing = (source for source in sources if not source.resolved and source.alert_id != alert_id)
    return next((each for each in standing if any(_inhibits(rule, each, labels, now) for rule in wanted)), None)


def _inhibits(rule: Rule, source: Source, labels: Mapping[str, str], now: datetime) -> bool:
    """One that is source and target of a rule cannot inhibit its like."""
    if now - source.at >= rule.duration or not all_meet(rule.source, source.labels):
        return False
    if any(source.labels.get(name, "") != labels.get(name, "") for name in rule.equal):
        return False
    return not (all_meet(rule.source, labels) and all_meet(rule.target, source.labels))
