"""Work is counted, not only results: few watches are verified for each match, and no query makes an article slow."""

import gzip
import json
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rasid.analysis import Analysis
from rasid.watch.watchbook import Watchbook
from schemas.article import ArticleEvent
from schemas.watch import Watch

SHARED = next((each / "shared" for each in Path(__file__).parents if (each / "shared/eval/throughput").is_dir()), None)
COMMON = "في من على إلى عن أن قال التي الذي هذا بعد بين كان قد لم".split()
MOST_SECONDS = 0.05  # one article beside 10,000 ordinary watches may take no longer for one more


@pytest.mark.skipif(SHARED is None, reason="the throughput data is not here (../shared)")
def test_few_watches_are_verified_for_each_that_matches():
    with gzip.open(SHARED / "eval/throughput/watches_100k.jsonl.gz", "rt", encoding="utf-8") as lines:
        watches = [Watch(**json.loads(next(lines))) for _ in range(1_000)]
    with gzip.open(SHARED / "eval/throughput/articles_6000.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(next(lines)) for _ in range(40)]
    book = Watchbook()
    assert all(book.add(watch) for watch in watches)
    assert book.always == []
    matches = sum(len(book.match(ArticleEvent(row["id"], row["title"], row["text"]))) for row in rows)
    per_article = book.verified / len(rows)
    assert matches > 50
    assert per_article < len(watches) / 20
    assert book.verified < 20 * matches


def long_article():
    """600 words, every other one of them very common."""
    rng = random.Random(3)
    words = (rng.choice(COMMON) if number % 2 else f"كلمة{rng.randrange(400)}" for number in range(600))
    return ArticleEvent("urn:long", "", " ".join(words), language="ar")


MANY = " OR ".join(COMMON)
COSTLY = {
    "1,024 words": " OR ".join(COMMON[number % 15] for number in range(1024)),
    "1,000 different words": " OR ".join(f"كلمة{number}" for number in range(1_000)),
    "1,000 phrases of common words": " OR ".join(
        f'"{COMMON[number % 15]} {COMMON[number // 15 % 15]} {COMMON[number // 225 % 15]}"~100' for number in range(340)
    ),
    "a long phrase with much between": '"' + " ".join(COMMON[number % 2] for number in range(60)) + '"~100',
    "one word many times": '"' + " ".join(["في"] * 60) + '"~100',
    "NEAR of all with all": f"({MANY}) NEAR/100 ({MANY})",
    "300 NEARs": " OR ".join(f"({COMMON[n % 15]} NEAR/100 {COMMON[n // 15 % 15]})" for n in range(500)),
    "NEAR within NEAR": f"((({MANY}) NEAR/100 ({MANY})) NEAR/100 ({MANY})) NEAR/100 ({MANY})",
    "ATLEAST of NEARs": f"ATLEAST/100 (({MANY}) NEAR/100 ({MANY}))",
    "prefixes of everything": " OR ".join(f"كلم* OR كلمة{number}*" for number in range(500)),
    "prefixes with much between": '"كلم* كلم* كلم* كلم* كلم*"~100',
    "a score of everything": f"SCORE>=1000({', '.join(f'{word}^100' for word in COMMON)})",
}


@pytest.fixture(scope="module")
def ordinary():
    """A book of ordinary watches, and the article they are asked of."""
    book = Watchbook()
    for number in range(2_000):
        book.add(Watch(f"w{number}", f"كلمة{number} AND كلمة{number + 1}"))
    article = long_article()
    book.match(article)
    return book, article


@pytest.mark.parametrize("query", COSTLY.values(), ids=COSTLY)
def test_no_query_makes_an_article_take_more_than_50_ms(ordinary, query):
    book, article = ordinary
    if not book.add(Watch("costly", query, translate=False)):
        assert "split it" in str(book.faulty["costly"])
        return
    try:
        book.match(article)  # what is remembered between articles
        assert any(_seconds(book, article) < MOST_SECONDS for _ in range(20))  # the machine may be busy meanwhile
    finally:
        book.remove("costly")


def _seconds(book, article):
    began = time.process_time()
    book.match(article)
    return time.process_time() - began


def test_a_watch_that_would_cost_too_much_gives_up_on_the_article_and_stops_no_other(ordinary):
    book, article = ordinary
    book.add(Watch("costly", COSTLY["NEAR within NEAR"], translate=False))
    book.add(Watch("other", "في", translate=False))
    try:
        assert [match.watch.id for match in book.match(article) if match.watch.id[0] != "w"] == ["other"]
        assert "places of one article" in str(book.costly["costly"])
        assert [match.watch.id for match in book.match(ArticleEvent("u", body="في من على إلى"))] == ["costly", "other"]
    finally:
        book.remove("costly")
        book.remove("other")


def test_a_version_that_a_watch_gives_up_on_is_no_retraction():
    analysis, now = Analysis(), datetime.now(UTC)
    for watch_id, query in (("costly", COSTLY["NEAR within NEAR"]), ("other", "هدنة")):
        analysis.book.add(Watch(watch_id, query, translate=False))
    found = analysis.analyse(long_article(), now)
    assert (found.matches, analysis.book.given_up) == ([], {"costly"})
    assert [match.watch.id for match in analysis.gone(found, ["costly", "other"])] == ["other"]
    found = analysis.analyse(ArticleEvent("urn:long", "", "كلمة"), now)
    assert [match.watch.id for match in analysis.gone(found, ["costly", "other"])] == ["costly", "other"]
