"""The book: presearching equals verifying all, watches come and go without trace, and one bad watch hurts no other."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasid.watch.fault import FaultReason
from rasid.watch.watchbook import Watchbook
from schemas.article import ArticleEvent
from schemas.watch import Watch

SEED = Path(__file__).parents[3] / "shared/seeds/kremlin_abu_dhabi_ar.txt"
WORDS = ["سلام", "السلام", "حرب", "حربا", "ضمانات", "الضمانات", "أمنية", "الأمنية", "امنية", "talks", "security", "guarantees",
         "ceasefire", "هدنة", "ووقف", "إطلاق", "النار", ".", "\n\n", "“", "،"]  # fmt: skip


def article(text, title="", **more):
    return ArticleEvent(uri="urn:test", title=title, body=text, **more)


def found(book, event):
    return book.match(book.scan(event), [], [])


def queries():
    term = st.sampled_from(["سلام", "حرب", "ضمانات أمنية", "security guarantees", "ceasefire", "هدنة", "norm:أمنية", "حرب*",
                            "title:سلام", '"سلام حرب"~2', "lang:ar", "سلام NEAR/3 حرب", "ATLEAST/2 حرب"])  # fmt: skip
    return st.recursive(
        term, lambda inner: st.one_of(st.tuples(inner, st.sampled_from(["AND", "OR", "AND NOT"]), inner).map(
            lambda each: f"({each[0]}) {each[1]} ({each[2]})")), max_leaves=4)  # fmt: skip


TEXTS = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.lists(queries(), min_size=1, max_size=5), TEXTS, TEXTS)
def test_presearching_equals_verifying_every_watch(each, title, body):
    book = Watchbook()
    for number, query in enumerate(each):
        book.add(Watch(id=f"w{number}", query=query))
    event = article(body, title, language="ar")
    scan = book.scan(event)
    assert book.match(scan, [], []) == book.match_all(scan, [], [])


@settings(max_examples=150, deadline=None)
@given(queries(), queries(), TEXTS)
def test_removing_a_watch_equals_never_adding_it(kept, removed, body):
    with_it, without = Watchbook(), Watchbook()
    event = article(body, language="ar")
    with_it.add(Watch(id="removed", query=removed))
    with_it.add(Watch(id="kept", query=kept))
    found(with_it, event)
    with_it.remove("removed")
    without.add(Watch(id="kept", query=kept))
    assert found(with_it, event) == found(without, event)
    with_it.remove("kept")
    assert not with_it.lexis._entries
    assert not with_it._filed


def test_a_word_seen_before_the_watch_is_still_found():
    book = Watchbook()
    event = article("وبالضمانات الأمنية")
    assert not found(book, event)
    book.add(Watch(id="w", query="ضمانة"))
    assert [match.watch.id for match in found(book, event)] == ["w"]
    book.remove("w")
    assert not found(book, event)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_evidence_cuts_its_text_out_of_its_field(title, body):
    book = Watchbook()
    book.add(Watch(id="w", query="سلام OR حرب OR ضمانات أمنية OR ceasefire"))
    for match in found(book, article(body, title)):
        for hit in match.evidence:
            field = title if hit.field == "title" else body
            assert field[hit.start : hit.end] == hit.text
            assert field[: hit.start].endswith(hit.before)
            assert field[hit.end :].startswith(hit.after)


def test_a_faulty_watch_is_kept_out_with_its_reason_and_stops_no_other():
    book = Watchbook()
    assert not book.add(Watch(id="bad", query="(سلام"))
    assert book.add(Watch(id="good", query="سلام"))
    assert "not closed" in str(book.faulty["bad"])
    assert [match.watch.id for match in found(book, article("سلام"))] == ["good"]
    assert book.add(Watch(id="bad", query="حرب"))
    assert not book.faulty


def test_a_disabled_watch_rests():
    book = Watchbook()
    book.add(Watch(id="w", query="سلام", enabled=False))
    assert not found(book, article("سلام"))
    assert (len(book), book.disabled) == (0, 1)
    book.add(Watch(id="w", query="سلام"))
    assert found(book, article("سلام"))


def test_only_watches_whose_words_are_there_are_verified():
    book = Watchbook()
    for number, word in enumerate(["زلزال", "فيضان", "بركان", "إعصار", "حريق"]):
        book.add(Watch(id=f"w{number}", query=f"{word} AND دمار"))
    found(book, article("أسفر الزلزال عن دمار واسع"))
    assert book.verified == 1


@pytest.mark.skipif(not SEED.exists(), reason="the seed article is not here (../shared)")
@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("trilateral talks", {"محادثات “ثلاثية"}),
        ("محادثات ثلاثية", {"محادثات “ثلاثية"}),
        ("security guarantees", {"ضمانات أمنية", "الضمانات الأمنية"}),
        ("ضمانات أمنية", {"ضمانات أمنية", "الضمانات الأمنية"}),
        ("ترمب", {"ترمب", "ترامب"}),
        ("ترامب", {"ترمب", "ترامب"}),
    ],
)
def test_the_article_the_project_starts_from(query, texts):
    book = Watchbook()
    book.add(Watch(id="w", query=query))
    (match,) = found(book, article(SEED.read_text("utf-8")))
    assert {hit.text for hit in match.evidence} == texts


@pytest.mark.parametrize("query", ["محادثات ثلاثية", "trilateral talks"])
@pytest.mark.parametrize(
    "text",
    [
        "تمهيدا لمحادثات ثلاثية",
        "يستعد الوفد للمحادثات الثلاثية",
        "رحبت بالمحادثات «الثلاثية»",
        "محادثات (ثلاثية)\nجديدة",
    ],
)
def test_clitics_quotes_and_brackets_do_not_hide_a_phrase(query, text):
    book = Watchbook()
    book.add(Watch(id="w", query=query))
    assert found(book, article(text))


def cases():
    for path in sorted((Path(__file__).parents[1] / "cases").glob("match_*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield pytest.param(row, id=row["id"])


@pytest.mark.parametrize("row", list(cases()))
def test_cases(row):
    book = Watchbook()
    assert book.add(Watch(id="w", query=row["query"])), book.faulty
    event = ArticleEvent(uri="urn:case", body=row["text"], **{k: row[k] for k in ("title", "language") if k in row})
    assert bool(found(book, event)) is row["match"], row.get("note")


def fired(book, text):
    return [match.watch.id for match in book.match(article(text))]


def test_a_watch_that_searches_by_another_means_it_as_it_is_now():
    book = Watchbook()
    assert not book.add(Watch("both", "search:pact AND عقوبات"))
    assert book.faulty["both"].reason is FaultReason.SEARCH
    book.add(Watch("pact", "هدنة", enabled=False))  # a watch that rests may be built upon
    assert fired(book, "هدنة وعقوبات") == ["both"]
    book.add(Watch("pact", "اتفاق"))
    assert fired(book, "هدنة وعقوبات") == []
    assert fired(book, "اتفاق وعقوبات") == ["both", "pact"]
    book.remove("pact")
    assert "there is no watch 'pact'" in str(book.faulty["both"])
    assert fired(book, "اتفاق وعقوبات") == []


def test_a_circle_of_watches_is_refused_and_opens_when_one_is_mended():
    book = Watchbook()
    book.add(Watch("a", "search:b OR هدنة"))
    book.add(Watch("b", "search:c OR عقوبات"))
    book.add(Watch("c", "search:a OR قمة"))
    assert set(book.faulty) == {"a", "b", "c"}
    assert all("circle" in str(fault) for fault in book.faulty.values())
    book.add(Watch("c", "قمة"))
    assert not book.faulty
    assert fired(book, "قمة") == ["a", "b", "c"]


def test_watches_without_a_necessary_word_are_listed():
    book = Watchbook()
    book.add(Watch("language", "lang:ar"))
    book.add(Watch("range", "published:[2026-01-01 TO *] NOT هدنة"))
    book.add(Watch("score", "SCORE>=5(lang:ar^5, هدنة^3)"))
    book.add(Watch("word", "lang:ar AND هدنة"))
    assert book.always == ["language", "range", "score"]


def test_a_count_is_of_one_field():
    book = Watchbook()
    book.add(Watch("twice", "ATLEAST/2 هدنة"))
    assert not book.match(article("هدنة", title="هدنة"))
    assert book.match(article("هدنة", title="هدنة بعد هدنة"))


def test_a_book_and_its_words_are_described_in_a_line():
    """Whoever logs one, or sees a test of one fail, would else have the whole lexicon before them, for each form."""
    book = Watchbook()
    book.add(Watch(id="w", query="محادثات ثلاثية"))
    assert max(len(repr(each)) for each in (book, book.lexis, book.scan(ArticleEvent("u", "", "محادثات")))) < 200
    assert len(repr(book.lexis.word(1))) < 20_000


@pytest.mark.timeout(60)  # it went round for ever
def test_an_article_of_more_words_than_are_kept_is_looked_up_to_its_end(monkeypatch):
    monkeypatch.setattr("rasid.lexicon.lexis.CACHE_WORDS", 50)
    book = Watchbook()
    book.add(Watch(id="ceasefire", query="وقف إطلاق النار"))
    long = article(" ".join(f"كلمة{number}" for number in range(80)) + " وقف إطلاق النار")
    for event in (long, article("وقف إطلاق النار"), long):
        assert [match.watch.id for match in found(book, event)] == ["ceasefire"]


def test_what_is_kept_of_spellings_stays_bounded_while_watches_of_their_words_come_and_go(monkeypatch):
    monkeypatch.setattr("rasid.watch.sighting.MAX_KEPT", 50)
    book, event = Watchbook(), article("شهد قطاع غزة هدوءا")
    book.add(Watch(id="strip", query="قطاع غزة"))
    for _ in range(200):
        book.add(Watch(id="sector", query="قطاع"))
        assert [match.watch.id for match in found(book, event)] == ["sector", "strip"]
        book.remove("sector")
    assert sum(map(len, book._sighter._by_key.values())) <= 2 * 50
