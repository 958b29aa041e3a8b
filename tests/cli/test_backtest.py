"""`rasid watch backtest`: what a watch would have done, and what a change of it would gain and lose."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from agents import kafka, topics
from agents.cli.main import run as run_rasid
from agents.sending import Outgoing
from agents.settings import load
from rasid.backtest import SAMPLES, Backtest
from schemas.article import ArticleEvent
from schemas.tagged_article import TaggedArticle
from schemas.watch import Watch

WORDS = "الوفد المدينة الحكومة الجلسة القرار المشروع الشركة المنطقة التقرير البيان السوق العاصمة البرنامج".split()


def article(number, said, day=1, source="وكالة"):
    """A text of its own, so that it is a story of its own."""
    own = " ".join(WORDS[(number * step + step) % len(WORDS)] + str(number * step) for step in range(1, 40))
    return ArticleEvent(
        f"urn:past:{number}:{source}", f"خبر {number}", f"{own} {said} {own}", language="ar", source=source,
        published=datetime(2026, 1, day, 12, tzinfo=UTC),
    )  # fmt: skip


PAST = [
    *(article(number, "انهارت الهدنة", day=1 + number % 3) for number in range(30)),
    *(article(100, "انهارت الهدنة", day=4, source=source) for source in ("أ", "ب")),  # one text, two papers
    *(article(200 + number, "فرض عقوبات", day=5) for number in range(3)),
    article(300, "لا شيء", day=7),
]
NOW = datetime(2026, 1, 8, tzinfo=UTC)


def run(query, former=None, **more):
    test = Backtest(Watch("new", query), former, **more)
    for each in PAST:
        test.read(each, NOW)
    return test


def test_figures_of_a_watch():
    test = run("هدنة")
    report = test.report()
    assert (report.articles, report.matches, report.stories, report.alerts) == (36, 32, 31, 31)
    assert [count for _, count in sorted(report.days.items())] == [10, 10, 10, 2, 0, 0, 0]
    assert report.alerts_per_day == round(31 / 7, 2)
    assert report.sources[0] == ("وكالة", 30)
    assert report.terms == [("هدنة", 32)]
    assert len(test.samples.kept) == SAMPLES
    assert (report.gained, report.lost) == (None, None)


def test_what_a_change_gains_and_loses():
    test = run("عقوبات OR source:أ", Watch("now", "هدنة"))
    report = test.report()
    assert (report.gained, report.lost) == (3, 31)
    assert {hit.text for _, sample in test.gained.kept for hit in sample.evidence} == {"عقوبات"}


def test_a_watch_may_refer_to_others_that_do_not_count_themselves():
    assert run("search:pact AND source:أ", others=[Watch("pact", "هدنة")]).report().matches == 1


def test_a_day_without_articles_is_a_day_and_nothing_at_all_is_no_error():
    assert Backtest(Watch("new", "هدنة")).report().matches == 0


@pytest.fixture
def file(tmp_path):
    past = tmp_path / "past.jsonl"
    rows = ({"uri": each.uri, "body": each.body, "published": each.published.isoformat()} for each in PAST)
    past.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return str(past)


def test_the_command_prints_bars_and_samples_or_json(file, capsys):
    assert run_rasid(["watch", "backtest", "هدنة", file, "--against", "هدنة OR عقوبات"]) == 0
    shown = capsys.readouterr().out
    assert "32 of 36 articles match" in shown
    assert "2026-01-01  ████" in shown
    assert "0 gained, 3 lost" in shown
    assert "[الهدنة]" in shown
    assert run_rasid(["watch", "backtest", "زلزال", file, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["matches"] == 0


@pytest.mark.parametrize(("arguments", "says"), [(["هدنة"], "one of the two"), (["(هدنة", "FILE"], "not closed")])
def test_wrong_use_is_told(file, capsys, arguments, says):
    assert run_rasid(["watch", "backtest", *[file if each == "FILE" else each for each in arguments]]) == 2
    assert says in capsys.readouterr().err


@pytest.fixture
def tagged(embedded_broker, monkeypatch):
    """The past on the topic `articles.tagged` of a broker, with a record that is no article among it."""
    monkeypatch.setenv("RASID_BOOTSTRAP_SERVERS", embedded_broker)
    monkeypatch.setenv("RASID_TOPIC_PREFIX", f"b{uuid.uuid4().hex[:8]}.")
    settings = load()
    topics.ensure(settings)
    name = topics.TAGGED.name(settings)
    with kafka.Publisher(settings) as publisher:
        for each in PAST:
            record = TaggedArticle(**msgspec.structs.asdict(each), topics=[], entities=[], arrived_at=NOW)
            publisher.send(Outgoing(name, each.uri.encode(), msgspec.json.encode(record)))
        publisher.send(Outgoing(name, b"urn:broken", b"{"))
        publisher.flush()


@pytest.mark.usefixtures("tagged")
def test_the_articles_of_a_topic_are_read_from_a_moment_on(capsys):
    asked = ["watch", "backtest", "هدنة", "--topic", "articles.tagged", "--json", "--since"]
    assert run_rasid([*asked, "7d"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["articles"], found["matches"], found["stories"]) == (36, 32, 31)
    assert run_rasid([*asked, (datetime.now(UTC) + timedelta(days=1)).isoformat()]) == 1
    assert json.loads(capsys.readouterr().out)["articles"] == 0
