"""Arabic in the terminal: who orders it, what is cut, and what never reaches the screen."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from agents.cli import terminal

HEADLINE = "قال ترامب في Abu Dhabi"


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _by_itself():
    terminal.use("auto")
    yield
    terminal.use("auto")


@pytest.mark.parametrize(
    ("environment", "way"),
    [
        ({"VTE_VERSION": "7600", "TERM": "xterm-256color"}, "terminal"),
        ({"VTE_VERSION": "5202"}, "rasid"),
        ({"VTE_VERSION": "unknown"}, "rasid"),
        ({"KONSOLE_VERSION": "230804"}, "terminal"),
        ({"MLTERM": "3.9.3"}, "terminal"),
        ({"TERM_PROGRAM": "Apple_Terminal"}, "terminal"),
        ({"TERM_PROGRAM": "vscode"}, "rasid"),
        ({"TERM": "xterm-kitty"}, "rasid"),
        ({"VTE_VERSION": "7600", "TMUX": "/tmp/tmux-0/default,1,0"}, "rasid"),
        ({}, "rasid"),
    ],
)
def test_the_terminal_orders_text_where_it_is_known_to(environment, way):
    assert terminal.bidi_way(environment, Screen()) == way


def test_what_is_no_terminal_gets_text_as_it_is():
    assert terminal.bidi_way({"VTE_VERSION": "7600"}, io.StringIO()) == "plain"


@pytest.mark.parametrize("way", ["terminal", "rasid", "plain"])
def test_the_option_overrides_the_guess(way):
    terminal.use(way)
    assert terminal.bidi_way({"KONSOLE_VERSION": "1"}, io.StringIO()) == way


def test_each_way_of_ordering():
    terminal.use("plain")
    assert terminal.in_order(HEADLINE) == HEADLINE
    terminal.use("terminal")
    assert terminal.in_order(HEADLINE) == f"\u2068{HEADLINE}\u2069"
    terminal.use("rasid")
    assert terminal.in_order("قال ABC 12") == "ABC 12 لاق"
    assert terminal.in_order("ABC 12") == "ABC 12"


def test_isolates_and_arabic_marks_take_no_column():
    terminal.use("terminal")
    assert terminal.cell("أَحْمَد").cell_len == cell_len("أحمد") == 4


def test_what_is_cut_is_the_end_of_the_text_whoever_orders_it():
    terminal.use("rasid")
    assert terminal.cell("محادثات ثلاثية", 8).plain == "…تاثداحم"


@given(st.text(), st.integers(1, 40))
def test_cut_text_fits_and_is_a_beginning(text, width):
    line = terminal.printable(text)
    short = terminal.cut(line, width)
    assert cell_len(short) <= width
    assert line.startswith(short.removesuffix("…"))


@given(st.text())
def test_nothing_that_a_terminal_obeys_gets_through(text):
    line = terminal.printable(text)
    assert not set(line) & {chr(code) for code in [*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F)]}
    assert not set(line) & {chr(code) for code in range(0x2066, 0x206A)}


def test_markup_and_emoji_names_are_printed_as_they_stand(capsys):
    terminal.show("[red]urn:x:1[/red] خبر")
    assert capsys.readouterr().out == "[red]urn:x:1[/red] خبر\n"


def test_json_lines_are_utf8_and_one_a_line(capsys):
    terminal.emit({"title": "خبر\nعاجل"}, [1])
    assert capsys.readouterr().out == '{"title":"خبر\\nعاجل"}\n[1]\n'


def test_a_table_that_goes_into_a_pipe_is_not_cut(capsys):
    long = "x" * 120
    terminal.show(terminal.rows(terminal.table("a"), [[long]]))
    assert long in capsys.readouterr().out


def test_progress_says_nothing_where_there_is_no_terminal(capsys):
    with terminal.progress("publishing", 3) as bar:
        bar.step()
        bar.of(4)
    assert capsys.readouterr() == ("", "")


def test_a_long_line_is_broken_before_it_is_put_in_order(monkeypatch, capsys):
    narrow = Console(file=Screen(), width=20, force_terminal=True, color_system=None)
    monkeypatch.setattr(terminal, "out", lambda: narrow)
    terminal.use("rasid")
    terminal.show_line("  انطلقت المحادثات الثلاثية في أبوظبي")
    shown = [line.strip() for line in narrow.file.getvalue().splitlines()]
    assert [line[::-1] for line in shown] == ["انطلقت المحادثات", "الثلاثية في أبوظبي"]


def test_a_long_line_that_goes_into_a_pipe_stays_one(capsys):
    text = "  body: " + "قال المصدر إن المحادثات مستمرة " * 20 + "."
    terminal.show_line(text)
    assert capsys.readouterr().out == text + "\n"


def test_one_is_no_plural():
    assert [terminal.counted(n, "watch", "watches") for n in (0, 1, 2000)] == ["0 watches", "1 watch", "2,000 watches"]
