"""Every topic of the service in one table: how they are created before a worker joins, and existing ones checked.

What travels on them is in schemas/; who reads and writes them is each agent's business.
"""

import logging
import shlex
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAlreadyExistsError, for_code

from agents import kafka
from agents.settings import Settings
from rasid.errors import ConfigError, RasidError

log = logging.getLogger(__name__)

DAY_MS: Final = 24 * 3600 * 1000
WEEK: Final = {"cleanup.policy": "delete", "retention.ms": str(7 * DAY_MS)}
MONTH: Final = {"cleanup.policy": "delete", "retention.ms": str(30 * DAY_MS)}
COMPACTED: Final = {"cleanup.policy": "compact"}
# Whatever carries an article's text, or a title of that size, must take it.
LARGE: Final = {"max.message.bytes": str(kafka.MAX_MESSAGE_BYTES)}
METADATA_SECONDS: Final = 20.0  # for changes to be known everywhere; a second even on a loaded cluster
POLL_SECONDS: Final = 0.05


@dataclass(frozen=True)
class Topic:
    """One topic: `config` is what it must have, `initial` what it gets when we create it and its owner may change.

    `fixed_partitions` stands where the number is not the operator's to choose.
    """

    base: str
    carries: str
    config: Mapping[str, str] = field(default_factory=dict)
    initial: Mapping[str, str] = field(default_factory=dict)
    fixed_partitions: int | None = None

    def name(self, settings: Settings) -> str:
        """What the cluster calls it: with the deployment's prefix."""
        return settings.topic_prefix + self.base

    def partitions(self, settings: Settings) -> int:
        """How many partitions it must have."""
        return self.fixed_partitions or settings.partitions


# The broker stamps articles on arrival: delays are measured from there, and a publisher's clock may be wrong.
ARTICLES = Topic(
    "articles",
    "ArticleEvent",
    {"max.message.bytes": str(kafka.MAX_ARTICLE_BYTES)},
    {"message.timestamp.type": "LogAppendTime"},
)
TAGGED = Topic("articles.tagged", "TaggedArticle", WEEK | LARGE)
MATCHES = Topic("matches", "WatchMatch", WEEK | LARGE)
ALERTS = Topic("alerts", "Alert", MONTH | LARGE)
DELIVERIES = Topic("deliveries", "DeliveryResult", MONTH)
# Every worker reads all of it, and a watchlist is thousands of records: one partition keeps their order.
WATCHES = Topic("watches", "Watch", COMPACTED, fixed_partitions=1)
DEAD_LETTERS = Topic("dead-letters", "DeadLetter", MONTH | LARGE)
# A story is over 48 hours after its last report, so a week is more than a restart needs to read.
STORIES = Topic(
    "stories", "the alert agent's memory", {"cleanup.policy": "compact,delete", "retention.ms": str(7 * DAY_MS)} | LARGE
)
# Hours of max_per_hour and counts of spikes, by watch.
COUNTS = Topic("counts", "the alert agent's memory of each watch", COMPACTED | LARGE)
# Alerts of all watches meet here: one partition, as a group is told of once.
WAITING = Topic("waiting", "Waiting", WEEK | LARGE, fixed_partitions=1)
GROUPS = Topic("groups", "the memory of groups and inhibition", COMPACTED | LARGE, fixed_partitions=1)
SILENCES = Topic("silences", "Silence", COMPACTED, fixed_partitions=1)
DECISIONS = Topic("decisions", "Decision", MONTH | LARGE)
# Who runs, and which watchlist each holds: of interest for seconds only.
WORKERS = Topic("workers", "WorkerState", {"cleanup.policy": "delete", "retention.ms": str(DAY_MS)}, fixed_partitions=1)
SCHEDULE = Topic("schedule", "ScheduledDelivery", COMPACTED)
# Every worker reads all of it: a receiver that one switches off is off for all.
RECEIVERS = Topic("receivers", "ReceiverState", COMPACTED, fixed_partitions=1)
TOPICS: Final = (
    ARTICLES, TAGGED, MATCHES, ALERTS, DELIVERIES, WATCHES, DEAD_LETTERS, STORIES, COUNTS, WAITING, GROUPS, SILENCES,
    DECISIONS, WORKERS, SCHEDULE, RECEIVERS,
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """A topic that is not as declared: what it is about, what was found, and the command or setting that mends it.

    `refuses` says that no worker may start on it.
    """

    topic: str
    setting: str
    wanted: str
    found: str
    mend: str
    refuses: bool = False

    def __str__(self) -> str:
        return f"topic {self.topic!r} has {self.setting} {self.found}, not {self.wanted}: {self.mend}"


def create(client: KafkaAdminClient, settings: Settings) -> list[str]:
    """Creates the topics that are missing, waits until each partition has a leader, and returns the new names.

    Existing ones stay as they are. Raises RasidError when the cluster refuses.
    """
    existing = set(client.list_topics())
    missing = [topic for topic in TOPICS if topic.name(settings) not in existing]
    if missing:
        wanted = {topic.name(settings): _new(topic, settings) for topic in missing}
        answer = client.create_topics(wanted, raise_errors=False)
        for each in answer["topics"]:
            _refuse(each, settings)
    client.wait_for_topics([topic.name(settings) for topic in TOPICS], timeout_ms=round(METADATA_SECONDS * 1000))
    return [topic.name(settings) for topic in missing]


def _new(topic: Topic, settings: Settings) -> dict[str, Any]:
    return {
        "num_partitions": topic.partitions(settings),
        "replication_factor": settings.replication_factor,
        "configs": {**topic.config, **topic.initial},
    }


def _refuse(answer: Mapping[str, Any], settings: Settings) -> None:
    """Raises where a topic could not be created, unless another worker was quicker."""
    kind = for_code(answer["error_code"])
    if not answer["error_code"] or kind is TopicAlreadyExistsError:
        return
    said = answer.get("error_message") or kind.description
    raise RasidError(
        f"topic {answer['name']!r} cannot be created at {settings.bootstrap_servers}: {said} "
        f"(RASID_REPLICATION_FACTOR={settings.replication_factor}, RASID_PARTITIONS={settings.partitions}): "
        "ask for what the cluster has, or grant the user the right to create topics"
    )


def check(client: KafkaAdminClient, settings: Settings) -> list[Difference]:
    """How the cluster's topics differ from the table; empty when they are as declared.

    A setting that the broker does not tell (the embedded one tells only what it was given) is not compared, and nor is
    the replication factor, which is changed at the cluster.
    """
    names = {topic.name(settings): topic for topic in TOPICS}
    described = {each["name"]: each for each in client.describe_topics(list(names)) if not each["error_code"]}
    configs = _configs(client, [name for name in names if name in described])
    found: list[Difference] = []
    for name, topic in names.items():
        if name not in described:
            found.append(Difference(name, "existence", "present", "missing", "rasid topics create", refuses=True))
            continue
        found += _partition_difference(topic, settings, len(described[name]["partitions"]))
        found += _config_differences(topic, settings, configs)
    return found


def _configs(client: KafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    """What the broker tells of each topic's settings."""
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer = client.describe_configs(resources, config_filter="all").get("topic", {})
    return {name: {key: each["value"] for key, each in answer.get(name, {}).items()} for name in names}


def _partition_difference(topic: Topic, settings: Settings, found: int) -> Iterable[Difference]:
    wanted, name = topic.partitions(settings), topic.name(settings)
    if found == wanted:
        return
    grow = (
        f"kafka-topics.sh --bootstrap-server {settings.bootstrap_servers} --alter --topic {name} --partitions {wanted}"
    )
    if topic.fixed_partitions:
        mend = (
            f"stop the workers, kafka-topics.sh --bootstrap-server {settings.bootstrap_servers} --delete --topic {name}"
        )
        mend += ", rasid topics create"
    elif found < wanted:
        mend = f"RASID_PARTITIONS={found}, or stop the workers and {grow}"
    else:
        mend = f"RASID_PARTITIONS={found}"
    yield Difference(name, "partitions", str(wanted), str(found), mend, refuses=True)


def _config_differences(
    topic: Topic, settings: Settings, told: Mapping[str, Mapping[str, str]]
) -> Iterable[Difference]:
    name = topic.name(settings)
    for key, wanted in topic.config.items():
        found = told[name].get(key)
        if found is not None and found != wanted:
            yield Difference(name, key, wanted, found, f"rasid topics create --alter {shlex.quote(topic.base)}")


def alter(client: KafkaAdminClient, settings: Settings, bases: Iterable[str]) -> None:
    """Gives the named topics (without prefix) the settings of the table; partitions are left alone."""
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, topic.name(settings), configs=dict(topic.config))
        for topic in TOPICS
        if topic.base in set(bases) and topic.config
    ]
    if not resources:
        return
    answer = client.alter_configs(resources, raise_on_unknown=False).get("topic", {})
    refused = {name: said for name, said in answer.items() if said != "OK"}
    if refused:
        raise RasidError(f"the cluster refused to change {refused!r}: grant the user the right to alter topics")
    _await_altered(client, settings, [topic for topic in TOPICS if topic.base in set(bases)])


def _await_altered(client: KafkaAdminClient, settings: Settings, altered: list[Topic]) -> None:
    """Brokers tell of a change a moment after they took it. What they still do not tell then, `check` reports."""
    deadline = time.monotonic() + METADATA_SECONDS
    while time.monotonic() < deadline:
        told = _configs(client, [topic.name(settings) for topic in altered])
        left = [found for each in altered for found in _config_differences(each, settings, told)]
        if not left:
            return
        time.sleep(POLL_SECONDS)


def ensure(settings: Settings, timeout_seconds: float = kafka.CONNECT_SECONDS) -> list[str]:
    """Before a worker joins: creates what is missing, warns of what differs, and returns the names created.

    Raises ConfigError when a topic has another number of partitions: keys would land apart, and articles with them.
    """
    with kafka.admin(settings, timeout_seconds) as client:
        created = create(client, settings)
        differences = check(client, settings)
    for difference in differences:
        if not difference.refuses:
            log.warning("%s", difference)
    refusals = [str(difference) for difference in differences if difference.refuses]
    if refusals:
        raise ConfigError("\n".join(refusals))
    if created:
        log.info("created topics %s", ", ".join(created))
    return created
