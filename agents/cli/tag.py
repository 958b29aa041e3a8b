"""`rasid tag`: what articles are about and who is in them, as cards for people or JSON for machines."""

import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import click
from rich.text import Text

from agents.cli import articles, terminal
from rasid.analysis import Analysis
from rasid.intake import Rejected
from rasid.tag import sequence
from schemas.span import Field
from schemas.tagged_article import Entity, TaggedArticle, Topic

EPILOG = """\b
Example:
  rasid tag seeds/articles/1_dawn.jsonl
  rasid tag --json articles.jsonl.gz
  echo '{"uri": "urn:x:1", "title": "ويتكوف يلتقي بوتين في الكرملين"}' | rasid tag -"""
# What stands around a mention, by its type: pairs that bidi mirrors, and that copy and paste keep.
MARKS: Final = {"PER": ("⟦", "⟧", "bold cyan"), "ORG": ("⟨", "⟩", "bold magenta"),
         "LOC": ("[", "]", "bold green"), "EVT": ("{", "}", "bold yellow")}  # fmt: skip
LEGEND: Final = "⟦person⟧ ⟨organisation⟩ [place] {event}"
WIDTH: Final = 110  # columns of text, where the terminal is not narrower
TEXT_SHOWN: Final = 1_500  # code points of a body: a card, not the article
WORDS_SHOWN: Final = 60  # columns of a topic's evidence


@click.command(epilog=EPILOG)
@click.argument("files", nargs=-1, required=True, metavar="FILE.. | -", type=articles.FILE)
@click.option("--text/--no-text", default=True, help="Whether cards show the text with its names marked.")
@click.option("--ner/--no-ner", default=True, help="Whether to look for names no list holds (RASID_NER of a worker).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an article, with its topics and entities.")
def tag(files: tuple[Path, ...], *, text: bool, ner: bool, as_json: bool) -> int:
    """Say what the articles of FILES are about and who is in them.

    FILE is .jsonl of ArticleEvents (also .gz), or .txt: its first line is the title; `-` reads .jsonl from standard
    input. A line that is no article is reported and skipped, and the command ends with 2.
    """
    given, skipped = articles.present(files), 0
    analysis = _analysis(ner=ner)
    for line in articles.lines(given):
        found = analysis.read(line.value, line.key, datetime.now(UTC))
        if isinstance(found, Rejected):
            skipped += 1
            terminal.complain(f"{line.place}: skipped: {found.reason}: {found.detail}")
        elif as_json:
            terminal.emit(_record(found.tagged))
        else:
            _show(line.place, found.tagged, text=text)
    return 2 if skipped else 0


@lru_cache(maxsize=2)
def _analysis(*, ner: bool) -> Analysis:
    return Analysis(sequence=sequence.own() if ner else None, sequence_for_all=True)


def _record(article: TaggedArticle) -> dict[str, object]:
    return {
        "uri": article.uri,
        "title": article.title,
        "language": article.language,
        "topics": article.topics,
        "entities": article.entities,
    }


def _show(place: str, article: TaggedArticle, *, text: bool) -> None:
    terminal.show(Text(f"── {terminal.printable(place)} ──", style="dim"))
    if text:
        for line in _lines(article, "title"):
            line.stylize("bold")
            terminal.show(line)
        for line in _lines(article, "body"):
            terminal.show(line)
        terminal.show(Text(LEGEND, style="dim"))
    if article.topics:
        terminal.show(
            terminal.rows(terminal.table("topic", "", "code", "sure", "words"), map(_topic_row, article.topics))
        )
    else:
        terminal.show("no topic")
    if article.entities:
        made = terminal.table("type", "name", "", "Wikidata", "times", "by")
        terminal.show(terminal.rows(made, map(_entity_row, article.entities)))
    else:
        terminal.show("no names")


def _topic_row(topic: Topic) -> list[str | Text]:
    words = ", ".join(dict.fromkeys(span.text for span in topic.evidence))
    sure = f"{topic.confidence:.2f}"
    return [topic.label.en, terminal.cell(topic.label.ar), topic.code, sure, terminal.cell(words, WORDS_SHOWN)]


def _entity_row(entity: Entity) -> list[str | Text]:
    name = Text(entity.type, style=MARKS[entity.type][2])
    times = str(len(entity.mentions))
    return [name, terminal.cell(entity.name.ar), entity.name.en, entity.wikidata or "", times, entity.tagger]


def _lines(article: TaggedArticle, field: Field) -> Iterator[Text]:
    """The text of a field, names marked, cut and wrapped, each line in its terminal's order."""
    width = min(WIDTH, terminal.out().width)
    for paragraph in marked(article, field).split("\n"):
        for line in textwrap.wrap(terminal.printable(paragraph), width):
            yield _coloured(terminal.in_order(line))


def marked(article: TaggedArticle, field: Field) -> str:
    """The text of a field with a pair of marks around each name, cut where it is longer than a card."""
    text: str = getattr(article, field)
    end = len(text) if len(text) <= TEXT_SHOWN else text.rfind(" ", 0, TEXT_SHOWN) % TEXT_SHOWN
    spans = [(span.start, span.end, entity.type) for entity in article.entities for span in entity.mentions
             if span.field == field and span.end <= end]  # fmt: skip
    for start, stop, kind in sorted(spans, reverse=True):
        opening, closing, _ = MARKS[kind]
        text = f"{text[:start]}{opening}{text[start:stop]}{closing}{text[stop:]}"
        end += len(opening) + len(closing)
    return text if end >= len(text) else f"{text[:end]} …"


def _coloured(line: str) -> Text:
    """A line as it is shown, what stands between marks in the colour of its type."""
    made = Text(line, no_wrap=True)
    for opening, closing, style in MARKS.values():
        start = line.find(opening)
        while start >= 0 and (end := line.find(closing, start)) >= 0:
            made.stylize(style, start, end + 1)
            start = line.find(opening, end)
    return made
