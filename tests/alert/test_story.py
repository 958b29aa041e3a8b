"""Stories: copies join, other reports do not, and doing it again changes nothing."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np

from rasid.alert.signature import resemblances, signature
from rasid.alert.story import MAX_STORIES, Decision, StoryBook
from schemas.article import ArticleRef
from schemas.watch import WatchRef
from schemas.watch_match import WatchMatch

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WIRE = (
    "أعلنت وزارة الخارجية أن جولة جديدة من المحادثات ستعقد الأسبوع المقبل بمشاركة وفود من ثلاث دول وأن جدول الأعمال يشمل "
    "تبادل الأسرى وفتح المعابر وإعادة الإعمار وقال المتحدث إن الأجواء إيجابية وإن الوسطاء قدموا مقترحا مكتوبا"
).split()
OTHER = (
    "سجلت أسعار النفط ارتفاعا طفيفا في ختام التعاملات بعد بيانات أظهرت تراجع المخزونات في حين يترقب المستثمرون قرار "
    "البنك المركزي بشأن الفائدة وسط توقعات بتثبيتها حتى نهاية الفصل الحالي"
).split()


def match(uri, words=WIRE, source="وكالة", revision=1, at=NOW):
    keys = [word.encode("cp1256") for word in words]
    watch = WatchRef("talks", "", "محادثات", revision, "info", {})
    ref = ArticleRef(uri, None, "", source, "ar", at)
    return WatchMatch(watch, [], ref, [], [], [], signature(keys), at)


def test_the_first_report_fires_and_its_copies_are_counted():
    book = StoryBook()
    first = book.decide(match("urn:1"), NOW)
    copy = book.decide(match("urn:2", ["عاجل", *WIRE[:-6]], "صحيفة"), NOW)
    assert (first.decision, copy.decision) == (Decision.FIRED, Decision.COPY)
    assert copy.alert is None
    assert (copy.story.id, copy.story.article_count) == (first.story.id, 2)
    assert copy.story.sources == ["وكالة", "صحيفة"]


def test_another_report_is_another_story():
    book = StoryBook()
    ids = {book.decide(match("urn:1"), NOW).alert.id, book.decide(match("urn:2", OTHER), NOW).alert.id}
    assert len(ids) == 2


def test_doing_a_match_again_gives_the_same_alert_even_from_restored_state():
    book = StoryBook()
    first = book.decide(match("urn:1"), NOW)
    copy = book.decide(match("urn:2"), NOW)
    restored = StoryBook()
    restored.restore([first.story, copy.story])
    again, copy_again = restored.decide(match("urn:1"), NOW), restored.decide(match("urn:2"), NOW)
    assert again.alert.id == first.alert.id
    assert copy_again.decision is Decision.COPY
    assert copy_again.story == copy.story


def test_a_changed_watch_and_an_old_story_fire_anew():
    book = StoryBook()
    first = book.decide(match("urn:1"), NOW).alert.id
    assert book.decide(match("urn:2", revision=2), NOW).decision is Decision.FIRED
    later = NOW + timedelta(hours=49)
    second = book.decide(match("urn:3", at=later), later)
    assert second.decision is Decision.FIRED
    assert second.alert.id != first


def test_resemblance_of_a_text_with_itself_is_whole():
    one, other = (signature([word.encode() for word in words]) for words in (WIRE, OTHER))
    alike = resemblances(np.array([one, other], np.uint64), one)
    assert alike[0] == 1.0
    assert alike[1] < 0.1


def test_the_story_that_is_quiet_longest_goes_when_there_are_too_many():
    book = StoryBook()
    rng = random.Random(5)
    for number in range(MAX_STORIES + 3):
        words = rng.choices(WIRE + OTHER, k=40)
        book.decide(match(f"urn:{number}", words, at=NOW + timedelta(seconds=number)), NOW)
    (shelf,) = book._shelves.values()
    assert len(shelf.stories) == len(shelf.rows) <= MAX_STORIES
    assert "urn:0" not in shelf.by_uri
