"""A real Apache Kafka broker, one node in KRaft mode on loopback, for tests and measurements.

Maven fetches its jars once into a cache folder. Nothing here knows of Rasid's topics or agents.
"""

import base64
import contextlib
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

VERSION = "4.1.1"  # as in pom.xml
POM = Path(__file__).with_name("pom.xml")
MAX_MESSAGE_BYTES = 16 << 20  # the largest article that Rasid's producer sends
PORTS = range(20_000, 32_000)  # below Linux's ephemeral range: see free_port
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.segment.delete.delay.ms=1000
log.cleaner.backoff.ms=500
log.cleaner.dedupe.buffer.size=8388608
message.max.bytes={largest}
replica.fetch.max.bytes={largest}
socket.request.max.bytes={request}
"""


def missing() -> str | None:
    """What keeps this machine from running the node, as a sentence to skip a test with; None when nothing does."""
    if shutil.which("java") is None:
        return "Apache Kafka needs java (17 or newer) on PATH"
    if shutil.which("mvn") is None and not _fetched(cache_folder()):
        return "Apache Kafka's jars are fetched with mvn, which is not on PATH"
    return None


def cache_folder() -> Path:
    """Where the jars are kept: RASID_KAFKA_CACHE, or ~/.cache/rasid/kafka."""
    return Path(os.environ.get("RASID_KAFKA_CACHE") or Path.home() / ".cache" / "rasid" / "kafka")


def jars() -> Path:
    """The folder with the jars, fetched on first use; raises CalledProcessError with Maven's words when that fails."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _fetched(cache):
            _fetch(cache)
    return _libs(cache)


def _libs(cache: Path) -> Path:
    return cache / VERSION


def _fetched(cache: Path) -> bool:
    return (_libs(cache) / f"kafka_2.13-{VERSION}.jar").exists()


def _fetch(cache: Path) -> None:
    """Into a folder beside, then renamed, so that an interrupted fetch leaves nothing that looks whole."""
    partial = cache / f"{VERSION}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    subprocess.run(["mvn", "-q", "-B", "-f", str(POM), *goal], check=True, timeout=600, stdout=subprocess.DEVNULL)
    partial.rename(_libs(cache))


def free_port() -> int:
    """A loopback port that nothing listens on and that the kernel gives to no outgoing connection.

    Within the ephemeral range a client that keeps trying a stopped broker's port may connect to itself and hold it.
    """
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError(f"no free loopback port found among {PORTS.start}..{PORTS.stop - 1}")


class KafkaNode:
    """Use as a context manager; `address` is where clients connect.

    `stop()` and `start()` keep data and port. `folder` gets its data and log, and is removed at the end unless given.
    """

    def __init__(
        self, folder: Path | None = None, *, heap: str = "512m", options: Mapping[str, object] | None = None
    ) -> None:
        self._own_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="rasid-kafka-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.log = self.folder / "broker.log"
        self._java = ["java", f"-Xmx{heap}", "-XX:+UseSerialGC", "-cp", f"{jars()}/*"]
        self._config = self.folder / "server.properties"
        self._config.write_text(self._properties(options or {}))
        self._process: subprocess.Popen[bytes] | None = None
        self._admin: Any = None

    def _properties(self, options: Mapping[str, object]) -> str:
        text = PROPERTIES.format(
            port=self.port,
            controller=free_port(),
            logs=self.folder / "data",
            largest=MAX_MESSAGE_BYTES + 4096,  # a record's own framing
            request=MAX_MESSAGE_BYTES * 2,
        )
        return text + "".join(f"{name}={value}\n" for name, value in options.items())

    def __enter__(self) -> Self:
        try:
            self._format()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        # One argument: an id that begins with a dash would be read as an option of its own.
        command = [*self._java, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(self._config)]
        with self.log.open("ab") as log:
            subprocess.run(command, check=True, timeout=60, stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        """The broker's process id; raises RuntimeError when it is stopped."""
        if self._process is None:
            raise RuntimeError("the Kafka node is stopped: call start() first")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it is started."""
        return self._process is not None

    def start(self) -> None:
        """Starts the broker and returns when it answers; raises RuntimeError with its log's end when it does not."""
        with self.log.open("ab") as log:
            command = [*self._java, "kafka.Kafka", str(self._config)]
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + 120
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"Apache Kafka did not start; its log ends with: {self.log.read_text()[-2000:]}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        """Asked by a plain connection first: kafka-python leaves the sockets of refused ones to the garbage."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            self.admin.list_topics()
        except (KafkaError, OSError):
            self._forget_admin()
            return False
        return True

    def stop(self, *, kill: bool = False) -> None:
        """Ends the broker in order, or with SIGKILL; its data and port are kept. Does nothing when it is stopped."""
        self._forget_admin()
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    def close(self) -> None:
        """Stops the broker for good and removes the folder, where it was not given."""
        self.stop()
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def admin(self) -> Any:
        """kafka-python's KafkaAdminClient, connected; a new one after each stop."""
        if self._admin is None:
            self._admin = KafkaAdminClient(bootstrap_servers=self.address, bootstrap_timeout_ms=2000)
        return self._admin

    def _forget_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def create(self, *names: str, partitions: int = 4, **configs: str) -> None:
        """Topics ready to use on return; `configs` are topic settings with _ for a dot (`cleanup_policy="compact"`)."""
        options = {
            "num_partitions": partitions,
            "replication_factor": 1,
            "configs": {name.replace("_", "."): value for name, value in configs.items()},
        }
        self.admin.create_topics(dict.fromkeys(names, options))
        self.admin.wait_for_topics(names)

    def delete(self, *names: str) -> None:
        """Removes topics and what is in them."""
        self.admin.delete_topics(list(names))

    def _partitions(self, topic: str) -> list[Any]:
        (found,) = self.admin.describe_topics([topic])
        return [TopicPartition(topic, each["partition_index"]) for each in found["partitions"]]

    def ends(self, topic: str) -> dict[int, int]:
        """Each partition's end offset; the sum counts messages where the log has no holes."""
        asked = dict.fromkeys(self._partitions(topic), OffsetSpec.LATEST)
        return {each.partition: found.offset for each, found in self.admin.list_partition_offsets(asked).items()}

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """Each partition's committed offset of a group, for partitions that have one."""
        found = self._group_offsets(group, topic)
        return {each.partition: offset.offset for each, offset in found.items() if offset.offset >= 0}

    def _group_offsets(self, group: str, topic: str) -> Any:
        """Asked again while the coordinator is being set up, as on a new or restarted node."""
        asked, deadline = {group: self._partitions(topic)}, time.monotonic() + 10
        while True:
            try:
                return self.admin.list_group_offsets(asked)[group]
            except KafkaError as error:
                if not error.retriable or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
