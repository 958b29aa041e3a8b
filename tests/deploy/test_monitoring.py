"""The dashboard and the alert rules name metrics that workers have; promtool reads and tests the rules."""

import re

import pytest
from prometheus_client import REGISTRY

import agents.metrics  # noqa: F401  # registers what a worker counts

SUFFIXES = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}


def counted():
    """Every metric's name as Prometheus sees it."""
    ours = [family for family in REGISTRY.collect() if family.name.startswith("rasid_")]
    return {family.name + suffix for family in ours for suffix in SUFFIXES[family.type]}


def named(text):
    return set(re.findall(r"\brasid_[a-z_]+", text))


def test_every_panel_asks_for_metrics_that_workers_have(panels):
    asked = {name for panel in panels for target in panel["targets"] for name in named(target["expr"])}
    assert asked
    assert asked <= counted()


def test_every_metric_is_drawn_somewhere(panels):
    asked = {name for panel in panels for target in panel["targets"] for name in named(target["expr"])}
    undrawn = {name for name in counted() - asked if not name.endswith(("_sum", "_count"))}
    assert undrawn == set()


def test_every_rule_asks_for_metrics_that_workers_have(rules):
    asked = {name for rule in rules for name in named(rule["expr"])}
    assert asked
    assert asked <= counted()


def test_operations_md_explains_every_metric_and_no_other(tree):
    explained = set(re.findall(r"^\| `(rasid_\w+)", (tree / "docs/operations.md").read_text(), re.MULTILINE))
    assert explained == {re.sub("_(bucket|sum|count)$", "", name) for name in counted()}


def test_every_panel_says_what_it_shows(panels):
    assert all(panel["title"] and panel["description"] for panel in panels)


def test_panels_do_not_overlap(panels):
    places = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))


def test_every_rule_is_tested_by_name(rules, tree):
    tests = (tree / "deploy/prometheus/tests/rasid.yml").read_text()
    assert {rule["alert"] for rule in rules} == set(re.findall(r"alertname: (\w+)", tests))


@pytest.mark.prometheus
def test_prometheus_reads_its_configuration(promtool, tree):
    checked = promtool("check", "config", tree / "deploy/prometheus/prometheus.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.prometheus
def test_each_rule_fires_when_it_should_and_not_otherwise(promtool, tree):
    tested = promtool("test", "rules", tree / "deploy/prometheus/tests/rasid.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr
