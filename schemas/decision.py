"""Decision: what became of a match or an alert and why, on the topic `decisions`."""

import msgspec

from schemas.alert import Alert, AlertType, Reason
from schemas.article import Moment


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """One named decision about one article, or about a notification that stands for several.

    `told` says whether a notification goes to `receivers` by it; `by` names what decided (a silence's id, a route, a
    rule), `detail` says it in words, `until` when it will be looked at again. `alert` is the whole alert where it was
    not told, as it stands nowhere else then.
    """

    alert_id: str
    watch_id: str
    story_id: str
    article_uri: str
    at: Moment
    reason: Reason
    told: bool
    type: AlertType = "alert.fired"
    notification_id: str = ""
    by: str = ""
    detail: str = ""
    until: Moment | None = None
    receivers: list[str] = []
    alert: Alert | None = None
