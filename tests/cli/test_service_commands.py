"""topics, publish, dead-letters and doctor on the embedded broker, as a user runs them."""

import gzip
import io
import json
import socket
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime

import pytest

from agents import dead_letters, kafka, topics
from agents.cli.main import run as run_rasid
from agents.settings import Settings, load
from schemas.dead_letter import Reason, Step

GOOD = '{"uri": "urn:x:1", "title": "محادثات ثلاثية في أبوظبي"}'


@pytest.fixture
def rasid(embedded_broker, monkeypatch, capsys):
    """Runs a command; returns its exit code, what it printed on standard output, and on standard error."""
    for name, value in {"BOOTSTRAP_SERVERS": embedded_broker, "TOPIC_PREFIX": f"c{uuid.uuid4().hex[:8]}."}.items():
        monkeypatch.setenv(f"RASID_{name}", value)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = run_rasid(arguments)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def settings(rasid) -> Settings:
    """The settings of those commands; the topics are there."""
    found = load()
    topics.ensure(found)
    return found


def articles(settings: Settings) -> list[tuple[bytes | None, bytes | None]]:
    return [(record.key, record.value) for record in kafka.stored(settings, topics.ARTICLES.name(settings))]


# -- topics -----------------------------------------------------------------------------------------------------------


def test_topics_are_missing_created_and_as_declared(rasid):
    code, out, _ = rasid("topics", "check", "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert {line["found"] for line in lines} == {"missing"}
    code, out, _ = rasid("topics", "create", "--json")
    assert code == 0
    assert all(json.loads(line)["created"] for line in out.splitlines())
    assert rasid("topics", "check")[0] == 0


def test_check_prints_the_setting_that_mends_a_partition_count(rasid, settings, monkeypatch):
    monkeypatch.setenv("RASID_PARTITIONS", "3")
    code, out, _ = rasid("topics", "check")
    assert code == 1
    assert "RASID_PARTITIONS=4" in out


# -- publish ----------------------------------------------------------------------------------------------------------


def test_lines_go_out_as_they_are_keyed_by_their_uri(rasid, settings, tmp_path):
    (tmp_path / "a.jsonl").write_text(f"{GOOD}\n\n", "utf-8")
    with gzip.open(tmp_path / "b.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"body": "x", "uri":"urn:x:2", "more": 1}\r\n')
    code, out, _ = rasid("publish", "--json", str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl.gz"))
    assert code == 0
    assert json.loads(out)["published"] == 2
    assert sorted(articles(settings)) == [
        (b"urn:x:1", GOOD.encode()),
        (b"urn:x:2", b'{"body": "x", "uri":"urn:x:2", "more": 1}'),
    ]


def test_bad_lines_are_named_and_skipped_and_the_rest_goes_out(rasid, settings, tmp_path):
    file = tmp_path / "mixed.jsonl"
    bad = ["{", "[]", '{"title": "x"}', '{"uri": "u"}', '{"uri": "u", "title": 3}', "\udcff", '{"uri":"","title":"x"}']
    file.write_bytes("\n".join([GOOD, *bad, GOOD.replace(":1", ":2")]).encode("utf-8", "surrogateescape"))
    code, _, err = rasid("publish", str(file))
    assert code == 2
    assert [f"{file}:{number}: skipped: " in err for number in range(1, 11)] == [
        False,
        *[True] * len(bad),
        False,
        False,
    ]
    assert sorted(key for key, _ in articles(settings)) == [b"urn:x:1", b"urn:x:2"]


def test_raw_sends_what_is_no_article(rasid, settings, tmp_path):
    file = tmp_path / "bad.jsonl"
    file.write_bytes(b'{"uri":\n\xff\xfe\n{"uri": "urn:x:9"}\n')
    assert rasid("publish", "--raw", str(file))[0] == 0
    assert sorted(articles(settings), key=str) == sorted(
        [(None, b'{"uri":'), (None, b"\xff\xfe"), (b"urn:x:9", b'{"uri": "urn:x:9"}')], key=str
    )


def test_a_text_is_an_article_whose_uri_follows_from_it(rasid, settings, tmp_path):
    file = tmp_path / "kremlin.txt"
    file.write_text("العنوان\n\nسطر أول\nسطر ثانٍ\n", "utf-8")
    rasid("publish", str(file))
    rasid("publish", str(file))
    rasid("publish", "--uri", "urn:mine", str(file))
    (first, value), (second, _), (third, _) = sorted(articles(settings), key=lambda pair: pair[0], reverse=True)
    assert (first, second, third)[2] == b"urn:mine"
    assert first == second
    assert first.startswith(b"urn:rasid:text:")
    assert len(first) == len("urn:rasid:text:") + 16
    found = json.loads(value)
    assert (found["title"], found["body"]) == ("العنوان", "سطر أول\nسطر ثانٍ")


def test_standard_input_is_read_at_the_rate_asked_for(rasid, settings, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{GOOD}\n".encode() * 11)))
    began = time.monotonic()
    assert rasid("publish", "--rate", "20", "-")[0] == 0
    assert 0.5 <= time.monotonic() - began < 30
    assert len(articles(settings)) == 11


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.jsonl"], "no such file: nowhere.jsonl"),
        (["--uri", "u", "a.jsonl"], "--uri names the article of one .txt file"),
        (["--rate", "0", "-"], "--rate"),
        ([], "FILE"),
    ],
)
def test_wrong_use_of_publish_ends_with_2(rasid, arguments, said):
    code, _, err = rasid("publish", *arguments)
    assert code == 2
    assert said in err


def test_publishing_without_topics_names_the_command_that_makes_them(rasid, tmp_path):
    (tmp_path / "a.jsonl").write_text(GOOD, "utf-8")
    code, _, err = rasid("publish", str(tmp_path / "a.jsonl"))
    assert code == 2
    assert "rasid topics create" in err


# -- dead letters -----------------------------------------------------------------------------------------------------


@pytest.fixture
def letters(settings, rasid):
    """Three dead letters, of which one is foreign bytes, and a record that is none."""
    with kafka.Publisher(settings) as publisher:
        for number, value in enumerate([b'{"uri":', b"\xff\x1b[2J\xe2\x80\xae", None]):
            publisher.send(kafka.Outgoing(topics.ARTICLES.name(settings), b"k%d" % number, value, [("h", b"1")]))
    reasons = {b"k0": Reason.NOT_JSON, b"k1": Reason.NOT_UTF8, b"k2": Reason.NULL_VALUE}
    with kafka.Publisher(settings) as publisher:
        for record in kafka.stored(settings, topics.ARTICLES.name(settings)):
            why = reasons[record.key]
            publisher.send(dead_letters.letter(settings, Step.TAG, why, f"سبب {why}", record, datetime.now(UTC)))
        publisher.send(kafka.Outgoing(topics.DEAD_LETTERS.name(settings), b"x", b"foreign"))
    return {each.about.reason: each.id for each in dead_letters.stored(settings, dead_letters.Filter())}


def test_list_tells_of_each_and_of_foreign_records(rasid, letters):
    code, out, err = rasid("dead-letters", "list", "--json")
    assert code == 0
    found = {line["reason"]: line for line in map(json.loads, out.splitlines())}
    assert {reason: line["id"] for reason, line in found.items()} == letters
    assert found["null_value"]["bytes"] is None
    assert "is no dead letter of ours" in err


@pytest.mark.parametrize(
    ("options", "count"),
    [(["--reason", "not_json"], 1), (["--step", "deliver"], 0), (["--topic", "elsewhere"], 0), (["--since", "1h"], 3),
     (["--since", "2099-01-01"], 0), (["--limit", "2"], 2)],
)  # fmt: skip
def test_list_chooses(rasid, letters, options, count):
    code, out, _ = rasid("dead-letters", "list", "--json", *options)
    assert len(out.splitlines()) == count
    assert code == (0 if count else 1)


def test_show_escapes_what_a_terminal_would_obey(rasid, letters):
    code, out, _ = rasid("dead-letters", "show", letters["not_utf8"])
    assert code == 0
    assert "\\xff\\u001b[2J\\u202e" in out
    assert "\x1b" not in out
    assert "سبب not_utf8" in out


def test_show_raw_gives_the_bytes_alone(letters):
    command = [sys.executable, "-m", "agents.cli", "dead-letters", "show", "--raw", letters["not_utf8"]]
    assert subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout == b"\xff\x1b[2J\xe2\x80\xae"


def test_replay_returns_key_bytes_and_headers(rasid, settings, letters):
    assert rasid("dead-letters", "replay", letters["not_json"], letters["null_value"])[0] == 0
    found = [
        (record.key, record.value, list(record.headers))
        for record in kafka.stored(settings, topics.ARTICLES.name(settings))
    ]
    assert found.count((b"k0", b'{"uri":', [("h", b"1")])) == 2
    assert found.count((b"k2", None, [("h", b"1")])) == 2
    assert len(found) == 5


def test_replay_sends_a_mended_file_instead(rasid, settings, letters, tmp_path):
    (tmp_path / "mended.json").write_text(GOOD, "utf-8")
    assert rasid("dead-letters", "replay", letters["not_json"], "--file", str(tmp_path / "mended.json"))[0] == 0
    assert (b"k0", GOOD.encode()) in articles(settings)


def test_replay_of_all_that_is_chosen_first_dry(rasid, settings, letters):
    code, out, _ = rasid("dead-letters", "replay", "--all", "--step", "tag", "--dry-run", "--json")
    assert code == 0
    assert [json.loads(line)["sent"] for line in out.splitlines()] == [False] * 3
    assert len(articles(settings)) == 3
    assert rasid("dead-letters", "replay", "--all", "--step", "tag")[0] == 0
    assert len(articles(settings)) == 6
    assert rasid("dead-letters", "replay", "--all", "--step", "deliver")[0] == 1


@pytest.mark.parametrize(
    "arguments", [[], ["0:0", "--all"], ["0:0", "--step", "tag"], ["0:0", "0:1", "--file", __file__], ["nine"], ["9:9"]]
)
def test_wrong_use_of_replay_ends_with_2(rasid, settings, arguments):
    assert rasid("dead-letters", "replay", *arguments)[0] == 2


# -- doctor and worker ------------------------------------------------------------------------------------------------


def test_doctor_is_content_with_a_broker_and_its_topics(rasid, settings, monkeypatch, free_port):
    monkeypatch.setenv("RASID_WEB_PORT", str(free_port))
    code, out, _ = rasid("doctor", "--json")
    found = {line["what"]: line for line in map(json.loads, out.splitlines())}
    assert code == 0
    assert {what for what, line in found.items() if line["state"] == "bad"} == set()
    assert {found[what]["state"] for what in ("Python", "Faust", "settings", "broker", "topics")} == {"ok"}
    assert found["worker"]["state"] == "off"
    assert all(line["mend"] for line in found.values() if line["state"] != "ok")


@pytest.mark.parametrize(
    ("variables", "what"),
    [
        ({"RASID_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, "broker"),
        ({"RASID_PARTITIONS": "3"}, "topics"),
        ({"RASID_PARTITIONS": "many"}, "settings"),
        ({"RASID_RECEIVERS": __file__}, "receivers"),
    ],
)
def test_doctor_names_what_is_unhealthy_and_how_to_mend_it(rasid, settings, monkeypatch, variables, what):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, out, _ = rasid("doctor", "--json")
    bad = [line for line in map(json.loads, out.splitlines()) if line["state"] == "bad"]
    assert code == 1
    assert {line["what"] for line in bad} == {what}
    assert all(line["mend"] for line in bad)


def test_doctor_prints_a_table_for_people(rasid, settings):
    _, out, _ = rasid("doctor")
    assert "✔ ok" in out
    assert "FreeDict English-Arabic" in out


@pytest.mark.parametrize("command", [["topics", "check"], ["publish", "-"], ["dead-letters", "list"], ["worker"]])
def test_without_a_broker_each_says_how_to_name_one(rasid, monkeypatch, command):
    monkeypatch.delenv("RASID_BOOTSTRAP_SERVERS")
    code, _, err = rasid(*command)
    assert code == 2
    assert "set RASID_BOOTSTRAP_SERVERS to host:port" in err


def test_worker_ends_with_2_where_its_port_is_taken(rasid, settings, monkeypatch, free_port):
    monkeypatch.setenv("RASID_WEB_PORT", str(free_port))
    with socket.create_server(("127.0.0.1", free_port)):
        code, _, err = rasid("worker")
    assert code == 2
    assert f"cannot serve /metrics, /live and /ready on 127.0.0.1:{free_port}" in err
    assert "choose another RASID_WEB_PORT" in err
