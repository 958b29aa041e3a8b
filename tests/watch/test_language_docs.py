"""docs/watch-language.md: its rows are true, its queries can be read, its examples run."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents.cli.watch_all import watch
from rasid.errors import QueryError
from rasid.tag.tagger import Tagger
from rasid.watch import lint, parser
from rasid.watch.lint import Linter
from rasid.watch.parser import parse
from rasid.watch.watchbook import Watchbook
from schemas.article import ArticleEvent
from schemas.watch import Watch

TEXT = (Path(__file__).parents[2] / "docs/watch-language.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| ([✓✗]) \|", TEXT, re.MULTILINE)
REFUSED = re.findall(
    r"^\| `([^`]+)` \| ([^|`]+) \|$", TEXT.split("What is refused")[1].split("Limits")[0], re.MULTILINE
)
INSTEAD = re.findall(r"^\| `(.+)` \| `([^`]+)` \|$", TEXT.split("## Coming")[1], re.MULTILINE)
CODES = re.findall(r"^\| `([a-z-]+)` \|", TEXT.split("## Lint")[1].split("## Unit")[0], re.MULTILINE)
BOOK = Watchbook()
TAGGER = Tagger(BOOK.lexis)


@pytest.mark.parametrize(("query", "text", "fires"), ROWS)
def test_a_row_is_true(query, text, fires):
    assert BOOK.add(Watch("row", query)), BOOK.faulty
    scan = BOOK.scan(ArticleEvent("urn:row", body=text.strip(), language="ar"))
    assert bool(BOOK.match(scan, *TAGGER.tag(scan))) is (fires == "✓")


@pytest.mark.parametrize(("query", "says"), REFUSED)
def test_what_is_said_to_be_refused_is_refused_so(query, says):
    with pytest.raises(QueryError, match=re.escape(says.strip())):
        parse(query)


@pytest.mark.parametrize(("wrong", "right"), INSTEAD)
def test_what_to_write_instead(wrong, right):
    parse(right)
    with pytest.raises(QueryError):
        parse(wrong.replace("\\|", "|"))


def test_the_tables_are_all_read():
    assert (len(ROWS), len(REFUSED), len(INSTEAD)) == (len(re.findall(r"[✓✗] \|$", TEXT, re.MULTILINE)), 6, 5)


def test_the_codes_of_lint_are_those_it_has():
    assert tuple(CODES) == lint.CODES


def test_the_limits_are_those_of_the_code():
    from rasid.watch import compile as compiling
    from rasid.watch import lexer, verify

    limits = (lexer.MAX_QUERY, parser.MAX_WORDS, parser.MAX_DEPTH, compiling.MAX_NESTED, compiling.MAX_SIZE)
    assert limits == (65_536, 1_024, 50, 60, 10_000)
    assert (verify.MAX_STEPS, verify.STEPS_PER_WORD) == (6_000, 5)
    assert all(f"{limit:,}" in TEXT for limit in (*limits, verify.MAX_STEPS, parser.MAX_DISTANCE, parser.MAX_WEIGHT))


def test_the_parser_has_under_300_lines():
    assert Path(parser.__file__).read_text("utf-8").count("\n") < 300


def test_the_python_example_runs(capsys):
    exec(TEXT.split("```python")[1].split("```")[0], {})
    assert capsys.readouterr().out == "talks ['المحادثات الثلاثية']\n"


def test_the_lint_example_has_the_findings_it_is_for():
    query = re.search(r"rasid watch lint '([^']+)'", TEXT)[1]
    shown = CliRunner().invoke(watch, ["lint", query, "--json"], standalone_mode=False)
    assert not shown.exception
    assert {each.code for each in Linter().findings(query)} >= {"unquoted-value", "near-brackets"}
