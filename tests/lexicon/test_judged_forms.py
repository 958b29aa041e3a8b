"""What fired for six hundred common watch words in newspapers, as a reader judged each surface form.

Of an English word the single Arabic words that it fires on are listed.
"""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from rasid.lexicon import arabic, knowledge, thesaurus
from rasid.lexicon.lexis import Lexis
from rasid.text.reading import Reading
from rasid.watch.compile import Compiler
from rasid.watch.parser import parse

JUDGED = Path(__file__).parents[1] / "cases" / "judged_forms.tsv"
ARTICLES = next(
    (file for folder in Path(__file__).parents
     if (file := folder / "shared/eval/throughput/articles_6000.jsonl.gz").is_file()), None)  # fmt: skip
LEAST_WORDS, LEAST_PRECISION, LEAST_RECALL = 600, 0.985, 0.995
MOST_UNJUDGED = 0.01  # of the forms that fire in the articles: beyond it the list has to be read again


def judged() -> Iterator[tuple[str, set[str], set[str]]]:
    """A watched word, the surface forms that are it, and those that are not but fired."""
    for line in JUDGED.read_text("utf-8").splitlines()[2:]:
        word, right, wrong = line.split("\t")
        yield word, set(right.split()), set(wrong.split())


def fired(forms: set[str]) -> dict[str, set[str]]:
    """For each watched word, those of `forms` that it fires on."""
    lexis, reading = Lexis(), Reading("\n".join(sorted(forms)))
    words: dict[int, list[str]] = {}
    for word, _, _ in judged():
        for number in meant(word, lexis):
            words.setdefault(number, []).append(word)
    found: dict[str, set[str]] = {word: set() for word, _, _ in judged()}
    for index, numbers in lexis.occurrences(reading.keys):
        for number in numbers:
            if number in words and lexis.judge(number, reading, index):
                for word in words[number]:
                    found[word].add(reading.surface(index))
    return found


def meant(word: str, lexis: Lexis) -> set[int]:
    """The words that a watch for `word` looks for: of an English one those that translate it alone."""
    if not word.isascii():
        return {lexis.add(arabic.word(word, knowledge.own()))}
    clause = Compiler(lexis, thesaurus.own()).compile(parse(word))
    return {phrase.words[0] for phrase in clause.alternatives if len(phrase.words) == 1}


def test_what_fires_is_the_watched_word():
    everything = set().union(*(right | wrong for _, right, wrong in judged()))
    met = fired(everything)
    rows = list(judged())
    assert len(rows) >= LEAST_WORDS
    lost = {word: right - met[word] for word, right, _ in rows if right - met[word]}
    false = {word: met[word] & wrong for word, _, wrong in rows if met[word] & wrong}
    asked, right = sum(len(right) for _, right, _ in rows), sum(len(met[word] & right) for word, right, _ in rows)
    assert right >= LEAST_RECALL * asked, lost
    assert right >= LEAST_PRECISION * (right + sum(map(len, false.values()))), false


@pytest.mark.skipif(ARTICLES is None, reason="the articles are not here (../shared)")
def test_every_form_that_fires_in_the_articles_was_judged():
    assert ARTICLES is not None
    forms: set[str] = set()
    with gzip.open(ARTICLES, "rb") as lines:
        for row in map(msgspec.json.decode, lines):
            forms.update(re.findall(r"\w[\w\u064b-\u0652\u0670]*", f"{row['title']} {row['text']}"))
    met = fired(forms)
    unjudged = {word: met[word] - right - wrong for word, right, wrong in judged() if met[word] - right - wrong}
    assert sum(map(len, unjudged.values())) <= MOST_UNJUDGED * sum(map(len, met.values())), unjudged
