"""docs/migrating.md: what it shows in another program's words means what stands beside it in ours."""

import re
import tomllib
from pathlib import Path

import msgspec
import yaml

from rasid.alert.routes import read
from rasid.cases import Cases
from schemas.article import ArticleEvent
from schemas.watch import Watch

PAGE = (Path(__file__).parents[2] / "docs/migrating.md").read_text("utf-8")
OURS = [tomllib.loads(part) for part in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)]
THEIRS = [yaml.safe_load(part) for part in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


def test_alertmanager_s_tables_are_ours_in_another_dress():
    names = {"route": "route", "inhibit_rules": "inhibit_rule", "time_intervals": "time_interval"}
    theirs = {names[name]: table for name, table in THEIRS[0].items()}
    care = read(OURS[0], ["desk", "pager"])
    assert read(theirs, ["desk", "pager"]) == care
    assert [route.receiver for route in care.route.every()] == ["desk", "pager", "desk"]


def test_the_watch_in_place_of_a_rule_reads_both_languages():
    (watch,) = msgspec.convert(OURS[1]["watch"], list[Watch])
    texts = ["oil sanctions remain", "قالت إن عقوبات النفط باقية", "لوّحت بعقوباتٍ نفطية", "العقوبات باقية"]
    cases = Cases()
    found = [cases.match(watch.query, ArticleEvent("urn:text", body=text), translate=True) for text in texts]
    assert [match is not None for match in found] == [True, True, True, False]
