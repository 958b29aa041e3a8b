"""Wrong queries: each row of tests/cases/queries_wrong.jsonl gets its message at its column, and size has limits."""

import json
import time
from pathlib import Path

import pytest

from agents.cli import pointing
from rasid.errors import QueryError
from rasid.watch.parser import parse
from rasid.watch.watchbook import Watchbook
from schemas.watch import Watch

ROWS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases/queries_wrong.jsonl").read_text("utf-8").splitlines()
]


def test_the_table_has_its_120_rows_and_none_twice():
    assert len({row["query"] for row in ROWS}) == len(ROWS) >= 120


@pytest.mark.parametrize("row", ROWS, ids=[row["query"] or "empty" for row in ROWS])
def test_a_wrong_query_gets_its_message_at_its_column(row):
    with pytest.raises(QueryError) as caught:
        parse(row["query"])
    assert (caught.value.column + 1, caught.value.message) == (row["column"], row["message"])
    assert caught.value.query == row["query"]


HUGE = {
    "64 KB": ("س" * 70_000, "at most 65,536"),
    "64 KB of marks": ('"' * 65_535, "not closed"),
    "comments": ("<<<" * 21_000, "not closed"),
    "10,000 terms": (" OR ".join("ab" for _ in range(10_000)), "1,024 words"),
    "10,000 words of one phrase": ('"' + "ab " * 10_000 + '"', "1,024 words"),
    "10,000 words side by side": ("ab " * 10_000, "1,024 words"),
    "10,000 phrases side by side": ('"a"' * 10_000, "1,024 words"),
    "1,000 brackets": ("(" * 1000 + "سلام" + ")" * 1000, "50 deep"),
    "1,000 NOTs": ("NOT " * 1000 + "سلام", "50 deep"),
    "1,000 fields": ("title:" * 1000 + "سلام", "50 deep"),
    "1,000 scores": ("SCORE>=1(" * 1000 + "سلام" + "^1)" * 1000, "50 deep"),
    "a number of 5,000 digits": ("سلام NEAR/" + "9" * 5000 + " حرب", "no number that fits"),
    "a slop of 5,000 digits": ('"سلام حرب"~' + "9" * 5000, "more than the 100 words"),
}


@pytest.mark.parametrize(("query", "says"), HUGE.values(), ids=HUGE)
def test_what_is_too_large_is_refused_at_its_place_and_soon(query, says):
    with pytest.raises(QueryError, match=says) as caught:
        parse(query)
    assert 0 <= caught.value.column <= len(query)
    assert min(_seconds_to_refuse(query) for _ in range(3)) < 1  # one may fall on the collector, which walks a lexicon


def _seconds_to_refuse(query):
    began = time.process_time()
    with pytest.raises(QueryError):
        parse(query)
    return time.process_time() - began


def test_a_lone_surrogate_is_refused():
    with pytest.raises(QueryError, match=r"U\+D800"):
        parse("سلام \ud800")


def test_marks_of_direction_hide_no_operator():
    assert parse("\u200fسلام\u200f OR\u200f \u200eحرب\u2069") == parse("سلام OR حرب")


def test_a_query_that_stands_for_too_much_is_refused_and_leaves_no_word_behind():
    book = Watchbook()
    book.add(Watch("w0", "هدنة"))
    for number in range(1, 14):  # each is twice the one before it
        name = f"search:w{number - 1}"
        book.add(Watch(f"w{number}", f"({name} OR {name}) AND lang:ar"))
    assert "10,000 phrases and clauses" in str(book.faulty["w13"])
    for number in reversed(range(14)):
        book.remove(f"w{number}")
    assert not book.lexis._entries


def test_a_long_row_of_watches_is_refused():
    book = Watchbook()
    for number in range(40):
        book.add(Watch(f"w{number}", f"search:w{number - 1} AND lang:ar" if number else "هدنة"))
    assert "60 clauses deep" in str(book.faulty["w39"])


# -- the caret --------------------------------------------------------------------------------------------------------


def caret_under(query, column, way="plain"):
    """The character of the printed line that the caret stands under, by columns of the terminal."""
    from rich.cells import cell_len

    text, place = pointing.excerpt(query, column)
    line, caret = pointing.pointed(text, place, way)
    at, taken = len(caret) - 1, 0
    for char in line:
        if char in "\u2068\u2069":
            continue
        if taken == at and cell_len(char):
            return char
        taken += cell_len(char)
    return ""


@pytest.mark.parametrize(
    ("query", "column"),
    [("سَلَامٌ AND حَرْب]", 17), ("a AND b]", 7), ("سلام\nAND هدنة]", 13), ("س" * 500 + "]", 500), ("中文 ]", 3)],
)
def test_the_caret_stands_under_the_place_marks_taking_no_column(query, column):
    assert caret_under(query, column) == query[column] == "]"


def test_in_reading_order_the_caret_goes_where_the_order_puts_it():
    query = "سلام NEER/3 حرب"
    text, column = pointing.excerpt(query, 5)
    assert pointing.pointed(text, column, "rasid") == ("  برح NEER/3 مالس", "      ^")
    assert pointing.pointed(text, 0, "rasid")[1] == "                ^"  # the first letter is the rightmost
    assert pointing.pointed("(سلام", 5, "rasid")[1] == " ^"  # the end is left of all
