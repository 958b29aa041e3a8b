"""Topics are created as declared, and what differs is reported with what mends it, on both kinds of broker."""

import time
import uuid

import pytest
from kafka.admin import ConfigResource

from agents import kafka, topics
from agents.settings import Settings
from rasid.errors import ConfigError, RasidError
from tests.patience import PATIENCE_SECONDS


@pytest.fixture(params=["embedded_broker", "kafka_node"])
def fresh(request):
    """Settings for a broker where none of our topics is, by a prefix of their own."""
    broker = request.getfixturevalue(request.param)
    return Settings(bootstrap_servers=getattr(broker, "address", broker), topic_prefix=f"t{uuid.uuid4().hex[:8]}.")


def changed(settings: Settings, **update) -> Settings:
    return settings.model_copy(update=update)


def until_told(client, settings: Settings) -> topics.Difference:
    """The one difference there is, which a broker tells a moment after the change."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for found in topics.check(client, settings):
            return found
        time.sleep(0.05)
    raise AssertionError("no difference is told")


def test_missing_topics_are_created_as_declared(fresh):
    assert topics.ensure(fresh) == [topic.name(fresh) for topic in topics.TOPICS]
    with kafka.admin(fresh) as client:
        assert topics.check(client, fresh) == []
        described = client.describe_topics([topics.ARTICLES.name(fresh), topics.WATCHES.name(fresh)])
    assert {each["name"]: len(each["partitions"]) for each in described} == {
        topics.ARTICLES.name(fresh): 4,
        topics.WATCHES.name(fresh): 1,
    }


def test_creating_again_changes_nothing(fresh):
    topics.ensure(fresh)
    assert topics.ensure(fresh) == []


def test_before_anything_is_created_all_is_missing(fresh):
    with kafka.admin(fresh) as client:
        found = topics.check(client, fresh)
    assert len(found) == len(topics.TOPICS)
    assert all((each.found, each.mend) == ("missing", "rasid topics create") for each in found)


def test_a_wrong_partition_count_refuses_to_start_and_says_how_to_mend_it(fresh):
    topics.ensure(changed(fresh, partitions=2))
    with pytest.raises(ConfigError) as error:
        topics.ensure(fresh)
    name = topics.ARTICLES.name(fresh)
    assert f"topic {name!r} has partitions 2, not 4: RASID_PARTITIONS=2, or stop the workers and" in str(error.value)
    assert f"--alter --topic {name} --partitions 4" in str(error.value)
    assert topics.WATCHES.name(fresh) not in str(error.value)  # it has one, whatever is set
    with pytest.raises(ConfigError, match="has partitions 2, not 1: RASID_PARTITIONS=2"):
        topics.ensure(changed(fresh, partitions=1))


def test_another_retention_is_reported_and_altering_mends_it(fresh, caplog):
    topics.ensure(fresh)
    name = topics.MATCHES.name(fresh)
    with kafka.admin(fresh) as client:
        client.alter_configs([ConfigResource("TOPIC", name, configs={"retention.ms": "5000"})], raise_on_unknown=False)
        found = until_told(client, fresh)
    assert (found.topic, found.setting, found.wanted, found.found) == (name, "retention.ms", "604800000", "5000")
    assert found.mend == "rasid topics create --alter matches"
    topics.ensure(fresh)
    assert str(found) in caplog.text  # it warns, and starts
    with kafka.admin(fresh) as client:
        topics.alter(client, fresh, ["matches"])
        assert topics.check(client, fresh) == []


def test_more_replicas_than_brokers_are_refused_by_name(kafka_node):
    settings = Settings(bootstrap_servers=kafka_node.address, topic_prefix="r3.", replication_factor=3)
    with pytest.raises(RasidError, match=r"topic 'r3\.articles' cannot be created.*RASID_REPLICATION_FACTOR=3"):
        topics.ensure(settings)


def test_an_article_is_stamped_when_it_arrives(kafka_node):
    settings = Settings(bootstrap_servers=kafka_node.address, topic_prefix="stamp.")
    topics.ensure(settings)
    with kafka.admin(settings) as client:
        found = topics._configs(client, ["stamp.articles"])["stamp.articles"]
    assert found["message.timestamp.type"] == "LogAppendTime"
