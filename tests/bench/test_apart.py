"""Work in a process of its own: what it says and gives comes here, its memory does not, and a failure is told."""

import os

import pytest

from bench.apart import EndedError, apart


def test_what_it_says_and_gives_comes_here():
    said = []

    def work(step):
        step("half", 1)
        step("all", 2)
        return os.getpid(), ("a", 1)

    pid, made = apart(work, lambda what, done: said.append((what, done)))
    assert pid != os.getpid()
    assert made == ("a", 1)
    assert said == [("half", 1), ("all", 2)]


def test_a_failure_is_told(capfd):
    def work(_step):
        raise ValueError("no such thing")

    with pytest.raises(EndedError, match="ended with 1"):
        apart(work, lambda _what, _done: None)
    assert "no such thing" in capfd.readouterr().err
