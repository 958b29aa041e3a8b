"""kafka-python by our settings: keys land where agents put them, reading ends at the end, errors say what to do."""

import socket
import threading
import time
import uuid

import pytest

from agents import kafka, topics
from agents.sending import Outgoing, by_crc32
from agents.settings import Settings
from rasid.errors import ConfigError, RasidError


@pytest.fixture(params=["embedded_broker", "kafka_node"])
def fresh(request):
    """Settings with a prefix of their own, and its topics made."""
    broker = request.getfixturevalue(request.param)
    settings = Settings(bootstrap_servers=getattr(broker, "address", broker), topic_prefix=f"k{uuid.uuid4().hex[:8]}.")
    topics.ensure(settings)
    return settings


def publish(settings: Settings, topic: str, *pairs: tuple[bytes | None, bytes | None], **more) -> None:
    with kafka.Publisher(settings) as publisher:
        for key, value in pairs:
            publisher.send(Outgoing(topic, key, value, **more))
    assert publisher.acknowledged == len(pairs)


def test_keys_land_by_crc32_and_everything_is_read_back(fresh):
    name = topics.ARTICLES.name(fresh)
    publish(fresh, name, *[(f"urn:x:{n}".encode(), b"%d" % n) for n in range(2000)], (None, b"no key"))
    found = list(kafka.stored(fresh, name))
    assert len(found) == 2001
    assert all(record.partition == by_crc32(record.key, range(4)) for record in found)
    for number in range(4):
        offsets = [record.offset for record in found if record.partition == number]
        assert offsets == list(range(len(offsets)))


def test_headers_null_values_and_large_messages_come_through(fresh):
    name, large = topics.ARTICLES.name(fresh), b"x" * 5_000_000
    publish(fresh, name, (b"a", None), (b"b", large), headers=[("h", b"\xff"), ("h", b"")])
    found = {record.key: record for record in kafka.stored(fresh, name)}
    assert found[b"a"].value is None
    assert found[b"b"].value == large
    assert list(found[b"a"].headers) == [("h", b"\xff"), ("h", b"")]


def test_reading_from_a_time_on_leaves_out_what_came_before(fresh):
    name = topics.ALERTS.name(fresh)
    publish(fresh, name, (b"old", b"1"))
    time.sleep(0.05)
    since = round(time.time() * 1000)
    assert list(kafka.stored(fresh, name, since)) == []
    time.sleep(0.05)
    publish(fresh, name, (b"new", b"2"))
    assert [record.key for record in kafka.stored(fresh, name, since)] == [b"new"]


def test_an_empty_topic_is_read_at_once(fresh):
    began = time.monotonic()
    assert list(kafka.stored(fresh, topics.ALERTS.name(fresh))) == []
    assert time.monotonic() - began < 20


def test_one_record_is_found_by_its_place(fresh):
    name = topics.WATCHES.name(fresh)
    publish(fresh, name, *[(b"k", b"%d" % n) for n in range(50)])
    assert kafka.record_at(fresh, name, 0, 17).value == b"17"
    with pytest.raises(RasidError, match=f"'{name}' holds nothing at 0:50"):
        kafka.record_at(fresh, name, 0, 50)
    with pytest.raises(RasidError, match="has no partition 9"):
        kafka.record_at(fresh, name, 9, 0)


def test_a_missing_topic_is_told_at_once_with_the_command_that_makes_it(fresh):
    began = time.monotonic()
    with pytest.raises(RasidError, match="lacks the topic 'nowhere': rasid topics create"):
        publish(fresh, "nowhere", (b"k", b"v"))
    with pytest.raises(RasidError, match="rasid topics create"):
        list(kafka.stored(fresh, "nowhere"))
    assert time.monotonic() - began < 40


def test_a_message_that_is_too_large_is_refused_by_its_size(fresh):
    with pytest.raises(RasidError, match=r"a message of 30000000 bytes is too large for .*: at most 25165824"):
        publish(fresh, topics.ARTICLES.name(fresh), (b"k", b"x" * 30_000_000))


def test_an_absent_broker_is_named_with_what_to_check(free_port):
    settings = Settings(bootstrap_servers=f"127.0.0.1:{free_port},no-such-host.invalid:9092")
    with pytest.raises(kafka.UnreachableError) as error, kafka.admin(settings, timeout_seconds=1):
        pass
    assert f"127.0.0.1:{free_port}: Connection refused; no-such-host.invalid:9092: " in str(error.value)
    assert "check RASID_BOOTSTRAP_SERVERS, and that the broker runs" in str(error.value)


def test_what_listens_but_is_no_broker_is_told_and_leaves_nothing_behind():
    threads = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = Settings(bootstrap_servers=f"127.0.0.1:{silent.getsockname()[1]}")
        for use in (lambda: kafka.admin(settings, 1), lambda: kafka.consumer(settings.model_copy(), 1)):
            with pytest.raises(kafka.UnreachableError, match=r"no broker answered at .* \(PLAINTEXT\)"), use():
                pass
    assert set(threading.enumerate()) <= threads


def test_a_file_without_certificates_is_refused(tmp_path):
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    settings = Settings(bootstrap_servers="x:1", security_protocol="SSL", ssl_cafile=file)
    with pytest.raises(ConfigError, match=r"RASID_SSL_CAFILE=.*holds no usable certificate"):
        kafka.tls(settings)
