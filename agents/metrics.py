"""The service's metrics, in prometheus_client's default registry. Labels come from closed lists or configuration only.

Agents count here; health.py serves them; deploy/ draws them.
"""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

# 5 ms is what a good path takes at its best, 60 s what a reader would no longer call the moment.
SECONDS: Final = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

ARTICLES = Counter("rasid_articles_total", "Articles read and tagged.")
MATCHES = Counter("rasid_matches_total", "Watches that matched an article.")
ALERTS = Counter("rasid_alerts_total", "Matches decided upon, by decision.", ["decision"])
DELIVERIES = Counter("rasid_deliveries_total", "Attempts to deliver that came to an end.", ["receiver", "outcome"])
DEAD_LETTERS = Counter("rasid_dead_letters_total", "Records put aside as dead letters.", ["step", "reason"])
LAG = Gauge("rasid_lag_records", "Records of an assigned partition that are not yet committed.", ["topic", "partition"])
PUBLISH_TO_TAGGED = Histogram(
    "rasid_publish_to_tagged_seconds", "From an article's arrival on Kafka to its tagged article.", buckets=SECONDS
)
PUBLISH_TO_ALERT = Histogram(
    "rasid_publish_to_alert_seconds", "From an article's arrival on Kafka to an alert.", buckets=SECONDS
)
PUBLISH_TO_DELIVERED = Histogram(
    "rasid_publish_to_delivered_seconds", "From an article's arrival on Kafka to a receiver's 2xx.", buckets=SECONDS
)
DELIVERIES_WAITING = Gauge("rasid_deliveries_waiting", "Alerts taken on and not yet settled.", ["receiver"])
RECEIVER_TAKES = Gauge(
    "rasid_receiver_takes", "1 while a receiver takes alerts, 0 while it fails or is switched off.", ["receiver"]
)
RECEIVERS_FILE_VALID = Gauge(
    "rasid_receivers_file_valid", "1 while the receivers file is in force, 0 while an earlier version of it is."
)
WATCHES = Gauge("rasid_watches", "Watches loaded, by state.", ["state"])
WATCHES_FAULTY = Gauge("rasid_watches_faulty", "Watches not in force, or that gave up on an article.", ["reason"])
WATCHES_ALWAYS = Gauge("rasid_watches_always", "Watches without a necessary word, verified on every article.")
WATCHLIST_REVISION = Gauge("rasid_watchlist_revision", "The offset after the last record of the watchlist in force.")
TAGGER_ON = Gauge("rasid_tagger_on", "1 where a tagger has what it needs, 0 where it is off.", ["tagger"])
BUILD_INFO = Gauge("rasid_build_info", "Always 1; what runs.", ["version", "python", "faust"])


def own_version() -> str:
    """Rasid's version; "source" where it runs from a tree that is not installed."""
    try:
        return version("rasid")
    except PackageNotFoundError:
        return "source"


BUILD_INFO.labels(own_version(), platform.python_version(), version("faust-streaming")).set(1)
