"""A dead letter keeps the record as it was, says why it is there, and goes back the same."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents import dead_letters
from agents.dead_letters import Filter
from agents.settings import Settings
from schemas.dead_letter import Reason, Step

SETTINGS = Settings(bootstrap_servers="x:1", topic_prefix="p.")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HEADERS = st.lists(
    st.tuples(st.text(max_size=20).filter(lambda name: not name.startswith("rasid-")), st.binary(max_size=20))
)


def record(key=b"k", value=b"v", headers=(), topic="p.articles", *, partition=2, offset=17):
    return SimpleNamespace(key=key, value=value, headers=headers, topic=topic, partition=partition, offset=offset)


def put_aside(original, detail="why"):
    """The dead letter of a record, as it is read from the topic."""
    sent = dead_letters.letter(SETTINGS, Step.TAG, Reason.NOT_JSON, detail, original, NOW)
    assert sent.topic == "p.dead-letters"
    return dead_letters.read(record(sent.key, sent.value, sent.headers, sent.topic, partition=0, offset=5))


@given(st.none() | st.binary(), st.none() | st.binary(), HEADERS)
def test_it_goes_back_as_it_came(key, value, headers):
    back = put_aside(record(key, value, headers)).back()
    assert (back.topic, back.key, back.value, list(back.headers)) == ("p.articles", key, value, headers)


def test_it_says_why_and_from_where():
    found = put_aside(record(headers=[("source", "وكالة".encode())]), "truncated at byte 7")
    about = found.about
    assert found.id == "0:5"
    assert (about.step, about.reason, about.detail) == (Step.TAG, Reason.NOT_JSON, "truncated at byte 7")
    assert (about.topic, about.partition, about.offset) == ("p.articles", 2, 17)
    assert datetime.fromisoformat(about.time) == NOW
    assert about.headers == {"source": "وكالة"}


def test_mended_bytes_go_back_in_place_of_the_old_ones():
    back = put_aside(record(headers=[("h", b"1")])).back(b"mended")
    assert (back.key, back.value, list(back.headers)) == (b"k", b"mended", [("h", b"1")])


def test_a_letter_put_aside_again_has_only_its_last_reason():
    first = dead_letters.letter(SETTINGS, Step.ALERT, Reason.INTERNAL, "first", record(), NOW)
    again = put_aside(record(headers=first.headers))
    assert (again.about.reason, list(again.back().headers)) == (Reason.NOT_JSON, [])


@pytest.mark.parametrize("detail", ["\ud800 alone", "x" * 100_000, "", "سطر\nآخر"])
def test_any_detail_fits(detail):
    assert len(put_aside(record(), detail).about.detail) <= 1100


@pytest.mark.parametrize("headers", [[], [("rasid-step", b"tag")], [("rasid-step", b"nonsense")], None])
def test_a_foreign_record_is_no_dead_letter(headers):
    with pytest.raises(ValueError, match=r"missing|nonsense"):
        dead_letters.read(record(headers=headers))


def test_filters_choose_by_step_reason_and_topic():
    found = put_aside(record())
    assert Filter().accepts(found)
    assert Filter(Step.TAG, Reason.NOT_JSON, "p.articles").accepts(found)
    assert not Filter(step=Step.DELIVER).accepts(found)
    assert not Filter(reason=Reason.EMPTY_TEXT).accepts(found)
    assert not Filter(topic="p.alerts").accepts(found)
