"""Languages: plain Arabic is told without the model as the model tells it, and its neighbours are not taken for it."""

import json
from pathlib import Path

import pytest

from rasid.tag.language import detect

ARTICLES = Path(__file__).parents[2] / "seeds" / "articles"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("قال الوزير إن المحادثات الثلاثية ستبدأ غدا في العاصمة، وإن الوفود وصلت إلى المطار.", "ar"),
        ("وزیر امور خارجه گفت که گفت‌وگوهای سه‌جانبه فردا در تهران آغاز می‌شود.", "fa"),
        ("وزیر خارجہ نے کہا کہ سہ فریقی مذاکرات کل اسلام آباد میں شروع ہوں گے۔", "ur"),
        ("انقلاب اسلامی و الجزایر: دولت گفت که همکاری‌های دو کشور ادامه پیدا می‌کند و گسترش می‌یابد.", "fa"),
        ("The minister said that trilateral talks would begin tomorrow; الجزيرة reported it first.", "en"),
    ],
)
def test_languages(text, language):
    assert detect(text) == language


def test_every_seed_article_is_in_the_language_its_publisher_says():
    rows = [json.loads(line) for file in sorted(ARTICLES.glob("*.jsonl")) for line in file.open(encoding="utf-8")]
    assert len(rows) > 50
    wrong = {
        row["uri"]
        for row in rows
        if row.get("language") and detect(f"{row.get('title', '')}\n{row.get('body', '')}") != row["language"]
    }
    assert wrong == set()
