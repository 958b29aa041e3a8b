"""Clients of kafka-python by our settings: for commands, for topics, and for what the service does before Faust runs.

Keys land by CRC32 as everywhere. Whatever goes wrong on the way to a broker becomes a RasidError that says where and
what to do; agents read and send through Faust (batching.py, sending.py) instead.
"""

import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailedError,
    UnknownTopicOrPartitionError,
    UnsupportedSaslMechanismError,
)
from kafka.net.compat import KafkaNetClient

from agents.sending import Crc32Partitioner, Outgoing
from agents.settings import Settings
from rasid.errors import ConfigError, RasidError

MAX_ARTICLE_BYTES: Final = 16 << 20  # of a record batch on `articles`: far over the largest article anyone should send
MAX_MESSAGE_BYTES: Final = 24 << 20  # of what is made from it: topics, entities, headers come on top
CONNECT_SECONDS: Final = 10.0  # for a broker to answer for the first time
REQUEST_SECONDS: Final = 10.0
DELIVERY_SECONDS: Final = 30.0  # for a message to be acknowledged, retries included
REFUSED_LOGIN: Final = (SaslAuthenticationFailedError, UnsupportedSaslMechanismError)
LOOKS: Final = 10  # for one record, of 200 ms each
IN_FLIGHT: Final = 5_000  # messages of a Publisher not yet acknowledged


class UnreachableError(RasidError):
    """No broker answered; it may answer later."""


def tls(settings: Settings) -> ssl.SSLContext | None:
    """How connections are encrypted and brokers checked; None where they are not. Raises ConfigError on a bad file."""
    if not settings.uses_tls:
        return None
    try:
        return ssl.create_default_context(cafile=str(settings.ssl_cafile) if settings.ssl_cafile else None)
    except (ssl.SSLError, OSError) as error:
        raise ConfigError(
            f"RASID_SSL_CAFILE={str(settings.ssl_cafile)!r} holds no usable certificate: {error}: give a PEM file"
        ) from error


def options(settings: Settings, timeout_seconds: float = CONNECT_SECONDS) -> dict[str, Any]:
    """What every client of kafka-python is made with."""
    password = settings.sasl_password
    return {
        "bootstrap_servers": settings.servers,
        "client_id": "rasid",
        "security_protocol": settings.security_protocol,
        "ssl_context": tls(settings),
        "sasl_mechanism": settings.sasl_mechanism,
        "sasl_plain_username": settings.sasl_username,
        "sasl_plain_password": password.get_secret_value() if password else None,
        "bootstrap_timeout_ms": round(timeout_seconds * 1000),
        "request_timeout_ms": round(REQUEST_SECONDS * 1000),
        "reconnect_backoff_max_ms": 1000,
    }


@contextmanager
def reporting(settings: Settings, what: str) -> Iterator[None]:
    """Turns Kafka's errors into ours: `what` failed, at which brokers, why, and what to do."""
    where = settings.bootstrap_servers
    try:
        yield
    except REFUSED_LOGIN as error:
        raise ConfigError(
            f"{what} failed: the broker at {where} does not take the user {settings.sasl_username!r} "
            f"({_reason(error)}): check RASID_SASL_MECHANISM, RASID_SASL_USERNAME and RASID_SASL_PASSWORD"
        ) from error
    except AuthorizationError as error:
        raise ConfigError(
            f"{what} failed: the broker at {where} does not allow it ({_reason(error)}): grant it to this user"
        ) from error
    except KafkaTimeoutError as error:
        # A refused login may look the same: kafka-python drops the answer when the broker hangs up right after it.
        login = ", RASID_SASL_MECHANISM, RASID_SASL_USERNAME and RASID_SASL_PASSWORD" if settings.uses_sasl else ""
        raise UnreachableError(
            f"{what} failed: no broker answered at {where} ({settings.security_protocol}): "
            f"check RASID_BOOTSTRAP_SERVERS, RASID_SECURITY_PROTOCOL{login}, and that the broker runs"
        ) from error
    except UnknownTopicOrPartitionError as error:
        raise RasidError(f"{what} failed: the broker at {where} lacks the topic: rasid topics create") from error
    except KafkaError as error:
        raise RasidError(f"{what} failed at {where}: {_reason(error)}") from error


def _reason(error: KafkaError) -> str:
    """An error of Kafka without the request and response that kafka-python prints with it."""
    return str(error).partition("': Request")[0].partition(": Request '")[0] or type(error).__name__


def _opened(kind: Callable[..., Any], settings: Settings, timeout_seconds: float = CONNECT_SECONDS, **more: Any) -> Any:
    """A client of that kind, connected.

    kafka-python, where it cannot connect, tries until its time is up, tells only its log why, and leaves a thread
    behind. So failures are collected, of which a refused login is the one to tell, and what has begun is ended.
    """
    begun: list[KafkaNetClient] = []
    failures: list[BaseException] = []

    def begin(**configs: Any) -> KafkaNetClient:
        begun.append(_watched(KafkaNetClient(**configs), failures))
        return begun[-1]

    _reach(settings, timeout_seconds)
    try:
        return kind(**options(settings, timeout_seconds), kafka_client=begin, **more)
    except BaseException:
        for client in begun:
            client.close()
            client._net.stop()  # noqa: SLF001  # as kafka-python's own close() does
        for failure in failures:
            if isinstance(failure, REFUSED_LOGIN):
                raise failure from None
        raise


def _watched(client: KafkaNetClient, failures: list[BaseException]) -> KafkaNetClient:
    """The client, which now adds to `failures` what keeps its connections from being ready, and gives up when a login
    is refused: asking again would not help.
    """
    manager = client._manager  # noqa: SLF001  # there is no other way to the reason
    connect = manager.get_connection

    def note(failure: BaseException) -> None:
        failures.append(failure)
        manager.closed = manager.closed or isinstance(failure, REFUSED_LOGIN)

    def watching(*args: Any, **kwargs: Any) -> Any:
        connection = connect(*args, **kwargs)
        connection.init_future.add_errback(note)
        return connection

    manager.get_connection = watching
    return client


def _reach(settings: Settings, timeout_seconds: float) -> None:
    """Raises UnreachableError unless somebody listens at one of the addresses, with what each attempt met.

    Where connections are encrypted, raises ConfigError for a certificate that is not trusted.
    """
    context, met = tls(settings), []
    for server in settings.servers:
        host, _, port = server.rpartition(":")
        try:
            _shake_hands((host.strip("[]"), int(port)), context, timeout_seconds)
        except ssl.SSLCertVerificationError as error:
            raise ConfigError(
                f"the certificate of {server} is not trusted: {error.verify_message}: set RASID_SSL_CAFILE to the "
                "certificates that vouch for it, and name the broker as its certificate does"
            ) from error
        except OSError as error:
            met.append(f"{server}: {error.strerror or error}")
        else:
            return
    raise UnreachableError(
        f"no broker can be reached ({'; '.join(met)}): check RASID_BOOTSTRAP_SERVERS, and that the broker runs"
    )


def _shake_hands(address: tuple[str, int], context: ssl.SSLContext | None, timeout_seconds: float) -> None:
    with socket.create_connection(address, timeout_seconds) as connection:
        if context is not None:
            context.wrap_socket(connection, server_hostname=address[0]).close()


@contextmanager
def admin(settings: Settings, timeout_seconds: float = CONNECT_SECONDS) -> Iterator[KafkaAdminClient]:
    """An admin client for the block; errors of the block are reported too."""
    with reporting(settings, "asking the broker"):
        client = _opened(KafkaAdminClient, settings, timeout_seconds)
        try:
            yield client
        finally:
            client.close()


@contextmanager
def consumer(settings: Settings, timeout_seconds: float = CONNECT_SECONDS, **more: Any) -> Iterator[KafkaConsumer]:
    """A consumer outside any group that commits nothing, for the block; errors of the block are reported too."""
    with reporting(settings, "reading"):
        client = _opened(
            KafkaConsumer,
            settings,
            timeout_seconds,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            max_partition_fetch_bytes=MAX_MESSAGE_BYTES // 4,  # a larger message still comes, alone
            metrics_enabled=False,
            **more,
        )
        try:
            yield client
        finally:
            client.close()


def stored(settings: Settings, topic: str, since_ms: int | None = None) -> Iterator[ConsumerRecord]:
    """Every record that `topic` holds now, in offset order a partition, from the time `since_ms` on where it is given.

    Some that come meanwhile may be among them. The embedded broker gives as a partition's end the offset after the
    first record of its last batch: polls are therefore never cut by number, so that a batch comes whole. And it
    begins a batch too early for a time.
    """
    with consumer(settings, max_poll_records=1 << 20) as client:
        partitions = client.partitions_for_topic(topic)
        if not partitions:
            raise UnknownTopicOrPartitionError(topic)
        every = [TopicPartition(topic, number) for number in sorted(partitions)]
        client.assign(every)
        ends = client.end_offsets(every)
        _seek(client, every, since_ms, ends)
        yield from (each for each in _until(client, ends) if since_ms is None or each.timestamp >= since_ms)


def _seek(
    client: KafkaConsumer, every: list[TopicPartition], since_ms: int | None, ends: Mapping[TopicPartition, int]
) -> None:
    if since_ms is None:
        client.seek_to_beginning(*every)
        return
    for partition, found in client.offsets_for_times(dict.fromkeys(every, since_ms)).items():
        client.seek(partition, ends[partition] if found is None else found.offset)


def _until(client: KafkaConsumer, ends: Mapping[TopicPartition, int]) -> Iterator[ConsumerRecord]:
    """Polls until every partition has reached its end; positions tell, since offsets may have holes at the end."""
    owed = {partition for partition, end in ends.items() if client.position(partition) < end}
    while owed:
        for records in client.poll(timeout_ms=200).values():
            yield from records
        owed = {partition for partition in owed if client.position(partition) < ends[partition]}


def record_at(settings: Settings, topic: str, partition: int, offset: int) -> ConsumerRecord:
    """The record at one place; raises RasidError where the topic has none there."""
    place = TopicPartition(topic, partition)
    with consumer(settings) as client:
        if partition not in (client.partitions_for_topic(topic) or ()):
            raise RasidError(f"topic {topic!r} has no partition {partition}")
        client.assign([place])
        if client.beginning_offsets([place])[place] <= offset:
            client.seek(place, offset)
            for _ in range(LOOKS):
                for record in client.poll(timeout_ms=200, max_records=1).get(place, ()):
                    if record.offset == offset:
                        return record
                    break
    raise RasidError(f"topic {topic!r} holds nothing at {partition}:{offset}: it was removed by age, or never there")


class Publisher:
    """Sends messages from a program, a bounded number at a time unacknowledged, and raises the first failure.

    Leaving the block waits for the rest. `acknowledged` counts what the broker has; `reached` has, for each topic, the
    offset after the last of its messages.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: deque[Any] = deque()
        self._known: set[str] = set()
        self.acknowledged = 0
        self.reached: dict[str, int] = {}

    def __enter__(self) -> Self:
        with reporting(self._settings, "connecting to publish"):
            self._producer = _opened(
                KafkaProducer,
                self._settings,
                acks=-1,
                delivery_timeout_ms=round(DELIVERY_SECONDS * 1000),
                max_block_ms=round(CONNECT_SECONDS * 1000),
                max_request_size=MAX_MESSAGE_BYTES,
                batch_size=1 << 20,
                linger_ms=1,
                partitioner=Crc32Partitioner(),
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        try:
            if kind is None:
                self.flush()
        finally:
            with suppress(KafkaError):
                self._producer.close(timeout=0 if kind else DELIVERY_SECONDS)

    def send(self, message: Outgoing) -> None:
        """Sends one message; waits where too many are under way. Raises RasidError where there is no such topic."""
        self._require(message.topic)
        with reporting(self._settings, f"publishing to {message.topic!r}"):
            try:
                self._waiting.append(self._producer.send(message.topic, **_fields(message)))
            except MessageSizeTooLargeError as error:
                size = len(message.value or b"")
                raise RasidError(
                    f"a message of {size} bytes is too large for {message.topic!r}: at most {MAX_MESSAGE_BYTES}"
                ) from error
        self._settle(IN_FLIGHT)

    def _require(self, topic: str) -> None:
        """kafka-python would wait long for a topic that is not there."""
        if topic in self._known:
            return
        with admin(self._settings) as client:
            if any(each["error_code"] for each in client.describe_topics([topic])):
                where = self._settings.bootstrap_servers
                raise RasidError(f"the broker at {where} lacks the topic {topic!r}: rasid topics create")
        self._known.add(topic)

    def flush(self) -> None:
        """Waits until the broker has acknowledged everything."""
        self._settle(0)

    def _settle(self, allowed: int) -> None:
        while self._waiting and (len(self._waiting) > allowed or self._waiting[0].is_done):
            with reporting(self._settings, "publishing"):
                sent = self._waiting.popleft().get(timeout=DELIVERY_SECONDS + REQUEST_SECONDS)
            self.reached[sent.topic] = max(self.reached.get(sent.topic, 0), sent.offset + 1)
            self.acknowledged += 1


def _fields(message: Outgoing) -> dict[str, Any]:
    return {
        "key": message.key,
        "value": message.value,
        "headers": list(message.headers),
        "partition": message.partition,
    }
