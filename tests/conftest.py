"""What every folder of tests may ask for: brokers on loopback, and a port."""

from collections.abc import Iterator

import pytest

from bench import kafka_node as node_module


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that ask for Apache Kafka, so that `-m "not kafka"` leaves them out."""
    for item in items:
        if "kafka_node" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.kafka)


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
