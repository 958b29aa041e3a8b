"""The receivers file: what it may say, and that mistakes name their place and show no secret."""

import tomllib

import pytest

from agents import receivers
from rasid.errors import ConfigError
from tests.collector import SECRET

GOOD = f"""
# who is told
[[receiver]]
name = "desk"
type = "webhook"
url = "https://example.org/hooks/path-to-hide?token=query-to-hide"
secrets = ["{SECRET}", "whsec_b2xkLXNlY3JldC1vbGQtc2VjcmV0LW9sZC0wMQ=="]

[[receiver]]
name = "default"
url = "http://127.0.0.1:8080/"
secrets = ["{SECRET}"]
allow_private = true
timeout_seconds = 2.5
connections = 3
"""


def test_a_good_file():
    known = receivers.read(GOOD, "receivers.toml")
    assert list(known) == ["desk", "default"]
    desk, default = known.values()
    assert (desk.type, desk.target.host, desk.allow_private, len(desk.secrets)) == ("webhook", "example.org", False, 2)
    assert (desk.timeout_seconds, desk.connections) == (10.0, 8)
    assert (default.timeout_seconds, default.connections, default.refused) == (2.5, 3, None)


def test_no_file_and_an_empty_file_are_no_receivers(tmp_path):
    assert receivers.load(None) == {}
    empty = tmp_path / "receivers.toml"
    empty.write_text("")
    assert receivers.load(empty) == {}


def test_a_file_is_read_from_disk(tmp_path):
    file = tmp_path / "receivers.toml"
    file.write_text(GOOD)
    assert set(receivers.load(file)) == {"desk", "default"}
    with pytest.raises(ConfigError, match="cannot be read"):
        receivers.load(tmp_path / "absent.toml")


def test_nothing_secret_shows():
    shown = repr(receivers.read(GOOD, "receivers.toml"))
    assert "to-hide" not in shown
    assert "whsec_" not in shown
    assert SECRET.removeprefix("whsec_") not in shown
    assert "https://example.org" in shown


def test_a_loopback_url_is_kept_but_known_to_be_refused():
    text = GOOD.replace("allow_private = true", "")
    assert receivers.read(text, "f")["default"].refused == "loopback"


ONE = f"""[[receiver]]
name = "desk"
url = "https://example.org/path-to-hide?token=query-to-hide"
secrets = ["{SECRET}"]
"""


SECRETS = f'secrets = ["{SECRET}"]'


@pytest.mark.parametrize(
    ("wrong", "right", "complaint"),
    [
        ("[[receiver]]", "[[reciever]]", "unknown table 'reciever'"),
        ("[[receiver]]", "[receiver]", "two brackets"),
        ("[[receiver]]\n", "receiver = [1]\n[x]\n", "unknown table 'x'"),
        ('name = "desk"\n', "", "f:1: receiver 1: key 'name' is missing"),
        ('"desk"', '""', "name '' is not allowed"),
        ('"desk"', '"two words"', "name 'two words' is not allowed"),
        ('"desk"', '"مكتب"', "is not allowed: 1 to 64 letters"),
        ('"desk"', "5", "name is a number: 1 to 64 letters"),
        ("url =", "ur1 =", "unknown key 'ur1': did you mean 'url'"),
        ("url =", "endpoint_of_it =", "known are name, type, url"),
        ("secrets =", "secret =", "unknown key 'secret': did you mean 'secrets'"),
        ("https:", "ftp:", "receiver 1 'desk': url has the scheme 'ftp'"),
        ("example.org", "me:hidden-pass@example.org", "user or password"),
        (f'["{SECRET}"]', f'"{SECRET}"', "secrets is a string: a list of strings"),
        (f'["{SECRET}"]', "[]", "no secret is given"),
        (f'["{SECRET}"]', "[5]", "something other than strings"),
        ("whsec_", "", "whsec_ followed by base64"),
        (
            "name =",
            'type = "fax"\nname =',
            "type 'fax' is not supported: this version has webhook, alertmanager, apprise",
        ),
        ("name =", 'type = "apprise"\nname =', "has none, only webhook"),
        (
            "name =",
            'type = "alertmanager"\nname =',
            "unknown key 'secrets': a receiver of type 'alertmanager' has none",
        ),
        (SECRETS, 'type = "alertmanager"', "url has a query: give Alertmanager's own URL"),
        (
            f'?token=query-to-hide"\n{SECRETS}',
            '"\ntype = "alertmanager"\nfiring_seconds = 5',
            "firing_seconds is 5: a num",
        ),
        (SECRETS, 'type = "apprise"', "url is none that Apprise reads ('https')"),
        ("name =", 'format = "xml"\nname =', "format 'xml' is not supported: one of standard, cloudevents"),
        ("name =", 'authorization = "Bearer a\\nb-to-hide"\nname =', "a character that a header may not have"),
        ("name =", "retry_seconds = [5, 0]\nname =", "retry_seconds is [5, 0]: a list of at most 20"),
        ("name =", "retry_seconds = [100000]\nname =", "each at most a day"),
        ("name =", "retry_seconds = 5\nname =", "retry_seconds is a number"),
        ("name =", 'title = "{{ article.titel }}"\nname =', "title: names 'titel', which an alert does not have"),
        ("name =", 'text = "{% for x in y %}"\nname =', "text: line 1: Unexpected end of template"),
        ("name =", 'text = "{{ range(9) }}"\nname =', "text: line 1: Call is not allowed"),
        ("name =", "type = 5\nname =", "type 5 is not supported"),
        ("name =", 'allow_private = "yes"\nname =', "allow_private is a string: true or false"),
        ("name =", "timeout_seconds = 0\nname =", "timeout_seconds is 0: a number from 1 to 30"),
        ("name =", "timeout_seconds = nan\nname =", "timeout_seconds is nan"),
        ("name =", "timeout_seconds = true\nname =", "timeout_seconds is a boolean"),
        ("name =", "connections = 65\nname =", "connections is 65: a whole number from 1 to 64"),
        ("name =", "connections = 2.5\nname =", "connections is a number"),
        ("name =", "url = 2026-11-23\nname =", "not TOML"),
        ('name = "desk"', 'name = "desk', "not TOML"),
    ],
)
def test_mistakes_are_named(wrong, right, complaint):
    with pytest.raises(ConfigError, match=r"f: |f:1: ") as caught:
        receivers.read(ONE.replace(wrong, right), "f")
    message = str(caught.value)
    assert complaint in message
    assert "to-hide" not in message
    assert "hidden-pass" not in message
    assert SECRET.removeprefix("whsec_") not in message


def test_the_line_of_the_receiver_is_said():
    second = ONE.replace("desk", "second").replace("url", "uri")
    with pytest.raises(ConfigError, match=r"f:7: receiver 2 'second': unknown key 'uri': did you mean 'url'\?"):
        receivers.read(ONE + "\n# another\n" + second, "f")


def test_a_name_is_taken_once():
    with pytest.raises(ConfigError, match="f:5: receiver 2: name 'desk' is taken"):
        receivers.read(ONE + ONE, "f")


def test_the_example_is_toml_as_others_read_it():
    assert len(tomllib.loads(GOOD)["receiver"]) == 2
