"""Logs: one line a record, without secrets, full URLs and libraries' chatter."""

import io
import json
import logging
import sys

import pytest

from agents import logs
from agents.settings import Settings

REDACTED = [
    ("POST https://me:pw@hooks.example/T0/B1?x=y failed", "POST https://hooks.example/*** failed"),
    ("see http://127.0.0.1:6066/live now", "see http://127.0.0.1:6066/*** now"),
    ("on http://127.0.0.1:6066", "on http://127.0.0.1:6066"),
    ("tgram://token:abc@chat/1", "tgram://chat/***"),
    ("signed with whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "signed with whsec_***"),
    ("خبر عن https://example.org/secret؟", "خبر عن https://example.org/***"),
    ("no address: a/b", "no address: a/b"),
]


@pytest.fixture
def written():
    """What configure(settings) writes; the root logger is put back."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = list(root.handlers), root.level

    def configure(**options):
        logs.configure(Settings(**options), stream)
        return stream

    yield configure
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize(("text", "shown"), REDACTED)
def test_of_a_url_only_scheme_host_and_port_stay(text, shown):
    assert logs.redact(text) == shown


def test_json_lines_hold_what_was_logged(written):
    stream = written(log_format="json")
    logging.getLogger("agents.x").warning("خبر %d", 3)
    line = json.loads(stream.getvalue())
    assert (line["level"], line["logger"], line["message"]) == ("warning", "agents.x", "خبر 3")
    assert line["time"].endswith("Z")


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_a_password_is_hidden_in_messages_and_tracebacks(written, log_format):
    stream = written(
        log_format=log_format, security_protocol="SASL_PLAINTEXT", sasl_mechanism="PLAIN", sasl_username="u",
        sasl_password="hush-hush",
    )  # fmt: skip
    try:
        int("hush-hush")
    except ValueError:
        logging.getLogger("agents.x").exception("login with hush-hush")
    assert "hush" not in stream.getvalue()
    assert "login with ***" in stream.getvalue()
    assert "ValueError: invalid literal" in stream.getvalue()


def test_a_newline_in_a_message_does_not_break_json_lines(written):
    stream = written(log_format="json")
    logging.getLogger("agents.x").warning("one\ntwo")
    assert len(stream.getvalue().splitlines()) == 1


def test_services_starting_and_stopping_is_not_told(written):
    stream = written()
    logging.getLogger("agents.batching").info("[^--Consumer]: Starting...")
    logging.getLogger("faust.worker").info("anything")
    assert stream.getvalue() == ""


def test_the_root_is_not_left_at_debug(written):
    written()
    assert logging.getLogger().level == logging.INFO
    assert not logging.getLogger("aiokafka.conn").isEnabledFor(logging.INFO)


def test_what_kafka_s_client_repeats_is_written_now_and_then_with_how_often_it_was_said():
    now = [100.0]
    repeats = logs.Repeats(lambda: now[0])

    def said(seconds, name="aiokafka", node=1):
        now[0] = 100 + seconds
        record = logging.LogRecord(name, logging.ERROR, "", 0, "no connection to node %s", (node,), None)
        return record.getMessage() if repeats(record) else None

    assert said(0) == "no connection to node 1"
    assert [said(each / 100, node=2) for each in range(1, 900)] == [None] * 899
    assert said(1, "aiokafka.consumer") == "no connection to node 1"
    assert said(11) == "no connection to node 1 (and 899 times since it was last written)"
    assert said(12) is None
    assert [said(each, "agents.x") for each in (12, 12)] == ["no connection to node 1"] * 2


def test_the_log_goes_to_what_is_standard_error_at_the_time(written, monkeypatch):
    written()
    closed, current = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    logs.configure(Settings())
    closed.close()
    monkeypatch.setattr(sys, "stderr", current)
    logging.getLogger("agents.x").warning("one line")
    assert current.getvalue().endswith("WARNING agents.x: one line\n")
    assert current.getvalue().count("\n") == 1
