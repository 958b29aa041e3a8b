"""`rasid receivers`: a trial against a receiver on loopback, the list, and verification."""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta

import pytest

from rasid.deliver.sign import Signer
from tests.collector import SECRET, Collector, Status, redirect

BODY = b'{"type":"alert.fired"}'


@pytest.fixture
def file(tmp_path):
    """Writes a receivers file with one receiver."""

    def write(url, *, name="desk", allow_private=True):
        path = tmp_path / "receivers.toml"
        path.write_text(
            f'[[receiver]]\nname = "{name}"\nurl = "{url}"\nsecrets = ["{SECRET}"]\n'
            f"allow_private = {str(allow_private).lower()}\n"
        )
        return path

    return write


async def rasid(*arguments, stdin=b"", **environment):
    """Runs the command as a user does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "agents.cli", "receivers", *map(str, arguments)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "200"} | {name: str(value) for name, value in environment.items()},
    )
    out, err = await process.communicate(stdin)
    for stream in (out, err):
        assert b"to-hide" not in stream
        assert SECRET.removeprefix("whsec_").encode() not in stream
    return process.returncode, out.decode(), err.decode()


async def test_a_trial_sends_one_signed_example_and_prints_the_answer(file):
    async with Collector(default=Status(200, body="تم".encode())) as desk:
        code, out, err = await rasid("test", "desk", RASID_RECEIVERS=file(desk.url))
    assert code == 0, err
    assert "تم" in out
    assert "answered 200" in err
    (got,) = desk.received
    assert got.fault == ""
    assert got.data["watch"]["id"] == "rasid-test"
    assert got.data["watch"]["labels"] == {"test": "true"}
    (hit,) = got.data["evidence"]
    assert got.data["article"][hit["field"]][hit["start"] : hit["end"]] == hit["text"]


@pytest.mark.parametrize("answer", [Status(500, body=b"no"), Status(410), redirect("http://localhost/")])
async def test_a_trial_that_is_not_taken_exits_with_1(file, answer):
    async with Collector(default=answer) as desk:
        code, out, _ = await rasid("test", "desk", "--json", "--file", file(desk.url))
    found = json.loads(out)
    assert code == 1
    assert (found["receiver"], found["delivered"], found["status"]) == ("desk", False, answer.code)
    assert len(desk.received) == 1


async def test_a_refused_address_says_what_to_do(file):
    async with Collector() as desk:
        code, _, err = await rasid("test", "desk", "--file", file(desk.url, allow_private=False))
    assert code == 1
    assert "may not be called (loopback): set allow_private = true" in err
    assert not desk.received


async def test_an_unknown_name_and_no_file_are_wrong_use(file):
    code, _, err = await rasid("test", "dekc", "--file", file("https://example.org/"))
    assert (code, "did you mean 'desk'?" in err) == (2, True)
    code, _, err = await rasid("list")
    assert (code, "set RASID_RECEIVERS" in err) == (2, True)


async def test_the_list_shows_no_paths_and_no_secrets(file):
    path = file("https://example.org:8443/path-to-hide?token=query-to-hide")
    code, out, _ = await rasid("list", RASID_RECEIVERS=path)
    assert code == 0
    assert "https://example.org:8443" in out
    code, out, _ = await rasid("list", "--json", RASID_RECEIVERS=path)
    assert json.loads(out) == {
        "name": "desk",
        "type": "webhook",
        "origin": "https://example.org:8443",
        "secrets": 1,
        "allow_private": True,
        "timeout_seconds": 10.0,
        "connections": 8,
        "refused": None,
        "off_since": None,
    }


def options(at=None, body=BODY):
    headers = Signer([SECRET]).headers("alert_1", at or datetime.now(UTC), body)
    names = {"--id": "webhook-id", "--timestamp": "webhook-timestamp", "--signature": "webhook-signature"}
    return [part for option, name in names.items() for part in (option, headers[name])]


async def test_verifying(file, tmp_path):
    saved = tmp_path / "body.json"
    saved.write_bytes(BODY)
    path = file("https://example.org/")
    code, _, err = await rasid("verify", saved, *options(), WEBHOOK_SECRET=SECRET)
    assert (code, "genuine" in err) == (0, True)
    code, *_ = await rasid("verify", "-", *options(), "--receiver", "desk", stdin=BODY, RASID_RECEIVERS=path)
    assert code == 0
    code, _, err = await rasid("verify", "-", *options(), stdin=BODY + b"\n", WEBHOOK_SECRET=SECRET)
    assert (code, "not genuine: no signature" in err) == (1, True)
    old = options(datetime.now(UTC) - timedelta(hours=1))
    code, out, _ = await rasid("verify", "-", *old, "--json", stdin=BODY, WEBHOOK_SECRET=SECRET)
    assert code == 1
    assert "away from now" in json.loads(out)["fault"]
    code, *_ = await rasid("verify", "-", *old, "--max-age", "0", stdin=BODY, WEBHOOK_SECRET=SECRET)
    assert code == 0


async def test_verifying_without_a_secret_is_wrong_use():
    code, _, err = await rasid("verify", "-", *options(), stdin=BODY)
    assert (code, "which secret?" in err) == (2, True)
    code, _, err = await rasid("verify", "-", *options(), stdin=BODY, WEBHOOK_SECRET="secret-to-hide")
    assert (code, "whsec_ followed by base64" in err) == (2, True)


@pytest.mark.parametrize("command", ["list", "test", "verify"])
async def test_each_help_ends_with_an_example(command):
    code, out, _ = await rasid(command, "--help")
    assert code == 0
    assert "Example:" in out
