"""A webhook's body, `{type, timestamp, data}`, kept small enough for every receiver.

What does not fit is left out in a stated order, and `data.left_out` says how much of what; what identifies the alert
always stays.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from schemas.alert import Alert

LIMIT_BYTES: Final = 20_000  # Standard Webhooks: "usually smaller than 20kb"
KEPT_EVIDENCE: Final = 3  # hits that outlast the topics: enough to judge an alert by
LONG_CHARACTERS: Final = 2000  # of a title, query or name: no headline, but what a broken feed calls one
SHORT_CHARACTERS: Final = 300  # the same where all else was not enough
ELLIPSIS: Final = "…"
MARGIN_BYTES: Final = 250  # what `left_out` itself takes, every key with a large number
INTERNAL: Final = ("receivers", "type")  # whom else we tell is no receiver's business; the type stands outside

Data = dict[str, Any]
_encode = msgspec.json.Encoder().encode


def body(alert: Alert, limit_bytes: int = LIMIT_BYTES, **extra: str) -> bytes:
    """The body for an alert; the same alert always gives the same bytes. `extra` stands beside `data`.

    Left out until it fits, in this order: the ends of title, query, watch name, source and language beyond 2,000
    characters; entities; topics; the story's sources and reports, and those that are new; evidence beyond the first
    three; the context of evidence; the rest of the evidence; the alerts of a group or digest; labels; the ends of the
    same texts beyond 300 characters; the article's url. Lists lose their ends. Only an alert with an absurdly long uri
    or id can exceed `limit_bytes` then.
    """
    return fitted(
        alert, lambda data: {"type": alert.type, "timestamp": data["fired_at"], **extra, "data": data}, limit_bytes
    )


def fitted(alert: Alert, envelope: Callable[[Data], Data], limit_bytes: int = LIMIT_BYTES) -> bytes:
    """The JSON of what `envelope` makes of the alert's data, cut as `body` says until it is small enough."""
    data = data_of(alert)
    whole = _encode(envelope(data))
    if len(whole) <= limit_bytes:
        return whole
    excess, left_out = len(whole) - limit_bytes + MARGIN_BYTES, dict[str, int]()
    for name, cut in _CUTS:
        saved, count = cut(data, excess)
        excess -= saved
        if count:
            left_out[name] = left_out.get(name, 0) + count
        if excess <= 0:
            break
    return _encode(envelope({**data, "left_out": left_out}))


def data_of(alert: Alert) -> Data:
    """The webhook's `data`, whole."""
    return {name: value for name, value in msgspec.to_builtins(alert).items() if name not in INTERNAL}


# A cut takes at most what is needed (`excess` bytes) and says how many bytes it saved and how many items it left out.
Cut = Callable[[Data, int], tuple[int, int]]


def _shorten(items: list[Any], excess: int, kept: int = 0) -> tuple[int, int]:
    saved = count = 0
    while len(items) > kept and saved < excess:
        saved += len(_encode(items.pop())) + 1  # and its comma
        count += 1
    return saved - (1 if count and not items else 0), count


def _entities(data: Data, excess: int) -> tuple[int, int]:
    return _shorten(data["entities"], excess)


def _topics(data: Data, excess: int) -> tuple[int, int]:
    return _shorten(data["topics"], excess)


def _sources(data: Data, excess: int) -> tuple[int, int]:
    return _shorten(data["story"]["sources"], excess)


def _reports(data: Data, excess: int) -> tuple[int, int]:
    return _shorten(data["story"].get("reports", []), excess)


def _news(data: Data, excess: int) -> tuple[int, int]:
    return _shorten(data.get("news", {}).get("sources", []), excess)


def _alerts(data: Data, excess: int) -> tuple[int, int]:
    """Those listed in a group or a digest, which has its own count of what is left out as well."""
    return _shorten((data.get("group") or data.get("digest") or {}).get("alerts", []), excess)


def _more_evidence(data: Data, excess: int) -> tuple[int, int]:
    return _shorten(data["evidence"], excess, KEPT_EVIDENCE)


def _context(data: Data, excess: int) -> tuple[int, int]:  # noqa: ARG001  # all of it or none: half a context misleads
    before = len(_encode(data["evidence"]))
    cut = [each for each in data["evidence"] if each["before"] or each["after"]]
    for each in cut:
        each["before"] = each["after"] = ""
    return before - len(_encode(data["evidence"])), len(cut)


def _evidence(data: Data, excess: int) -> tuple[int, int]:
    return _shorten(data["evidence"], excess)


def _labels(data: Data, excess: int) -> tuple[int, int]:  # noqa: ARG001
    before, count = len(_encode(data["watch"]["labels"])), len(data["watch"]["labels"])
    data["watch"]["labels"] = {}
    return before - 2, count


def _url(data: Data, excess: int) -> tuple[int, int]:  # noqa: ARG001
    before = len(_encode(data["article"]["url"]))
    absent = data["article"]["url"] is None
    data["article"]["url"] = None
    return before - len(b"null"), 0 if absent else 1


def _text(part: str, name: str, limit: int) -> Cut:
    def cut(data: Data, excess: int) -> tuple[int, int]:  # noqa: ARG001
        text = (data[part][name] or "").removesuffix(ELLIPSIS)
        if len(text) < limit:
            return 0, 0
        before = len(_encode(data[part][name]))
        data[part][name] = text[: limit - 1] + ELLIPSIS
        return before - len(_encode(data[part][name])), len(text) - limit + 1

    return cut


def _texts(limit: int) -> list[tuple[str, Cut]]:
    named = ("article", "title"), ("watch", "query"), ("watch", "name"), ("article", "source"), ("article", "language")
    return [(name, _text(part, name, limit)) for part, name in named]


_CUTS: Final[Sequence[tuple[str, Cut]]] = (
    *_texts(LONG_CHARACTERS),
    ("entities", _entities),
    ("topics", _topics),
    ("sources", _sources),
    ("reports", _reports),
    ("news", _news),
    ("evidence", _more_evidence),
    ("context", _context),
    ("evidence", _evidence),
    ("alerts", _alerts),
    ("labels", _labels),
    *_texts(SHORT_CHARACTERS),
    ("url", _url),
)
