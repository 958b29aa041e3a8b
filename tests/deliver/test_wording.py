"""An alert in words: in the article's language, and in order on a page that runs the other way."""

import msgspec
import pytest
from bidi.algorithm import get_base_level

from rasid.deliver import wording
from schemas.alert import Story
from tests.deliver.alerts import alert


def english():
    article = msgspec.structs.replace(
        alert().article, language="en-GB", title="Security guarantees agreed", source="Wire"
    )
    return alert(article=article)


def plain(text):
    return "".join(each for each in text if each not in "\u2066\u2068\u2069\u200e\u200f")


def test_arabic():
    assert plain(wording.title(alert())) == "تنبيه (مهم): جولة محادثات"
    assert plain(wording.text(alert())).splitlines() == [
        "الرصد: ضمانات أمنية",
        "المصدر: وكالة المثال",
        "ورد في الخبر: قال المتحدث إن الطرفين تمسكا «بالضمانات الأمنية» في الجولة المقبلة",
        "ورد في الخبر: قال المتحدث إن الطرفين تمسكا «الضمانات الأمنية» في الجولة المقبلة",
        "المصادر: مصدران (وكالة المثال، صحيفة المثال)",
        "https://news.example/a",
    ]


def test_english():
    assert plain(wording.title(english())) == "Alert (warning): Security guarantees agreed"
    assert "Sources: 2 sources (وكالة المثال, صحيفة المثال)" in plain(wording.text(english()))


@pytest.mark.parametrize(
    ("kind", "arabic", "in_english"),
    [
        ("alert.fired", "تنبيه", "Alert"),
        ("alert.updated", "تحديث", "Update"),
        ("alert.resolved", "انتهى التنبيه", "Resolved"),
    ],
)
def test_what_happened_is_said(kind, arabic, in_english):
    assert plain(wording.title(alert(type=kind))).startswith(arabic + " (")
    assert plain(wording.title(msgspec.structs.replace(english(), type=kind))).startswith(in_english + " (")


@pytest.mark.parametrize(
    ("count", "words"),
    [(2, "مصدران"), (3, "3 مصادر"), (10, "10 مصادر"), (11, "11 مصدرًا"), (99, "99 مصدرًا"), (100, "100 مصدر"),
     (102, "102 مصدر"), (103, "103 مصادر"), (111, "111 مصدرًا")],
)  # fmt: skip
def test_number_and_noun_agree(count, words):
    given = alert(story=Story("s", count, [f"مصدر {number}" for number in range(count)]))
    assert f"المصادر: {words} (" in plain(wording.text(given))


@pytest.mark.parametrize("given", [alert(), english()])
def test_each_line_has_its_direction_and_lets_nothing_out(given):
    wanted = 1 if wording.is_right_to_left(given) else 0
    for line in [wording.title(given), *wording.text(given).splitlines()]:
        assert get_base_level(line) == wanted
        depth = 0
        for character in line:
            depth += (character in "\u2066\u2068") - (character == "\u2069")
            assert depth in {0, 1}
        assert depth == 0


def test_marks_of_direction_and_line_ends_from_outside_do_nothing():
    nasty = "\u202eعنوان\u2069\nآخر\u200f"
    given = alert(article=msgspec.structs.replace(alert().article, title=nasty))
    assert plain(wording.title(given)) == "تنبيه (مهم): عنوان آخر"
    assert wording.title(given).count("\u2069") == 1
