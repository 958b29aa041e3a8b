"""camel-tools' morphological database: the nouns it gives, and how a watch reads by them where it is installed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agents import camel_data
from rasid.errors import ConfigError
from rasid.lexicon import calima
from tests.lexicon.calima_database import install

ROOT = Path(__file__).parents[2]
BODIES = {
    "طربيد": "استعاد الصيادون الطرابيد من البحر.",
    "دشمة": "حفر الجنود دشمًا جديدة.",
    "كمبيالة": "دفع التاجر الكمبيالات كلها.",
    "بيومتري": "تعمل المطارات بالبوابات البيومترية.",
    "زنبرك": "صنع الحداد الزنابكة.",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("camel_tools")
    install(folder)
    return folder


@pytest.fixture
def lent(data, monkeypatch):
    monkeypatch.setenv("CAMELTOOLS_DATA", str(data))
    camel_data.lend()
    yield
    calima.use(None)


@pytest.mark.usefixtures("lent")
@pytest.mark.parametrize(("word", "gender", "plurals", "feminine", "adjective"), [
    ("طربيد", "m", ("طرابيد",), False, False),
    ("دشمة", "f", ("دشم",), False, False),
    ("كمبيالة", "f", ("ات",), False, False),
    ("بيومتري", "m", ("ون",), True, True),
    ("زنبرك", "m", ("زنابكة",), False, False),
])  # fmt: skip
def test_a_noun_has_its_gender_plurals_and_feminine(word, gender, plurals, feminine, adjective):
    assert calima.nouns(word) == ((word, gender, plurals, feminine, adjective),)


@pytest.mark.usefixtures("lent")
@pytest.mark.parametrize("word", ["طرابيد", "بغدلي", "سلام", ""])
def test_a_plural_a_name_and_what_it_does_not_have_are_no_nouns_of_it(word):
    assert calima.nouns(word) == ()


@pytest.mark.usefixtures("lent")
def test_its_words_are_listed_without_vowels():
    assert sorted(calima.words()) == ["بيومتري", "دشمة", "زنبرك", "طربيد", "كمبيالة"]


def test_without_it_nothing_is_found():
    assert (calima.nouns("طربيد"), calima.words()) == ((), [])


def test_one_that_cannot_be_read_is_told_with_the_way_to_mend_it(tmp_path, monkeypatch):
    install(tmp_path).write_text("###DEFINES###\nnonsense\n")
    monkeypatch.setenv("CAMELTOOLS_DATA", str(tmp_path))
    camel_data.lend()
    with pytest.raises(ConfigError, match="camel_data -i morphology-db-msa-r13"):
        calima.nouns("طربيد")
    calima.use(None)


def rasid(*arguments, data, home):
    """A command with the database of `data`, in a home where nothing can be made."""
    environment = {**os.environ, "CAMELTOOLS_DATA": str(data), "HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "agents.cli", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def matched(query, data, articles):
    done = rasid("grep", "--json", query, str(articles), data=data, home="/dev/null/none")
    assert done.returncode in {0, 1}, done.stderr
    return [json.loads(line)["uri"] for line in done.stdout.splitlines()]


def test_a_watch_reads_by_it_where_it_is_installed(data, tmp_path):
    articles = tmp_path / "articles.jsonl"
    rows = [{"uri": f"urn:{word}", "body": body} for word, body in BODIES.items()]
    articles.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    query = " OR ".join(BODIES)
    assert matched(query, data, articles) == [f"urn:{word}" for word in BODIES]
    assert len(matched(query, tmp_path / "none", articles)) < len(BODIES)


def test_it_leaves_no_trace_at_home(data, tmp_path):
    done = rasid("explain", "طربيد", "--text", BODIES["طربيد"], data=data, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "طرابيد" in done.stdout
    assert list(tmp_path.iterdir()) == []
