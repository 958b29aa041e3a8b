"""docs/matching.md says what fires and what does not: every line of it is true."""

import re
from pathlib import Path

import pytest

from rasid.watch.watchbook import Watchbook
from schemas.article import ArticleEvent
from schemas.watch import Watch

DOCUMENT = Path(__file__).parents[2] / "docs" / "matching.md"
LINE = re.compile(r"^\| `(?P<query>[^`]+)` \| (?P<text>[^|]+) \| (?P<fires>[✓✗]) \|", re.MULTILINE)
LEAST_LINES = 60


def lines():
    return LINE.findall(DOCUMENT.read_text("utf-8"))


def test_every_row_of_the_tables_is_read():
    rows = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert len(rows) == len(lines()) >= LEAST_LINES


@pytest.mark.parametrize(("query", "text", "fires"), lines())
def test_a_line_is_true(query, text, fires):
    book = Watchbook()
    assert book.add(Watch(id="w", query=query)), book.faulty
    scan = book.scan(ArticleEvent(uri="urn:line", body=text))
    assert bool(book.match(scan, [], [])) is (fires == "✓")
