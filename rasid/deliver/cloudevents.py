"""An alert as a CloudEvent 1.0, in the structured and in the binary mode of its HTTP binding.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
"""

from typing import Any, Final
from urllib.parse import quote

from rasid.deliver import payload
from schemas.alert import Alert

SPECVERSION: Final = "1.0"
TYPE_PREFIX: Final = "rasid."  # types say who defined them
STRUCTURED: Final = "application/cloudevents+json; charset=utf-8"
BINARY: Final = "application/json"
# HTTP binding, 3.1.3.2: printable ASCII stays as it is, without blank, quotation mark and per cent.
UNESCAPED: Final = "!#$&'()*+,-./:;<=>?@[\\]^_`{|}~"


def attributes(alert: Alert) -> dict[str, str]:
    """The context attributes; `id` is the alert's, the same on every retry."""
    return {
        "specversion": SPECVERSION,
        "id": alert.message_id,
        "source": f"urn:rasid:watch:{quote(alert.watch.id, safe='')}",
        "type": TYPE_PREFIX + alert.type,
        "subject": alert.article.uri,
        "time": payload.data_of(alert)["fired_at"],
        "datacontenttype": "application/json",
    }


def structured(alert: Alert, **extra: str) -> tuple[dict[str, str], bytes]:
    """Headers and body: attributes and data in one JSON object. `extra` are extension attributes."""
    about = attributes(alert) | extra

    def envelope(data: dict[str, Any]) -> dict[str, Any]:
        return {**about, "data": data}

    return {"Content-Type": STRUCTURED}, payload.fitted(alert, envelope)


def binary(alert: Alert, **extra: str) -> tuple[dict[str, str], bytes]:
    """Headers and body: attributes in headers, percent-encoded where they are not ASCII, and the data alone."""
    about = attributes(alert) | extra
    about.pop("datacontenttype")
    headers = {f"ce-{name}": quote(value, safe=UNESCAPED) for name, value in about.items()}
    return {"Content-Type": BINARY, **headers}, payload.fitted(alert, lambda data: data)
