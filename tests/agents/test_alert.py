"""The alert agent's state comes back from its topics: by partition, the last of each key, without what was dropped."""

import uuid
from datetime import timedelta

import pytest
from faust.types import TP

from agents import alert_effects, kafka, topics
from agents.alert import stages
from agents.settings import Settings
from rasid.alert.desk import Desk, Rules
from schemas.alert import Reason
from tests.alert.matches import NOW, OTHER, match


@pytest.fixture
def settings(embedded_broker):
    made = Settings(topic_prefix=f"s{uuid.uuid4().hex[:8]}.", bootstrap_servers=embedded_broker)
    found = made.with_embedded_broker(embedded_broker)
    topics.ensure(found)
    return found


def written(settings, desk, partition, *matches):
    with kafka.Publisher(settings) as publisher:
        for found in matches:
            effects = desk.take(found, found.arrived_at)
            for message in alert_effects.kept(settings, effects, topics.COUNTS, partition):
                publisher.send(message)


async def test_a_stage_reads_back_every_partition_at_once(settings):
    written(settings, Desk(Rules()), 1, match("urn:1"), match("urn:2", OTHER), match("urn:3", max_per_hour=2))
    written(settings, Desk(Rules()), 3, match("urn:4"))
    desks, _ = stages(settings, Rules())
    name = topics.MATCHES.name(settings)
    desks.assigned({TP(name, number) for number in (0, 1, 3)} | {TP("elsewhere", 2)})
    await desks.prepare()
    assert sorted(desks._desks) == [0, 1, 3]
    later = {"at": NOW + timedelta(minutes=1), "source": "صحيفة"}
    reasons = {
        number: desk.take(match("urn:9", **later), NOW).decisions[0].reason for number, desk in desks._desks.items()
    }
    assert reasons == {0: Reason.FIRED, 1: Reason.COPY, 3: Reason.COPY}
    await desks.prepare(2)
    assert 2 in desks._desks
    desks.forget({TP(name, 1)})
    assert sorted(desks._desks) == [0, 2, 3]


async def test_the_last_state_counts_and_a_null_forgets(settings):
    desk = Desk(Rules())
    written(settings, desk, 0, match("urn:1", max_per_hour=1), match("urn:2", source="صحيفة"))
    held = await alert_effects.restored(settings, topics.STORIES, [0])
    assert [story.article_count for story in held[0]] == [2]
    assert len((await alert_effects.restored(settings, topics.COUNTS, [0]))[0]) == 1
    with kafka.Publisher(settings) as publisher:
        for message in alert_effects.kept(settings, desk.tick(NOW + timedelta(hours=2)), topics.COUNTS, 0):
            publisher.send(message)
    assert (await alert_effects.restored(settings, topics.COUNTS, [0]))[0] == []


async def test_a_foreign_record_is_passed_over_and_named(settings, caplog):
    with kafka.Publisher(settings) as publisher:
        publisher.send(kafka.Outgoing(topics.STORIES.name(settings), b"x", b"{}", partition=0))
    assert await alert_effects.restored(settings, topics.STORIES, [0]) == {0: []}
    assert "is passed over" in caplog.text
