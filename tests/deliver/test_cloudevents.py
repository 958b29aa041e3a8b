"""CloudEvents 1.0, read by the CloudEvents project's own library, and as a receiver is told."""

import json
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from cloudevents.http import from_http

from agents import receivers
from rasid.deliver import cloudevents, payload
from schemas.article import ArticleRef
from tests.collector import SECRET, Collector
from tests.deliver.alerts import AT, alert

ARABIC = ArticleRef('urn:خبر:1 أ"%', "https://news.example/a", "جولة محادثات", "وكالة", "ar", AT)
ALERTS = [
    alert(1),
    alert(2, article=ARABIC),
    alert(3, type="alert.updated", notification_id="alert_000003_2"),
    alert(4, type="alert.resolved"),
    alert(5, evidence=[alert(1).evidence[0]] * 500),
]


@pytest.mark.parametrize("given", ALERTS, ids=lambda each: each.id)
@pytest.mark.parametrize("mode", [cloudevents.structured, cloudevents.binary])
def test_the_project_s_own_library_reads_it(given, mode):
    headers, body = mode(given)
    event = from_http(headers, body)
    subject, source = unquote(event["subject"]), unquote(event["source"])
    assert (event["specversion"], event["id"], event["type"]) == ("1.0", given.message_id, f"rasid.{given.type}")
    assert (subject if mode is cloudevents.binary else event["subject"]) == given.article.uri
    assert source == "urn:rasid:watch:guarantees"
    assert event["time"] == AT.isoformat().replace("+00:00", "Z")
    wanted = json.loads(payload.body(given))["data"]
    assert event.data == wanted or {event.data.keys() == wanted.keys(), "left_out" in wanted} == {True}
    assert len(body) <= payload.LIMIT_BYTES


def test_headers_are_printable_ascii():
    headers, _ = cloudevents.binary(ALERTS[1])
    assert all(value.isascii() and value.isprintable() and '"' not in value for value in headers.values())


@pytest.mark.parametrize("layout", ["cloudevents", "cloudevents-binary"])
async def test_a_receiver_gets_it_signed(layout):
    async with Collector() as server:
        text = (
            f'[[receiver]]\nname = "a"\nurl = "{server.url}"\nsecrets = ["{SECRET}"]\nallow_private = true\n'
            f'format = "{layout}"\ntitle = "عنوان {{{{ watch.id }}}}"\n'
        )
        async with receivers.read(text, "f")["a"].sender() as sender:
            assert (await sender.send(alert(2, article=ARABIC), datetime.now(UTC))).result == 204
        (got,) = server.received
    assert got.fault == ""
    event = from_http(got.headers, got.body)
    assert unquote(event["title"]) == "عنوان guarantees"
    assert event.data["article"]["title"] == "جولة محادثات"
