"""A worker started as a user would start it, scraped by the real Prometheus: every panel and every rule has data.

The dashboard's queries are asked as Grafana would ask them. Slow (half a minute), so one worker and one
Prometheus serve all tests.
"""

import json
import math
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from kafka import KafkaProducer

from bench.kafka_node import free_port
from tests.deploy.conftest import found

pytestmark = [pytest.mark.prometheus, pytest.mark.timeout(240)]

RECEIVERS = """
[[receiver]]
name = "default"
type = "webhook"
url = "{url}"
secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
allow_private = true
"""
POISON = [b"{", b"null", b'{"uri": 1}', b"\xff"]
WAIT_SECONDS = 120
# What Grafana puts in: four times the interval that its data source is given.
RATE_INTERVAL = {"$__rate_interval": "20s"}
LOOK_BACK_SECONDS = 180


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def receiver():
    """A webhook on loopback that takes everything."""

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Takes) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def settings(embedded_broker, receiver, folder):
    receivers = folder / "receivers.toml"
    receivers.write_text(RECEIVERS.format(url=receiver))
    ours = {
        "RASID_BOOTSTRAP_SERVERS": embedded_broker,
        "RASID_TOPIC_PREFIX": f"live-{os.getpid()}.",
        "RASID_WEB_PORT": str(free_port()),
        "RASID_RECEIVERS": str(receivers),
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("RASID_")}
    return {**others, **ours}


@pytest.fixture(scope="module")
def worker(settings, folder, tree):
    """The address of a worker that is ready."""
    address = f"127.0.0.1:{settings['RASID_WEB_PORT']}"
    with running([sys.executable, "-m", "agents.cli", "worker"], folder / "worker.log", cwd=tree, env=settings) as log:
        until(lambda: answers(f"http://{address}/ready"), "a worker that is ready", log)
        yield address


@pytest.fixture(scope="module")
def prometheus(worker, folder, tree):
    """The address of a Prometheus with our configuration, except that it finds the worker on loopback."""
    config = yaml.safe_load((tree / "deploy/prometheus/prometheus.yml").read_text())
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(tree / "deploy/prometheus/rules/*.yml")]
    [job] = config["scrape_configs"]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [worker]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    options = {
        "config.file": folder / "prometheus.yml",
        "storage.tsdb.path": folder / "tsdb",
        "web.listen-address": address,
    }
    command = [found("prometheus"), *(f"--{name}={value}" for name, value in options.items())]
    with running(command, folder / "prometheus.log") as log:
        until(lambda: answers(f"http://{address}/-/ready"), "Prometheus", log)
        yield address


@pytest.fixture(scope="module")
def traffic(prometheus, settings, tree):
    """Watches, and two rounds of articles with something unreadable among them."""
    rasid("watch", "import", *map(str, sorted((tree / "seeds/watches").glob("*.toml"))), env=settings, cwd=tree)
    for _ in range(2):
        rasid("publish", *map(str, sorted((tree / "seeds/articles").glob("*.jsonl"))), env=settings, cwd=tree)
        publish_raw(settings, POISON)
        time.sleep(3)
    return prometheus


def test_every_panel_s_queries_return_data(traffic, worker, panels):
    asked = [(panel["title"], target["expr"]) for panel in panels for target in panel["targets"]]
    deadline = time.monotonic() + WAIT_SECONDS
    while (empty := [each for each in asked if not has_data(traffic, each[1])]) and time.monotonic() < deadline:
        time.sleep(1)
    assert empty == [], counted(worker)


def test_the_rate_interval_is_what_grafana_makes_of_our_settings(tree):
    source = yaml.safe_load((tree / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text())
    config = yaml.safe_load((tree / "deploy/prometheus/prometheus.yml").read_text())
    interval = source["datasources"][0]["jsonData"]["timeInterval"]
    assert interval == config["global"]["scrape_interval"]
    assert RATE_INTERVAL["$__rate_interval"] == f"{4 * int(interval.removesuffix('s'))}s"


def test_every_rule_is_evaluated_without_a_fault(traffic):
    groups = ask(traffic, "rules")["groups"]
    assert {rule["health"] for group in groups for rule in group["rules"]} == {"ok"}


def test_a_healthy_worker_sets_off_none_of_the_rules(traffic):
    firing = {alert["labels"]["alertname"] for alert in ask(traffic, "alerts")["alerts"] if alert["state"] == "firing"}
    assert firing == set()


def test_the_rules_see_the_worker_s_metrics(traffic, rules):
    named = {name for rule in rules for name in re.findall(r"\brasid_[a-z_]+", rule["expr"])}
    assert [name for name in named if not has_data(traffic, name)] == []


def counted(worker):
    """What the worker itself says, to tell which side a failure is on."""
    with urllib.request.urlopen(f"http://{worker}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return "\n".join(line for line in lines if re.match(r"rasid_\w+(?<!_bucket)(?<!_created)[{ ]", line))


def has_data(prometheus, expression):
    """Whether a query has had a number at any moment since the test began."""
    for variable, value in RATE_INTERVAL.items():
        expression = expression.replace(variable, value)
    now = time.time()
    answer = ask(prometheus, "query_range", query=expression, start=now - LOOK_BACK_SECONDS, end=now, step=1)
    return any(math.isfinite(float(value)) for series in answer["result"] for _, value in series["values"])


def ask(prometheus, what, **parameters):
    url = f"http://{prometheus}/api/v1/{what}?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)["data"]


def rasid(*arguments, **options):
    command = [sys.executable, "-m", "agents.cli", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)
    assert ran.returncode == 0, f"rasid {' '.join(arguments[:2])}: {ran.stdout}{ran.stderr}"


def publish_raw(settings, values):
    producer = KafkaProducer(bootstrap_servers=settings["RASID_BOOTSTRAP_SERVERS"])
    for value in values:
        producer.send(settings["RASID_TOPIC_PREFIX"] + "articles", value=value, key=b"poison")
    producer.flush()
    producer.close()


@contextmanager
def running(command, log, **options):
    """A program for the block, its output in `log`; ended in order, and expected to end so."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, **options)
        try:
            yield log
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until(condition, what, log):
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not come within {WAIT_SECONDS} s: {log.read_text()[-2000:]}")
        time.sleep(0.1)


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except OSError:
        return False
    return True
