"""Labels of alerts and conditions on them, in Alertmanager's notation: `desk="politics"`, `watch=~"oil|gas"`.

https://prometheus.io/docs/alerting/latest/configuration/#matcher
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, cast

from rasid.errors import ConfigError
from schemas.alert import Alert
from schemas.article import ArticleRef
from schemas.silence import Matcher, Operator
from schemas.watch import WatchRef
from schemas.watch_match import WatchMatch

MAX_VALUE: Final = 500  # characters
_MATCHER: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.DOTALL)
_EXAMPLE: Final = 'write name="value", name!="value", name=~"a|b" or name!~"a|b"'


def labels_of(alert: Alert) -> dict[str, str]:
    """What routes, silences and groups go by: the watch's labels, and `watch`, `severity`, `language`, `source`,
    `kind` (story, spike or digest), which a watch's own labels cannot change.
    """
    kind = "spike" if alert.spike else "digest" if alert.digest else "story"
    return _labels(alert.watch, alert.article, kind)


def labels_of_match(match: WatchMatch) -> dict[str, str]:
    """Those that the alert of a match would have."""
    return _labels(match.watch, match.article, "story")


def _labels(watch: WatchRef, article: ArticleRef, kind: str) -> dict[str, str]:
    about = {"language": article.language or "", "source": article.source or ""}
    return {**watch.labels, **about, "watch": watch.id, "severity": watch.severity, "kind": kind}


def parse(text: str) -> Matcher:
    """One condition; quotation marks may be left out. Raises ConfigError for what is none."""
    found = _MATCHER.fullmatch(text)
    if not found:
        raise ConfigError(f"{text!r} is no matcher: {_EXAMPLE}")
    name, operator, value = found.groups()
    return checked(Matcher(name, cast(Operator, operator), _unquoted(value, text)))


def _unquoted(value: str, text: str) -> str:
    if value.startswith('"') or value.endswith('"'):
        if len(value) < len('""') or not (value.startswith('"') and value.endswith('"')):
            raise ConfigError(f"{text!r} is no matcher: a quotation mark is open: {_EXAMPLE}")
        return value[1:-1]
    return value


def checked(matcher: Matcher) -> Matcher:
    """`matcher`, where it can be used; raises ConfigError otherwise."""
    if len(matcher.value) > MAX_VALUE:
        raise ConfigError(f"the value of {matcher.name!r} has {len(matcher.value)} characters: at most {MAX_VALUE}")
    if matcher.operator in {"=~", "!~"}:
        try:
            _compiled(matcher.value)
        except re.error as error:
            raise ConfigError(f"{matcher.value!r} is no regular expression: {error}") from error
    return matcher


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def text(matcher: Matcher) -> str:
    """As `parse` reads it."""
    return f'{matcher.name}{matcher.operator}"{matcher.value}"'


def meets(matcher: Matcher, labels: Mapping[str, str]) -> bool:
    """Whether one condition holds."""
    value = labels.get(matcher.name, "")
    match matcher.operator:
        case "=":
            return value == matcher.value
        case "!=":
            return value != matcher.value
        case "=~":
            return _compiled(matcher.value).fullmatch(value) is not None
        case "!~":
            return _compiled(matcher.value).fullmatch(value) is None


def all_meet(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether every condition holds; none always do."""
    return all(meets(matcher, labels) for matcher in matchers)
