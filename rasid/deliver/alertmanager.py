"""An alert as Alertmanager's v2 API takes it: labels that identify it, annotations that describe it, start and end.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

import re
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from schemas.alert import Alert

PATH: Final = "/api/v2/alerts"
RESOLVED: Final = "alert.resolved"
# Prometheus's own rule for label names; versions of Alertmanager before 0.27 take no others.
NOT_IN_NAMES: Final = re.compile(r"[^a-zA-Z0-9_]")
SHOWN_EVIDENCE: Final = 3


def body(alert: Alert, title: str, text: str, now: datetime, firing_seconds: float) -> bytes:
    """The body of a POST to `/api/v2/alerts`: a list with one alert.

    An article is a moment and an Alertmanager's alert a state: this one fires until `firing_seconds` after `now`, the
    time of the attempt, or ends now where it was resolved. Alertmanager knows an alert by its labels, so they are of
    watch and story, which an update and a resolution share.
    """
    ends = now if alert.type == RESOLVED else now + timedelta(seconds=firing_seconds)
    return msgspec.json.encode([{
        "labels": labels(alert),
        "annotations": annotations(alert, title, text),
        "startsAt": min(alert.fired_at, now).isoformat(),
        "endsAt": ends.isoformat(),
        **({"generatorURL": alert.article.url} if _is_url(alert.article.url) else {}),
    }])  # fmt: skip


def labels(alert: Alert) -> dict[str, str]:
    """The watch's labels, with names made fit, and ours over them: alertname, watch, story, severity."""
    own = {"alertname": alert.watch.name or alert.watch.id, "watch": alert.watch.id, "story": alert.story.id,
           "severity": alert.watch.severity}  # fmt: skip
    return {label_name(name): value for name, value in alert.watch.labels.items() if value} | own


def label_name(name: str) -> str:
    """A name that every version takes: other characters than letters, digits and '_' become '_'."""
    made = NOT_IN_NAMES.sub("_", name)
    return made if made[:1].isalpha() or made[:1] == "_" else f"_{made}"


def annotations(alert: Alert, title: str, text: str) -> dict[str, str]:
    """What a person reads; none is empty, as Alertmanager drops empty ones."""
    said = "; ".join(f"{each.before}{each.text}{each.after}".strip() for each in alert.evidence[:SHOWN_EVIDENCE])
    found: dict[str, Any] = {
        "summary": title,
        "description": text,
        "query": alert.watch.query,
        "evidence": said,
        "source": alert.article.source,
        "sources": str(len(alert.story.sources)),
        "article": alert.article.uri,
        "alert_id": alert.id,
    }
    return {name: value for name, value in found.items() if value}


def _is_url(url: str | None) -> bool:
    """Alertmanager refuses the whole request for a URL it cannot read."""
    return bool(url) and re.match(r"https?://[\x21-\x7e]+\Z", url or "") is not None
