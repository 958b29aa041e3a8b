"""Signing in and encryption, on an Apache Kafka with a SASL_SSL listener: commands and a worker get through."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

from agents import kafka, topics
from agents.sending import Outgoing
from agents.settings import Settings
from bench import kafka_node as node_module
from rasid.errors import ConfigError, RasidError
from tests.patience import PATIENCE_SECONDS

WORKER = Path(__file__).parents[1] / "agents" / "relay_worker.py"
PASSWORD = "correct horse"  # a test's
PLAIN_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule"

pytestmark = pytest.mark.kafka


class SecureNode(node_module.KafkaNode):
    """Apache Kafka with one more listener, for which a certificate, a user and a password are needed."""

    def __init__(self, folder: Path) -> None:
        self.secure_port = node_module.free_port()
        self.ca = _certificate(folder)
        super().__init__(folder)

    def _properties(self, options: Mapping[str, object]) -> str:
        text = super()._properties(options)
        for name in ("listeners", "advertised.listeners"):
            before = next(line for line in text.splitlines() if line.startswith(f"{name}="))
            text = text.replace(before, f"{before},SECURE://127.0.0.1:{self.secure_port}")
        text = text.replace("PLAINTEXT:PLAINTEXT", "PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL")
        return text + "".join(f"listener.name.secure.{name}={value}\n" for name, value in self._secure().items())

    def _secure(self) -> dict[str, str]:
        return {
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": str(self.ca.with_suffix(".p12")),
            "ssl.keystore.password": "changeit",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
            "plain.sasl.jaas.config": f'{PLAIN_LOGIN} required user_desk="{PASSWORD}";',
            "scram-sha-256.sasl.jaas.config": f"{SCRAM_LOGIN} required;",
        }


def _certificate(folder: Path) -> Path:
    """A key and self-signed certificate for 127.0.0.1, made by Java's keytool; the PEM file to trust."""
    store, pem = folder / "broker.p12", folder / "broker.pem"
    common = ["keytool", "-keystore", str(store), "-storepass", "changeit", "-alias", "broker"]
    made = [
        "-genkeypair",
        "-storetype",
        "PKCS12",
        "-keyalg",
        "EC",
        "-dname",
        "CN=127.0.0.1",
        "-ext",
        "SAN=ip:127.0.0.1",
    ]
    subprocess.run([*common, *made], check=True, capture_output=True, timeout=60)
    subprocess.run([*common, "-exportcert", "-rfc", "-file", str(pem)], check=True, capture_output=True, timeout=60)
    return pem


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """The node, with a user `desk` for both mechanisms."""
    lacking = node_module.missing()
    if lacking:
        pytest.skip(lacking)
    folder = tmp_path_factory.mktemp("secure")
    with SecureNode(folder) as node:
        user = UserScramCredentialUpsertion("desk", ScramMechanism.SCRAM_SHA_256, PASSWORD)
        node.admin.alter_user_scram_credentials([user])
        yield node
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["PLAIN", "SCRAM-SHA-256"])
def settings(request, secure) -> Settings:
    return Settings(
        bootstrap_servers=f"127.0.0.1:{secure.secure_port}", security_protocol="SASL_SSL", sasl_mechanism=request.param,
        sasl_username="desk", sasl_password=PASSWORD, ssl_cafile=secure.ca, topic_prefix=f"{request.param.lower()}.",
    )  # fmt: skip


def test_a_worker_and_commands_get_through(settings, tmp_path, free_port):
    topics.ensure(settings)
    with kafka.Publisher(settings) as publisher:
        publisher.send(Outgoing(topics.ARTICLES.name(settings), b"k", "خبر".encode()))
    with _worker(settings, free_port, tmp_path / "log") as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not list(kafka.stored(settings, topics.TAGGED.name(settings))):
            assert process.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
    assert PASSWORD not in (tmp_path / "log").read_text()


class _worker:  # noqa: N801  # reads as the function it stands for
    """relay_worker.py with these settings, for the block."""

    def __init__(self, settings: Settings, port: int, log: Path) -> None:
        given = {f"RASID_{name.upper()}": getattr(settings, name) for name in settings.model_fields_set}
        given |= {"RASID_SASL_PASSWORD": PASSWORD, "RASID_WEB_PORT": port}
        self._environment = {**os.environ, **{name: str(value) for name, value in given.items()}}
        self._log = log

    def __enter__(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(WORKER)], env=self._environment, stdout=log, stderr=log
            )
        return self._process

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def test_a_wrong_password_names_the_settings_to_check_and_not_the_password(settings):
    threads = set(threading.enumerate())
    wrong = Settings(**{**settings.model_dump(exclude_unset=True), "sasl_password": "wrong horse"})
    named = "RASID_SASL_MECHANISM, RASID_SASL_USERNAME and RASID_SASL_PASSWORD"
    with pytest.raises(RasidError, match=named) as error, kafka.admin(wrong, 5):
        pass
    assert "horse" not in str(error.value)
    assert set(threading.enumerate()) <= threads


def test_a_broker_whose_certificate_is_not_trusted_is_not_talked_to(settings):
    careless = settings.model_copy(update={"ssl_cafile": None})
    said = r"certificate of 127.* is not trusted: self.signed certificate.*: set RASID_SSL_CAFILE"
    with pytest.raises(ConfigError, match=said), kafka.admin(careless, 3):
        pass


def test_plain_text_to_an_encrypted_listener_says_which_protocol_was_tried(settings):
    plain = Settings(bootstrap_servers=settings.bootstrap_servers)
    said = r"\(PLAINTEXT\): check .*RASID_SECURITY_PROTOCOL"
    with pytest.raises(kafka.UnreachableError, match=said), kafka.admin(plain, 3):
        pass
