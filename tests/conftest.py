"""What every folder of tests may ask for: brokers on loopback, and a port."""

import logging
import os
from collections.abc import Iterator

import pytest

from bench import kafka_node as node_module
from rasid.text.vocabulary import Shelf

os.environ.pop("COLUMNS", None)  # pytest-xdist sets it, and a command would take it for a terminal's width


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that ask for Apache Kafka, so that `-m "not kafka"` leaves them out."""
    for item in items:
        if "kafka_node" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.kafka)


@pytest.fixture(scope="module")
def own_vocabulary() -> Iterator[None]:
    """Numbers of spellings of the module's own: a new index works out what all are that were read before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rasid.text.reading._SHELF", Shelf(()))
        yield


class Searcher(logging.Handler):
    """Looks through every line that is logged, as it is before our formatter would hide anything."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.getMessage()} {record.exc_info!r}"
        if any(secret in line for secret in SECRETS):
            self.found.append(line)


# Of the tests' receivers: marks in paths, queries and passwords of their URLs, and what is behind their keys' prefixes.
SECRETS = ("to-hide", "cmFzaWQtdGVzdHMt", "v1,", "v1a,")


@pytest.fixture(autouse=True)
def no_secret_is_logged() -> Iterator[None]:
    """Fails a test in which a secret of a receiver came into a log line, whoever wrote it."""
    searcher = Searcher()
    logging.getLogger().addHandler(searcher)
    yield
    logging.getLogger().removeHandler(searcher)
    assert searcher.found == []


@pytest.fixture(scope="session")
def kafka_node() -> Iterator[node_module.KafkaNode]:
    """Apache Kafka, one for all tests: give topics and groups names of your own, and start() it if you stop() it."""
    lacking = node_module.missing()
    if lacking:
        pytest.skip(lacking)
    with node_module.KafkaNode() as node:
        yield node


@pytest.fixture(scope="session")
def embedded_broker() -> Iterator[str]:
    """The address of the embedded broker, one for all tests: it keeps what it is sent in memory."""
    from agents.embedded import EmbeddedBroker

    with EmbeddedBroker() as broker:
        yield broker.address


@pytest.fixture
def free_port() -> int:
    """A loopback port that nothing listens on."""
    return node_module.free_port()
