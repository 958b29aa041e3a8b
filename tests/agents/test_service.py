"""A worker as a process: it waits for its broker, says how it is, stops cleanly, and ends itself when past help."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest

from agents import kafka, topics
from agents.embedded import EmbeddedBroker
from agents.sending import Outgoing
from agents.settings import Settings
from tests.patience import PATIENCE_SECONDS

ANSWER_SECONDS = 30  # that a worker may take to answer, on a busy machine
PROGRAM = Path(__file__).with_name("relay_worker.py")


class Running:
    """A worker under test."""

    def __init__(self, settings: Settings, port: int, log: Path, **environment: str) -> None:
        self.settings, self.port, self._log = settings, port, log
        given = {
            "RASID_BOOTSTRAP_SERVERS": settings.bootstrap_servers, "RASID_TOPIC_PREFIX": settings.topic_prefix,
            "RASID_WEB_PORT": str(port), "RASID_SESSION_TIMEOUT_SECONDS": "3", **environment,
        }  # fmt: skip
        with log.open("ab") as stream:
            self.process = subprocess.Popen(
                [sys.executable, str(PROGRAM)], env={**os.environ, **given}, stdout=stream, stderr=stream
            )

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def get(self, path: str) -> tuple[int, str]:
        """Status and body; status 0 where nothing answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=ANSWER_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def until(self, path: str, status: int, seconds: float = PATIENCE_SECONDS) -> str:
        """Waits for that status, and returns the body."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found, body = self.get(path)
            if found == status:
                return body
            assert self.process.poll() is None, self.log
            time.sleep(0.05)
        raise AssertionError(f"{path} is not {status}: {self.get(path)} {self.log}")

    def publish(self, *values: bytes) -> None:
        with kafka.Publisher(self.settings) as publisher:
            for number, value in enumerate(values):
                publisher.send(Outgoing(topics.ARTICLES.name(self.settings), b"k%d" % number, value))

    def passed_on(self) -> list[bytes]:
        return [record.value for record in kafka.stored(self.settings, topics.TAGGED.name(self.settings))]


@pytest.fixture
def workers(tmp_path, free_port):
    """Starts workers, and ends what is left of them."""
    started: list[Running] = []

    def start(settings: Settings, **environment: str) -> Running:
        started.append(Running(settings, free_port, tmp_path / "log", **environment))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


@pytest.fixture
def settings(embedded_broker):
    return Settings(bootstrap_servers=embedded_broker, topic_prefix=f"s{uuid.uuid4().hex[:8]}.")


def test_without_a_broker_it_is_live_and_not_ready_and_starts_when_one_comes(workers, free_port_of_broker):
    worker = workers(Settings(bootstrap_servers=f"127.0.0.1:{free_port_of_broker}"))
    assert json.loads(worker.until("/ready", 503)) == {"ready": False, "failing": {"broker": "waiting for the broker"}}
    assert worker.get("/live")[0] == 200
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "trying again in" not in worker.log and time.monotonic() < deadline:
        time.sleep(0.05)
    assert f"no broker can be reached (127.0.0.1:{free_port_of_broker}: Connection refused)" in worker.log
    with EmbeddedBroker(free_port_of_broker, quiet=True):
        worker.until("/ready", 200)
        worker.publish(b"late")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not worker.passed_on() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert worker.passed_on() == [b"late"]
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(PATIENCE_SECONDS) == 0


def test_while_it_waits_for_a_broker_sigterm_ends_it_cleanly(workers, free_port_of_broker):
    worker = workers(Settings(bootstrap_servers=f"127.0.0.1:{free_port_of_broker}"))
    worker.until("/live", 200)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in worker.log


@pytest.fixture
def free_port_of_broker():
    from bench.kafka_node import free_port

    return free_port()


def test_sigterm_under_load_loses_and_doubles_nothing(workers, settings):
    topics.ensure(settings)
    worker = workers(settings)
    worker.until("/ready", 200)
    values = [b"%d" % number for number in range(5000)]
    worker.publish(*values)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(PATIENCE_SECONDS) == 0
    again = workers(settings)
    again.until("/ready", 200)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(again.passed_on()) < len(values) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert sorted(again.passed_on()) == sorted(values)


def test_an_exception_of_an_agent_ends_the_process_and_keeps_the_article(workers, settings):
    worker = workers(settings)
    worker.until("/ready", 200)
    worker.publish(b"raise")
    assert worker.process.wait(PATIENCE_SECONDS) == 1
    assert "an article that nobody expected" in worker.log
    again = workers(settings)
    assert again.process.wait(PATIENCE_SECONDS) == 1  # it comes again


def test_a_loop_that_stands_still_is_ended_with_what_it_was_doing(workers, settings):
    worker = workers(settings)
    worker.until("/ready", 200)
    worker.publish(b"block")
    assert worker.process.wait(PATIENCE_SECONDS) == 1
    assert "ending the process: the event loop stands still" in worker.log
    assert "relay_worker.py" in worker.log  # the stack of the thread


def test_lag_without_progress_fails_live_first_and_then_ends_the_process(workers, settings):
    worker = workers(settings)
    worker.until("/ready", 200)
    worker.publish(b"forget")
    said = json.loads(worker.until("/live", 503))
    assert "has lag and nothing of it is committed" in said["failing"]["watchdog"]
    assert 'rasid_lag_records{partition="' in worker.get("/metrics")[1]
    assert worker.process.wait(PATIENCE_SECONDS) == 1
    assert "ending the process" in worker.log


def test_topics_with_other_partitions_stop_the_start_with_exit_code_2(workers, settings):
    topics.ensure(settings.model_copy(update={"partitions": 2}))
    worker = workers(settings)
    assert worker.process.wait(PATIENCE_SECONDS) == 1  # the program under test has no command around it: see tests/cli
    assert "has partitions 2, not 4" in worker.log


def test_faust_takes_nothing_from_the_environment_by_itself(workers, settings):
    worker = workers(settings, BROKER_URL="kafka://127.0.0.1:1", WEB_PORT="1", APP_ENV_PREFIX="X_", NODE_HOSTNAME="no")
    worker.until("/ready", 200)
