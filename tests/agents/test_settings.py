"""Settings: environment over file, and a start that stops at the first wrong or unknown one, saying what is allowed."""

import pytest

from agents import settings
from rasid.errors import ConfigError


@pytest.fixture
def environment(monkeypatch):
    """Sets the variables given, in an environment without any other of ours."""
    for name in list(settings.os.environ):
        if name.upper().startswith("RASID_"):
            monkeypatch.delenv(name)

    def give(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return give


@pytest.fixture
def file(environment, tmp_path):
    """Writes the configuration file and names it."""

    def give(text: str) -> None:
        path = tmp_path / "rasid.toml"
        path.write_text(text, "utf-8")
        environment(RASID_CONFIG=str(path))

    return give


def test_defaults_are_those_of_the_contract(environment):
    environment()
    found = settings.load()
    assert found.bootstrap_servers is None
    assert found.embedded
    assert (found.partitions, found.replication_factor, found.group) == (4, 1, "rasid")
    assert (found.web_host, found.web_port, found.log_format) == ("127.0.0.1", 6066, "text")


def test_environment_wins_over_the_file(environment, file):
    file('partitions = 3\ntopic_prefix = "a."\n')
    environment(RASID_PARTITIONS="7")
    found = settings.load()
    assert (found.partitions, found.topic_prefix) == (7, "a.")


def test_an_empty_variable_leaves_its_setting_as_it_comes(environment):
    environment(RASID_BOOTSTRAP_SERVERS="", RASID_RECEIVERS="", RASID_PARTITIONS="")
    found = settings.load()
    assert (found.embedded, found.receivers, found.partitions) == (True, None, 4)


def test_an_empty_variable_wins_over_the_file(environment, file):
    file('topic_prefix = "a."\npartitions = 3\nbootstrap_servers = "one"\nreceivers = "/nowhere.toml"\ngroup = "g"\n')
    environment(RASID_TOPIC_PREFIX="", RASID_PARTITIONS="", RASID_BOOTSTRAP_SERVERS="", RASID_RECEIVERS="")
    found = settings.load()
    assert (found.topic_prefix, found.partitions, found.embedded, found.receivers) == ("", 4, True, None)
    assert found.group == "g"


def test_brokers_may_be_several_and_without_port(environment):
    environment(RASID_BOOTSTRAP_SERVERS="one, two:19092,[::1]:9")
    assert settings.load().servers == ["one:9092", "two:19092", "[::1]:9"]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"RASID_PARTITIONS": "0"}, "RASID_PARTITIONS='0' is not allowed: a whole number from 1 to 1000"),
        ({"RASID_PARTITIONS": "four"}, "RASID_PARTITIONS='four' is not allowed"),
        ({"RASID_WEB_PORT": "99999"}, "RASID_WEB_PORT='99999' is not allowed: a port"),
        ({"RASID_LOG_FORMAT": "xml"}, "RASID_LOG_FORMAT='xml' is not allowed: text or json"),
        ({"RASID_BOOTSTRAP_SERVERS": "kafka://x:9092"}, "is not allowed: host:port"),
        ({"RASID_BOOTSTRAP_SERVERS": "x:0"}, "is not allowed: host:port"),
        ({"RASID_TOPIC_PREFIX": "a/b"}, "RASID_TOPIC_PREFIX='a/b' is not allowed: letters"),
        ({"RASID_RECEIVERS": "/nowhere.toml"}, "RASID_RECEIVERS='/nowhere.toml' is not allowed: a TOML"),
        ({"RASID_SASL_MECHANISM": "MAGIC"}, "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
        ({"RASID_SECURITY_PROTOCOL": "SASL_SSL"}, "needs RASID_SASL_MECHANISM, RASID_SASL_USERNAME and"),
        ({"RASID_SASL_USERNAME": "me"}, "RASID_SASL_USERNAME='me' needs RASID_SECURITY_PROTOCOL to be SASL_PLAIN"),
        ({"RASID_SASL_PASSWORD": "hush"}, "RASID_SASL_PASSWORD=*** needs RASID_SECURITY_PROTOCOL to be"),
        ({"RASID_SSL_CAFILE": __file__}, f"RASID_SSL_CAFILE={__file__!r} needs RASID_SECURITY_PROTOCOL to be SSL or"),
        ({"RASID_PARTITION": "3"}, "unknown variable RASID_PARTITION='3': did you mean RASID_PARTITIONS?"),
        ({"RASID_ZEBRA": "3"}, "unknown variable RASID_ZEBRA='3': known are RASID_ANALYSIS_PROCESSES,"),
        ({"rasid_partitions": "3"}, "unknown variable rasid_partitions='3': did you mean RASID_PARTITIONS?"),
        ({"RASID_CONFIG": "/nowhere.toml"}, "RASID_CONFIG='/nowhere.toml' cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_with_what_is_allowed(environment, variables, said):
    environment(**variables)
    with pytest.raises(ConfigError) as error:
        settings.load()
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("partitons = 3", "unknown key partitons = 3 in "),
        ("partitons = 3", "did you mean partitions?"),
        ("partitions = 'many'", ", partitions = 'many' is not allowed: a whole number"),
        ("partitions = ", "is not TOML"),
    ],
)
def test_a_wrong_key_of_the_file_is_named_with_the_file(file, text, said):
    file(text)
    with pytest.raises(ConfigError) as error:
        settings.load()
    assert said in str(error.value)
    assert "rasid.toml" in str(error.value)


def test_every_fault_is_told_at_once(environment):
    environment(RASID_PARTITIONS="0", RASID_WEB_PORT="x")
    with pytest.raises(ConfigError, match=r"RASID_PARTITIONS.*RASID_WEB_PORT"):
        settings.load()


@pytest.mark.parametrize(
    "variables",
    [
        {"RASID_SASL_PASSWORD": "hush-hush"},  # without a mechanism
        {"RASID_SASL_PASWORD": "hush-hush"},  # misspelt
        {"RASID_SASL_PASSWORD": "hush-hush", "RASID_PARTITIONS": "0"},
        {"RASID_API_TOKEN": "hush-hush"},
    ],
)
def test_a_secret_is_never_shown(environment, variables):
    environment(**variables)
    with pytest.raises(ConfigError) as error:
        settings.load()
    assert "hush" not in str(error.value)
    assert "hush" not in repr(error.value.__cause__)


def test_two_deployments_on_one_cluster_have_groups_of_their_own(environment):
    environment(RASID_TOPIC_PREFIX="blue.")
    assert settings.load().group_id == "blue.rasid"


def test_without_a_broker_the_way_to_one_is_told(environment):
    environment()
    with pytest.raises(ConfigError, match="set RASID_BOOTSTRAP_SERVERS to host:port, or run `rasid up`"):
        _ = settings.load().servers
