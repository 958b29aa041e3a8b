"""What a webhook says, and what it leaves out when an alert is too large."""

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.deliver import payload
from schemas.alert import Digest, Group, Member, Story
from tests.deliver.alerts import AT, alert, entity, hit, topic

IDENTITY = [
    ("id",),
    ("fired_at",),
    ("watch", "id"),
    ("watch", "revision"),
    ("watch", "severity"),
    ("article", "uri"),
    ("story", "id"),
    ("story", "article_count"),
]


def read(body):
    return json.loads(body)["data"]


def at(data, path):
    for name in path:
        data = data[name]
    return data


def test_an_ordinary_alert_is_sent_whole():
    sent = json.loads(payload.body(alert()))
    assert sent["type"] == "alert.fired"
    assert sent["timestamp"] == "2026-11-23T10:00:00Z"
    wanted = msgspec.to_builtins(alert())
    del wanted["receivers"], wanted["type"]
    assert sent["data"] == wanted


def test_other_receivers_are_nobody_elses_business():
    assert b"other-desk" not in payload.body(alert(receivers=["desk", "other-desk"]))


def test_arabic_is_written_as_itself():
    assert "الضمانات الأمنية".encode() in payload.body(alert())


def test_the_same_alert_gives_the_same_bytes():
    large = alert(entities=[entity()] * 500)
    assert payload.body(large) == payload.body(large)


def test_entities_go_first_and_only_as_many_as_needed():
    data = read(payload.body(alert(entities=[entity(f"مدينة {n}") for n in range(300)])))
    kept = len(data["entities"])
    assert data["left_out"] == {"entities": 300 - kept}
    assert kept > 100
    assert data["entities"][0]["name"]["ar"] == "مدينة 0"
    assert len(data["topics"]) == 1
    assert len(data["evidence"]) == 2


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({"topics": [topic()] * 300}, {"entities", "topics"}),
        ({"story": Story("s", 9000, [f"صحيفة {n}" for n in range(9000)])}, {"entities", "topics", "sources"}),
        ({"evidence": [hit()] * 500}, {"entities", "topics", "sources", "evidence"}),
        ({"evidence": [hit(context="ب" * 9000)] * 3}, {"entities", "topics", "sources", "context"}),
        ({"evidence": [hit("ب" * 9000)] * 3}, {"entities", "topics", "sources", "context", "evidence"}),
    ],
)
def test_what_matters_less_goes_before_what_matters_more(changes, left_out):
    body = payload.body(alert(**changes))
    assert len(body) <= payload.LIMIT_BYTES
    assert set(read(body)["left_out"]) == left_out


def test_three_hits_outlast_topics_and_entities():
    data = read(payload.body(alert(evidence=[hit()] * 500, topics=[topic()] * 500)))
    assert len(data["evidence"]) >= 3
    assert data["evidence"][0]["before"]


def test_a_megabyte_title_costs_nothing_but_its_end():
    whole = alert()
    data = read(payload.body(alert(article=msgspec.structs.replace(whole.article, title="خبر " * 250_000))))
    assert data["left_out"] == {"title": 1_000_000 - 1999}
    assert len(data["title" if "title" in data else "article"]["title"]) == 2000
    assert data["article"]["title"].endswith("…")
    assert len(data["evidence"]) == 2


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40).map(lambda text: text * 400)


@settings(max_examples=60, deadline=None)
@given(
    long=st.tuples(texts, texts, texts, texts),
    labels=st.dictionaries(st.text("ab", max_size=9), texts, max_size=3),
    counts=st.tuples(*[st.integers(0, 200)] * 4),
)
def test_every_alert_fits_and_keeps_its_identity(long, labels, counts):
    title, query, name, url = long
    whole = alert()
    replace = msgspec.structs.replace
    large = alert(
        watch=replace(whole.watch, query=query, name=name, labels=labels),
        article=replace(whole.article, title=title, url=url),
        story=replace(whole.story, sources=["صحيفة"] * counts[0]),
        evidence=[hit()] * counts[1],
        topics=[topic()] * counts[2],
        entities=[entity()] * counts[3],
    )
    body = payload.body(large)
    assert len(body) <= payload.LIMIT_BYTES
    data, wanted = read(body), msgspec.to_builtins(large)
    for path in IDENTITY:
        assert at(data, path) == at(wanted, path)
    for name_, kept in (("entities", data["entities"]), ("topics", data["topics"]), ("evidence", data["evidence"])):
        assert len(wanted[name_]) - len(kept) == data.get("left_out", {}).get(name_, 0)


def test_nothing_is_left_out_in_silence():
    data = read(payload.body(alert(entities=[entity()] * 200, evidence=[hit(context="س" * 100)] * 200)))
    assert data["left_out"]["evidence"] == 200 - len(data["evidence"])
    assert "left_out" not in read(payload.body(alert()))


def test_the_moment_of_the_alert_is_the_payloads():
    assert json.loads(payload.body(alert()))["timestamp"] == AT.isoformat().replace("+00:00", "Z")


def test_a_group_or_digest_of_long_alerts_fits_too():
    member = Member(
        "alert_1", "alert.fired", "w", "info", "خبر " * 50, "https://news.example/" + "a" * 1900, "وكالة", AT
    )
    for name, many in (
        ("group", Group("g", {}, [member] * 20)),
        ("digest", Digest(AT, AT, 3, 20, [member] * 20)),
    ):
        body = payload.body(alert(**{name: many}))
        kept = len(read(body)[name]["alerts"])
        assert 0 < kept < 20
        assert read(body)["left_out"]["alerts"] == 20 - kept
