"""Every alert that the same articles give in peace arrives in a storm, once each, and none besides.

2,000 articles and 4 kills as it comes; 20,000 and 20 with STORM=full, which takes some ten minutes.
"""

import os
import sys

import pytest

from agents import topics
from tests.path.storm import Plan, articles, expected, run

FULL = os.environ.get("STORM") == "full"
PLAN = Plan() if FULL else Plan(articles=2000, kills=4, rebalances=1, broker_restarts=0)
pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600 if FULL else 900)]


async def test_a_storm_loses_and_adds_no_alert(kafka_node, new_deployment, capsys):
    quiet = await run(new_deployment(kafka_node.address), kafka_node, PLAN, stormy=False)
    pairs = articles(PLAN)
    assert quiet.ids.keys() == expected(pairs)
    assert {told: ids for told, ids in quiet.ids.items() if len(ids) != 1} == {}
    deployment = new_deployment(kafka_node.address)
    storm = await run(deployment, kafka_node, PLAN, stormy=True)
    with capsys.disabled():
        sys.stdout.write(figures(quiet, storm, deployment))
    assert {record.key for record in deployment.read(topics.TAGGED)} == {uri for uri, _ in pairs}
    assert (quiet.ids.keys() - storm.ids.keys(), storm.ids.keys() - quiet.ids.keys()) == (set(), set())
    assert {told: ids for told, ids in storm.ids.items() if len(ids) != 1} == {}
    assert (storm.faults, storm.events["kill -9"]) == ([], PLAN.kills)


def figures(quiet, storm, deployment):
    happened = ", ".join(f"{count} x {event}" for event, count in sorted(storm.events.items()))
    missing, extra = len(quiet.ids.keys() - storm.ids.keys()), len(storm.ids.keys() - quiet.ids.keys())
    several = sum(len(ids) > 1 for ids in storm.ids.values())
    return (
        f"\n{PLAN.articles} articles; in peace {quiet.alerts} alerts in {quiet.seconds:.0f} s, {quiet.attempts} requests; in the storm "
        f"({happened}; {deployment.surprises} workers ended by surprise) {storm.alerts} alerts in {storm.seconds:.0f} s, "
        f"{storm.attempts} requests: {missing} missing, {extra} extra, {several} with several ids, "
        f"{storm.again} taken again under an id known before\n"
    )
