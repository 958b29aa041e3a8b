"""The analysis is measured alone: what is counted is counted right, and the command tells what outsiders rely on."""

import json

import pytest

from agents.cli.main import run
from bench.analysis import Options, measure
from bench.peers import lucene_monitor
from bench.peers.strings import FINDERS, installed, strings_of
from bench.peers.surfaces import MAX_PHRASE, surfaces_of
from schemas.watch import Watch

WATCHES = [{"id": "a", "query": "هدنة"}, {"id": "b", "query": "وزير الطاقة AND فيضان"}, {"id": "c", "query": "كسوف"},
           {"id": "d", "query": "("}]  # fmt: skip
ARTICLES = [{"id": 1, "title": "هدنة", "text": "أعلن الوفدان الهدنة أمس"},
            {"id": 2, "title": "فيضان", "text": "قال وزير الطاقة إن الفيضان انحسر وإن الهدنة صامدة"},
            {"id": 3, "title": "طقس", "text": "يسود طقس معتدل"}]  # fmt: skip


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    made = []
    for name, rows in (("articles", ARTICLES), ("watches", WATCHES)):
        path = tmp_path_factory.mktemp(name) / f"{name}.jsonl"
        path.write_text("\n".join(json.dumps(row) for row in rows))
        made.append(path)
    return made


def test_matches_and_verified_watches_are_counted_at_each_size(paths):
    steps = []
    found = measure(Options(*paths, sizes=(1, 4)), lambda what, done: steps.append((what, done)))
    assert [(size.watches, size.faulty) for size in found.sizes] == [(1, 0), (3, 1)]
    assert [size.matches_per_article for size in found.sizes] == [round(2 / 3, 3), 1.0]
    assert found.sizes[1].verified_per_article >= 1.0
    assert all(size.micros_per_article > 0 < size.tagged_micros for size in found.sizes)
    assert found.articles == 3
    assert ("loading 4 watches", 0) in steps


def test_the_command_ends_with_one_object(paths, capsys):
    articles, watches = map(str, paths)
    assert run(["bench", "analysis", "--articles", articles, "--watches", watches, "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["watches"] == 3
    assert found["matches_per_article"] == 1.0
    assert found["articles_per_second"] == pytest.approx(1e6 / found["micros_per_article"], rel=0.01)


def test_peers_find_the_strings_of_the_queries(paths):
    found = measure(Options(*paths, sizes=(4,)), lambda _what, _done: None).sizes[0]
    all_forms = [peer for peer in found.peers if peer.name.endswith("all forms")]
    assert {peer.name for peer in found.peers if peer not in all_forms} == {
        name for name in FINDERS if installed(name)} != set()  # fmt: skip
    for peer in found.peers:
        assert peer in all_forms or peer.given == len(strings_of([Watch(**row) for row in WATCHES[:3]]))
        assert peer.found > 0
        assert peer.ratio == pytest.approx(found.micros_per_article / peer.micros, rel=0.1)


def test_the_strings_of_all_forms_hold_clitics_and_no_other_words():
    strings = surfaces_of([Watch("a", "هدنة"), Watch("b", '"وزير الطاقة"'), Watch("c", "ceasefire")])
    assert {"هدنة", "الهدنة", "وبهدنتهم", "وزير الطاقة", "ceasefires"} <= set(strings)
    assert len([each for each in strings if " " in each]) <= MAX_PHRASE


@pytest.mark.skipif(lucene_monitor.missing() is not None, reason="Lucene's Monitor needs java and mvn")
def test_lucene_is_asked_the_same_queries():
    queries = ["هدنة", '"وزير الطاقة" AND (فيضان OR كسوف)', "هدنة NOT فيضان", "هدنة NEAR/3 كسوف"]
    watches = [Watch(f"w{number}", query) for number, query in enumerate(queries)]
    texts = [f"{row['title']}\n\n{row['text']}" for row in ARTICLES]
    lines = list(lucene_monitor.measured(watches, [3], texts, warm_up_seconds=0))
    assert [(line.presearcher, line.watches) for line in lines] == [("default", 3), ("multipass", 3)]
    assert [line.matches for line in lines] == [pytest.approx(4 / 3, abs=0.001)] * 2  # of three articles: 2, 1 and 1
