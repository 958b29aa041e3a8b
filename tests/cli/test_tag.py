"""`rasid tag` and `rasid eval`: cards, JSON, bad lines, and figures."""

import gzip
import json

import pytest

from agents.cli import tag, terminal
from agents.cli.main import run
from schemas.span import Span
from schemas.tagged_article import Entity, Label, TaggedArticle

TITLE = "ويتكوف يلتقي بوتين في الكرملين"
BODY = "بحث المبعوث الأميركي مع الرئيس الروسي ضمانات أمنية لأوكرانيا، وفق ما أعلنه الكرملين."


@pytest.fixture
def articles(tmp_path):
    file = tmp_path / "articles.jsonl.gz"
    row = json.dumps({"uri": "urn:x:1", "title": TITLE, "body": BODY}, ensure_ascii=False)
    file.write_bytes(gzip.compress(f"{row}\n{{}}\n".encode()))
    return file


def test_json_has_topics_and_entities_with_spans_that_cut_the_text(articles, capsys):
    assert run(["tag", "--json", str(articles)]) == 2  # the second line is no article
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    names = {entity["name"]["en"] for entity in found["entities"]}
    assert names >= {"Steve Witkoff", "Vladimir Putin", "Kremlin", "Ukraine"}
    assert "medtop:11000000" in {topic["code"] for topic in found["topics"]}
    text = {"title": TITLE, "body": BODY}
    spans = [span for each in found["entities"] for span in each["mentions"]]
    assert all(text[span["field"]][span["start"] : span["end"]] == span["text"] for span in spans)
    assert ":2: skipped: missing_field" in captured.err


def test_a_card_marks_names_in_the_text(articles, capsys):
    run(["--bidi", "plain", "tag", str(articles)])
    out = capsys.readouterr().out
    assert "⟦ويتكوف⟧ يلتقي ⟦بوتين⟧ في ⟨الكرملين⟩" in out
    assert "ل[أوكرانيا]" in out
    assert "medtop:16000000" in out
    assert "Q7747" in out


def test_a_text_file_is_an_article(tmp_path, capsys):
    file = tmp_path / "one.txt"
    file.write_text(f"{TITLE}\n{BODY}\n", "utf-8")
    assert run(["tag", "--json", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == TITLE


def test_a_missing_file_is_wrong_use(capsys):
    assert run(["tag", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err


def test_marks_are_mirrored_where_rasid_orders_the_line():
    terminal.use("rasid")
    try:
        shown = tag._coloured(terminal.in_order("في [موسكو]"))
    finally:
        terminal.use("auto")
    assert shown.plain == "[وكسوم] يف"
    assert [(span.start, span.end) for span in shown.spans] == [(0, 7)]


def test_a_long_body_is_cut_between_words_and_its_names_stay_marked():
    body = "بوتين " + "كلمة " * 400 + "بوتين"
    mentions = [Span("body", 0, 5, "بوتين"), Span("body", len(body) - 5, len(body), "بوتين")]
    article = TaggedArticle(
        uri="urn:x:1", title="", body=body, topics=[], arrived_at=None,
        entities=[Entity("PER", Label("فلاديمير بوتين", "Vladimir Putin"), None, "gazetteer", mentions)],
    )  # fmt: skip
    shown = tag.marked(article, "body")
    assert shown.startswith("⟦بوتين⟧ كلمة")
    assert shown.endswith("كلمة …")
    assert len(shown) < tag.TEXT_SHOWN + 10


def test_eval_topics_prints_rows_and_accuracy(tmp_path, capsys):
    file = tmp_path / "rows.jsonl"
    match = {"title": "ريال مدريد يفوز بكأس الملك", "text": "سجل المهاجم هدفين في المباراة النهائية."}
    rows = [match | {"topics": ["medtop:15000000"]}, match | {"topics": ["medtop:11000000"]}]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    assert run(["eval", "topics", "--json", str(file)]) == 0
    score = json.loads(capsys.readouterr().out)
    assert (score["rows"], score["accuracy"]) == (2, 0.5)
    assert score["confusion"]["medtop:11000000"] == {"medtop:15000000": 1}


def test_eval_ner_prints_f1_by_type(tmp_path, capsys):
    file = tmp_path / "names.conll"
    file.write_text("التقى O\nبوتين B-PERS\nفي O\nموسكو B-LOC\n\nعاد O\nسمير B-PERS\n", "utf-8")
    assert run(["eval", "ner", "--json", str(file)]) == 0
    score = json.loads(capsys.readouterr().out)
    assert set(score) == {"f1", "precision", "recall", "by_type"}
    assert score["by_type"]["LOC"]["f1"] == 1
    assert run(["eval", "ner", "--json", "--last", "0.5", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["by_type"]["LOC"]["gold"] == 0


def test_eval_says_which_line_it_cannot_read(tmp_path, capsys):
    file = tmp_path / "names.conll"
    file.write_text("بوتين PERS\n", "utf-8")
    assert run(["eval", "ner", str(file)]) == 2
    assert "names.conll:1" in capsys.readouterr().err
    file.write_text("{}\n", "utf-8")
    assert run(["eval", "topics", str(file)]) == 2
    assert "names.conll:1" in capsys.readouterr().err
