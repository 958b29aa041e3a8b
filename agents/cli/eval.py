"""`rasid eval`: how well the taggers do on labelled data."""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import click
import msgspec

from agents.cli import articles, terminal
from rasid.errors import RasidError
from rasid.lexicon.lexis import Lexis
from rasid.lexicon.scan import Scan
from rasid.tag import measure, names, sequence
from rasid.tag.tagger import Tagger
from schemas.article import ArticleEvent
from schemas.tagged_article import Entity, Label

EPILOG = """\b
Example:
  rasid eval topics tests/cases/topics.jsonl
  rasid eval ner names.conll"""
TOPICS_EPILOG = """\b
Example:
  rasid eval topics tests/cases/topics.jsonl"""
NER_EPILOG = """\b
Example:
  rasid eval ner names.conll
  rasid eval ner --last 0.2 names.conll"""
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
WORST_SHOWN = 12
BY = ("both", "gazetteer", "sequence")


@click.group(epilog=EPILOG)
def evaluate() -> None:
    """Score the taggers on labelled data."""


@evaluate.command(epilog=TOPICS_EPILOG)
@click.argument("file", type=FILE)
@click.option("--errors", is_flag=True, help="Also print each row that goes wrong, with what was given.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: rows, accuracy, confusion, calibration, …")
def topics(file: Path, *, errors: bool, as_json: bool) -> None:
    """Share of the rows of FILE whose surest topic is under an accepted head.

    FILE is .jsonl or .jsonl.gz of {"title", "text", "topics"}: `topics` are the codes of the IPTC Media Topics that
    count as right, `text` (or `body`) is the article's body. All 17 heads are open; an empty `topics` asks for none.
    """
    lexis, tagger = _tagger()
    tally = measure.TopicTally(tagger.head_of)
    rows = list(_rows(file))
    with terminal.progress("rows", len(rows)) as bar:
        for place, row in rows:
            article = ArticleEvent(row.id or place, row.title, row.text or row.body, row.language)
            found = tagger.topics(Scan(article, lexis))
            if not tally.add(row, found) and errors:
                given = [[each.label.en, each.confidence, [span.text for span in each.evidence]] for each in found]
                terminal.emit({"id": row.id or place, "title": row.title, "accepted": row.topics, "given": given})
            bar.step()
    score = tally.score()
    if as_json:
        terminal.emit(score)
    else:
        _show_topics(score, tagger)


@lru_cache(maxsize=1)
def _tagger() -> tuple[Lexis, Tagger]:
    lexis = Lexis()
    return lexis, Tagger(lexis)


def _rows(file: Path) -> Iterator[tuple[str, measure.LabelledText]]:
    for line in articles.lines((file,)):
        try:
            yield line.place, msgspec.json.decode(line.value, type=measure.LabelledText)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise RasidError(
                f"{line.place}: {error}: a row is an object with topics, text and perhaps title"
            ) from error


def _show_topics(score: measure.TopicScore, tagger: Tagger) -> None:
    made = terminal.table("accepted", "rows", "right", "given instead")
    for head, given in score.confusion.items():
        others = Counter({other: count for other, count in given.items() if other != head})
        wrong = ", ".join(f"{count} {_name(tagger, other)}" for other, count in others.most_common(WORST_SHOWN))
        rows = sum(given.values())
        terminal.rows(made, [[_name(tagger, head), str(rows), f"{given.get(head, 0) / rows:.3f}", wrong]])
    terminal.show(made)
    made = terminal.table("confidence from", "rows", "mean", "right")
    for each in score.reliability:
        cells = [f"{each['from']:.1f}", f"{each['rows']:.0f}", f"{each['confidence']:.3f}", f"{each['accuracy']:.3f}"]
        terminal.rows(made, [cells])
    terminal.show(made)
    terminal.show(f"{score.rows} rows, accuracy {score.accuracy:.4f}, {score.none} without a topic, "
                  f"expected calibration error {score.calibration_error:.4f}")  # fmt: skip


def _name(tagger: Tagger, head: str) -> str:
    return head if head == measure.NONE else tagger.label_of(head).en.split(",")[0]


@evaluate.command(epilog=NER_EPILOG)
@click.argument("file", type=FILE)
@click.option("--last", type=click.FloatRange(0, 1, min_open=True), default=1.0, metavar="SHARE",
              help="Only this last share of the sentences, as 0.2 for what a tagger was not trained on.")  # fmt: skip
@click.option("--by", type=click.Choice(BY), default="both", help="Which taggers: all that ship, or one alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: f1, precision, recall, by_type.")
def ner(file: Path, *, last: float, by: str, as_json: bool) -> None:
    """Micro F1 of people, organisations and places in FILE: one `word TAG` a line, BIO, a blank line ends a sentence.

    A name counts where type and both borders are right. PERS is read as PER; other types are not scored.
    """
    try:
        sentences = list(measure.read_conll(file.read_text("utf-8").splitlines(), str(file)))
    except UnicodeDecodeError as error:
        raise RasidError(f"{str(file)!r} is not UTF-8: {error}") from error
    sentences = sentences[len(sentences) - round(len(sentences) * last) :]
    lexis, tagger = _tagger()
    tally = measure.NameTally()
    with terminal.progress("sentences", len(sentences)) as bar:
        for number, sentence in enumerate(sentences):
            article = ArticleEvent(f"{file}:{number}", "", " ".join(sentence.words), "ar")
            found = measure.names_found(sentence.words, entities(tagger, Scan(article, lexis), by))
            tally.add(measure.chunks(sentence.tags), found)
            bar.step()
    if as_json:
        terminal.emit(tally.score())
    else:
        _show_names(tally, len(sentences))


def entities(tagger: Tagger, scan: Scan, by: str) -> list[Entity]:
    """The entities by one tagger or both; the sequence tagger sees the gazetteer's in each case."""
    listed = tagger.entities(scan)
    if by == "gazetteer":
        return listed
    found = tagger.entities_with(scan, sequence.own(), listed)
    if by == "both":
        return found
    spans = [(named.type, names.span_of(scan, named)) for named in sequence.own().names(scan, listed)]
    return [Entity(kind, Label("", ""), None, sequence.TAGGER, [span]) for kind, span in spans]


def _show_names(tally: measure.NameTally, sentences: int) -> None:
    made = terminal.table("type", "F1", "precision", "recall", "gold", "found", "right")
    for kind in ("PER", "LOC", "ORG", None):
        rate = tally.rate(kind)
        shares = (f"{share:.4f}" for share in rate[:3])
        terminal.rows(made, [[kind or "all", *shares, *map(str, rate[3:])]])
    terminal.show(made)
    terminal.show(f"{sentences} sentences")
