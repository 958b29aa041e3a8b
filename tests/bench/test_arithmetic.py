"""The arithmetic of measurements: rates from the broker's times, medians, ratios, delays; and the page of them."""

import itertools
from datetime import UTC, datetime

import pytest

from bench import report
from bench.articles import Press, analysis, from_file, matches
from bench.latency import delays
from bench.pipeline import Measured, Options, Run
from bench.programs import Cpu
from bench.records import rate
from schemas.article import ArticleEvent


def run(per_second: float, **others) -> Run:
    figures = {"tagged_per_second": per_second, "seconds": 1.0, "start_seconds": 2.0, "micros": 100.0, "duplicates": 0,
               "matches": 5, "alerts": 5, "cores": {}}  # fmt: skip
    return Run(articles_per_second=per_second, **{**figures, **others})


def test_the_first_millisecond_counts_for_nothing():
    assert rate([1000, 1000, 1500, 2000], 2000) == 2.0


def test_a_rate_reaches_to_the_last_effect():
    assert rate([0, 500, 1000], 2000) == 1.0


def test_a_rate_within_a_millisecond_is_refused():
    with pytest.raises(ValueError, match="measure more"):
        rate([7, 7], 7)


def test_ratios_are_taken_within_a_round():
    runs = {"ours": [run(100), run(10), run(300)], "faust": [run(50), run(5), run(100)]}
    assert report.ratio(runs, "ours", "faust") == 2.0


def test_no_ratio_to_what_was_not_measured():
    assert report.ratio({"ours": [run(1)]}, "ours", "quix") is None


def test_figures_are_medians():
    assert report.medians([run(1), run(9), run(2)])["articles_per_second"] == 2


def test_delays_are_of_what_arrived():
    sent = {f"u{number}": 0 for number in range(101)} | {"lost": 0}
    came = {f"u{number}": number * 1_000_000 for number in range(101)}
    found = delays(sent, came, 0.002)
    assert (found.p50_ms, found.p99_ms, found.max_ms) == (50.0, 99.0, 100.0)
    assert (found.alerts, found.missing, found.late_ms) == (102, 1, 2.0)


def test_delays_of_nothing_are_refused():
    with pytest.raises(RuntimeError, match="0 of 1 alerts"):
        delays({"u": 0}, {}, 0)


def test_cores_used_by_others_are_told():
    before, after = Cpu(0.0, {"system": 1.0, "all": 10.0}), Cpu(10.0, {"system": 6.0, "all": 25.0})
    assert after.since(before) == {"system": 0.5, "other": 1.0}
    assert after.micros(before, "system", 100_000) == 50.0


@pytest.fixture(scope="module")
def reader():
    return analysis()


def test_one_article_in_so_many_alerts_and_all_differ(reader):
    made = list(itertools.islice(Press(reader).articles(20), 60))
    assert [number for number, each in enumerate(made) if each.matches] == [0, 20, 40]
    assert len({each.key for each in made}) == len({each.value for each in made}) == 60
    assert all(2500 < len(each.value) < 4500 for each in made)


def test_the_same_seed_gives_the_same_articles(reader):
    one, two = (list(itertools.islice(Press(reader, 3).articles(5), 4)) for _ in range(2))
    assert one == two


def test_articles_of_a_file_come_again_with_another_uri(reader, tmp_path):
    path = tmp_path / "articles.jsonl"
    path.write_text('{"id": 1, "title": "عنوان", "text": "اجتمع الوفدان"}\n{"uri": "urn:b", "body": "غوتيريش يصل"}\n')
    made = list(itertools.islice(from_file(path, reader), 3))
    assert [each.key for each in made] == [b"urn:article:1:0", b"urn:b:1", b"urn:article:1:2"]
    assert [each.matches for each in made] == [0, matches(reader, ArticleEvent("u", body="غوتيريش يصل")), 0]
    assert made[1].matches == 1


def test_the_page_keeps_what_is_not_the_pipelines(tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\nBefore.\n")
    for per_second in (1000.0, 2000.0):
        measured = Measured({"ours": [run(per_second)], "faust": [run(1000)]}, None, 3000.0, ["quix"])
        report.write(report.summary(measured, Options(count=500, repeat=1)), page)
        page.write_text(page.read_text() + "After.\n")
    text = page.read_text()
    assert text.count(report.BEGIN) == 1
    assert text.startswith("# Benchmarks\n\nBefore.\n")
    assert text.count("After.\n") == 2
    assert "Rasid to bare Faust (goal 1.0): **2.00**" in text
    assert "| 2,000 |" in text


def test_a_summary_says_when_and_on_what():
    found = report.summary(Measured({}, None, 0.0, []), Options())
    assert found.articles_per_second is None
    assert found.measured_at <= datetime.now(UTC)
    assert found.machine["cores"]
    assert found.versions["kafka"]
