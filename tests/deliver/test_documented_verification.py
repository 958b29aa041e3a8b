"""What docs/receivers.md shows a reader, run as it stands there against real signatures and forged ones."""

import base64
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rasid.deliver import payload
from rasid.deliver.sign import Signer
from tests.collector import SECRET
from tests.deliver.alerts import alert

PAGE = (Path(__file__).parents[2] / "docs" / "receivers.md").read_text(encoding="utf-8")
OTHER = "whsec_cmFzaWQtdGVzdHMtb3RoZXItc2VjcmV0LTAwMDAwMg=="

PYTHON_MAIN = """
import json, sys
for case in json.load(sys.stdin):
    print(str(verify(case["secret"], case["headers"], base64.b64decode(case["body"]))).lower())
"""
NODE_MAIN = """
for (const c of JSON.parse(require("node:fs").readFileSync(0)))
  console.log(verify(c.secret, c.headers, Buffer.from(c.body, "base64")));
"""
GO_MAIN = """package main

import ("encoding/json"; "fmt"; "os")

func main() {
	var cases []struct { Secret string; Headers map[string]string; Body []byte }
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil { panic(err) }
	for _, c := range cases { fmt.Println(verify(c.Secret, c.Headers, c.Body, 300)) }
}
"""


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def block(language):
    (found,) = blocks(language)
    return found


def cases():
    """Pairs of a webhook and whether it is genuine."""
    now = datetime.now(UTC)
    body = payload.body(alert(1))
    good = Signer([SECRET]).headers("alert_1", now, body)
    rotating = Signer([OTHER, SECRET]).headers("alert_1", now, body)
    old = Signer([SECRET]).headers("alert_1", now - timedelta(minutes=6), body)
    early = Signer([SECRET]).headers("alert_1", now + timedelta(minutes=6), body)
    yield True, SECRET, good, body
    yield True, SECRET, rotating, body
    yield True, OTHER, rotating, body
    yield False, OTHER, good, body
    yield False, SECRET, good, body + b"\n"
    yield False, SECRET, good | {"webhook-id": "alert_2"}, body
    yield False, SECRET, good | {"webhook-timestamp": str(int(good["webhook-timestamp"]) - 1)}, body
    yield False, SECRET, good | {"webhook-signature": "v1,AAAA"}, body
    yield False, SECRET, good | {"webhook-signature": "v1a," + good["webhook-signature"][3:]}, body
    yield False, SECRET, old, body
    yield False, SECRET, early, body


def programs(tmp_path):
    (tmp_path / "verify.py").write_text(block("python") + PYTHON_MAIN, encoding="utf-8")
    (tmp_path / "verify.js").write_text(block("js") + NODE_MAIN, encoding="utf-8")
    (tmp_path / "verify.go").write_text(block("go"), encoding="utf-8")
    (tmp_path / "main.go").write_text(GO_MAIN, encoding="utf-8")
    return {
        "python": [sys.executable, "verify.py"],
        "node": ["node", "verify.js"],
        "go": ["go", "run", "verify.go", "main.go"],
    }


@pytest.mark.parametrize("language", ["python", "node", "go"])
def test_the_documented_reader_tells_genuine_from_forged(language, tmp_path):
    command = programs(tmp_path)[language]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    wanted, webhooks = [], []
    for genuine, secret, headers, body in cases():
        wanted.append(str(genuine).lower())
        webhooks.append({"secret": secret, "headers": headers, "body": base64.b64encode(body).decode()})
    run = subprocess.run(command, input=json.dumps(webhooks), capture_output=True, text=True, cwd=tmp_path, check=False)
    assert run.stderr == ""
    assert run.stdout.split() == wanted


def test_our_own_reader_agrees():
    for genuine, secret, headers, body in cases():
        fault = Signer([secret]).fault(headers, body, datetime.now(UTC), timedelta(minutes=5))
        assert (fault is None) is genuine, fault


def test_the_documented_reader_of_public_keys():
    made = {}
    exec(block("py"), made)
    private = "whsk_" + base64.b64encode(bytes(range(32))).decode()
    body, now = b"{}", datetime.now(UTC)
    headers = Signer([private]).headers("alert_1", now, body)
    (public,) = Signer([private]).public_keys
    assert made["verify_public"](public, headers, body)
    assert made["verify_public"](public, Signer([SECRET, private]).headers("alert_1", now, body), body)
    assert not made["verify_public"](public, headers, body + b" ")
    assert not made["verify_public"](public, headers | {"webhook-id": "alert_2"}, body)
    assert not made["verify_public"](public, Signer([SECRET]).headers("alert_1", now, body), body)


def test_the_documented_recipes_make_keys():
    for command, prefixes in zip(blocks("sh"), (["whsec_"], ["whsk_", "whpk_"]), strict=True):
        shell = command.strip().replace("python3", sys.executable, 1)
        made = subprocess.run(shell, shell=True, capture_output=True, text=True, check=True).stdout.split()
        assert [each[: len(prefix)] for each, prefix in zip(made, prefixes, strict=True)] == prefixes
        Signer(made[:1])
