"""Stories: copies join, other reports do not, updates say what is new, and doing it again changes nothing."""

import random
from datetime import timedelta

import msgspec
import pytest

from rasid.alert import shelf
from rasid.alert.shelf import MAX_STORIES, StoryState
from rasid.alert.story import StoryBook
from schemas.alert import Reason
from tests.alert.matches import NOW, OTHER, WIRE, after, match


def take(book, found, *, told=True, **options):
    change = book.take(found, found.arrived_at, **options)
    return change if change is None else change._replace(story=book.settle(change, told=told))


def reasons(book, matches):
    return [take(book, each).reason for each in matches]


def published(count, start=1, **about):
    return [match(f"urn:{n}", source=f"صحيفة {n}", at=after(n), **about) for n in range(start, start + count)]


def test_the_first_report_fires_and_its_copies_are_counted():
    book = StoryBook()
    first = take(book, match("urn:1"))
    copy = take(book, match("urn:2", "عاجل " + WIRE[:-30], "صحيفة"))
    assert (first.reason, copy.reason) == (Reason.FIRED, Reason.COPY)
    assert copy.alert is None
    assert (copy.story.id, copy.story.article_count) == (first.story.id, 2)
    assert copy.story.sources == ["وكالة", "صحيفة"]
    assert [report.uri for report in copy.story.reports] == ["urn:2"]


def test_the_first_notification_has_the_alert_s_own_id():
    alert = take(StoryBook(), match()).alert
    assert (alert.type, alert.notification_id) == ("alert.fired", alert.id)
    assert alert.news is msgspec.UNSET


def test_another_report_is_another_story():
    book = StoryBook()
    assert len({take(book, match("urn:1")).alert.id, take(book, match("urn:2", OTHER)).alert.id}) == 2


def test_one_text_under_another_lead_is_a_copy_elsewhere_and_later_news_at_its_own_publisher():
    lead = (
        "وصل الوفد الثالث ليلا إلى مقر الاجتماعات وسط إجراءات مشددة ولم يدل أعضاؤه بأي تصريح لمن انتظرهم من الصحفيين "
    )
    for publisher, reason in (("صحيفة", Reason.COPY), ("وكالة", Reason.FIRED)):
        book = StoryBook()
        take(book, match("urn:1"))
        assert take(book, match("urn:2", lead + WIRE, publisher)).reason is reason
    assert take(book, match("urn:3", WIRE + " انتهى", "وكالة")).reason is Reason.COPY


def test_a_story_is_told_of_again_at_three_ten_and_thirty_publishers():
    book = StoryBook()
    found = {n: change for n, change in enumerate((take(book, each) for each in published(40)), 1) if change.alert}
    assert {n: change.reason for n, change in found.items()} == {
        1: Reason.FIRED, 3: Reason.SOURCES, 10: Reason.SOURCES, 30: Reason.SOURCES,
    }  # fmt: skip
    alert = found[10].alert
    assert (alert.type, alert.notification_id) == ("alert.updated", f"{alert.id}_3")
    assert alert.news.sources == [f"صحيفة {n}" for n in range(4, 11)]
    assert (alert.news.article_count_before, alert.story.article_count) == (3, 10)
    assert [report.uri for report in alert.story.reports] == [f"urn:{n}" for n in range(2, 7)]
    assert len({change.alert.notification_id for change in found.values()}) == 4
    assert len({change.alert.id for change in found.values()}) == 1


def test_one_publisher_s_many_versions_are_one_source():
    book = StoryBook()
    found = reasons(book, [match(f"urn:{n}", at=after(n)) for n in range(12)])
    assert found == [Reason.FIRED, *[Reason.COPY] * 11]


def test_a_report_without_a_publisher_counts_by_its_host():
    book = StoryBook()
    take(book, match("urn:1", source=None))
    assert take(book, match("urn:2", source=None)).story.sources == ["news.example"]


def test_after_repeat_interval_the_next_report_is_told_of():
    book = StoryBook()
    take(book, match("urn:1"))
    assert take(book, match("urn:2", at=after(hours=3)), repeat=timedelta(hours=4)).reason is Reason.COPY
    found = take(book, match("urn:3", at=after(hours=4)), repeat=timedelta(hours=4))
    assert found.reason is Reason.REPEATED
    assert found.alert.news.since == NOW
    assert take(book, match("urn:4", at=after(hours=5)), repeat=timedelta(hours=4)).reason is Reason.COPY


def test_a_raised_severity_is_told_of_and_a_lowered_one_is_not():
    book = StoryBook()
    first = take(book, match("urn:1", severity="warning"))
    raised = take(book, match("urn:2", severity="critical", revision=2))
    assert raised.reason is Reason.SEVERITY
    assert raised.alert.news.severity_before == "warning"
    assert raised.alert.id == first.alert.id
    assert take(book, match("urn:3", severity="info", revision=3)).reason is Reason.COPY


def test_a_changed_query_and_an_old_story_fire_anew():
    book = StoryBook()
    first = take(book, match("urn:1")).alert.id
    other = take(book, match("urn:2", query="مفاوضات", revision=2))
    assert other.reason is Reason.FIRED
    later = take(book, match("urn:3", at=after(hours=49)))
    assert later.reason is Reason.FIRED
    assert len({first, other.alert.id, later.alert.id}) == 3


# -- the same article again -------------------------------------------------------------------------------------------


def test_a_corrected_article_updates_its_alert_and_says_what_was_there():
    book = StoryBook()
    take(book, match("urn:1", title="خمسة قتلى"))
    found = take(book, match("urn:1", WIRE + " تصحيح", title="أربعة قتلى", at=after(60)))
    assert (found.reason, found.alert.type) == (Reason.CORRECTED, "alert.updated")
    assert found.alert.news.title_before == "خمسة قتلى"
    assert (found.story.article_count, found.alert.article.title) == (1, "أربعة قتلى")
    assert take(book, match("urn:1", WIRE + " تصحيح", title="أربعة قتلى", at=after(90))).reason is Reason.UNCHANGED


def test_an_article_with_wholly_other_words_is_still_the_same_article():
    book = StoryBook()
    first = take(book, match("urn:1"))
    assert take(book, match("urn:1", OTHER, at=after(60))).alert.id == first.alert.id


def test_a_retracted_article_resolves_its_alert_and_may_fire_again():
    book = StoryBook()
    first = take(book, match("urn:1"))
    gone = take(book, match("urn:1", OTHER, at=after(60), gone=True))
    assert (gone.reason, gone.alert.type, gone.alert.id) == (Reason.RETRACTED, "alert.resolved", first.alert.id)
    assert take(book, match("urn:1", OTHER, at=after(90), gone=True)).reason is Reason.UNCHANGED
    back = take(book, match("urn:1", at=after(120)))
    assert (back.reason, back.alert.type) == (Reason.FIRED, "alert.fired")
    assert len({first.alert.notification_id, gone.alert.notification_id, back.alert.notification_id}) == 3


def test_a_copy_that_loses_the_term_is_let_go_in_silence():
    book = StoryBook()
    take(book, match("urn:1"))
    take(book, match("urn:2", source="صحيفة"))
    found = take(book, match("urn:2", OTHER, at=after(60), gone=True))
    assert (found.reason, found.story.article_count, found.story.reports) == (Reason.UNCHANGED, 1, [])


def test_an_unknown_article_that_is_gone_is_nothing():
    assert StoryBook().take(match("urn:9", gone=True), NOW) is None


def test_two_versions_that_arrive_in_one_moment_are_two():
    book = StoryBook()
    take(book, match("urn:1"))
    assert take(book, match("urn:1", WIRE + " تصحيح")).reason is Reason.CORRECTED
    assert take(book, match("urn:1", OTHER, gone=True)).reason is Reason.RETRACTED


# -- doing it again ---------------------------------------------------------------------------------------------------

LIFE = [
    *published(12),
    match("urn:1", WIRE + " تصحيح", at=after(100), source="صحيفة 1"),
    match("urn:20", OTHER, at=after(110)),
    match("urn:13", at=after(hours=5)),
    match("urn:1", OTHER, at=after(hours=6), gone=True),
    match("urn:14", at=after(hours=7)),
]


def restored(states):
    book = StoryBook()
    written = {state.id: msgspec.json.encode(state) for state in states}  # as compaction leaves them
    book.restore(msgspec.json.decode(value, type=StoryState) for value in written.values())
    return book


def told(book, matches):
    found = {}
    for each in matches:
        alert = take(book, each).alert
        if alert:
            found[alert.notification_id] = msgspec.structs.replace(alert, fired_at=NOW)
    return found


@pytest.mark.parametrize("seed", range(30))
def test_done_again_from_any_state_written_it_tells_the_same_and_nothing_else(seed):
    """A worker is killed somewhere: what it wrote may be ahead of what it committed, by any number of matches."""
    rng = random.Random(seed)
    whole = told(StoryBook(), LIFE)
    crash, committed = sorted((rng.randrange(len(LIFE) + 1), rng.randrange(len(LIFE) + 1)), reverse=True)
    book, states = StoryBook(), []
    first = {}
    for each in LIFE[:crash]:
        change = take(book, each)
        states.append(change.story)
        if change.alert:
            first[change.alert.notification_id] = change.alert
    again = told(restored(states), LIFE[committed:])
    assert set(first) | set(again) == set(whole)
    for notification_id, alert in again.items():
        assert (alert.type, alert.reason, alert.id) == (
            whole[notification_id].type, whole[notification_id].reason, whole[notification_id].id,
        )  # fmt: skip


def test_what_could_not_be_told_is_told_at_the_next_report():
    book = StoryBook()
    assert take(book, match("urn:1"), told=False).reason is Reason.FIRED
    found = take(book, match("urn:2", source="صحيفة", at=after(60)))
    assert (found.reason, found.alert.notification_id) == (Reason.FIRED, found.alert.id)
    assert found.story.article_count == 2


# -- bounds -----------------------------------------------------------------------------------------------------------


def words(rng):
    return " ".join(rng.choices((WIRE + " " + OTHER).split(), k=40))


def test_the_story_that_is_quiet_longest_goes_when_there_are_too_many():
    book, rng = StoryBook(), random.Random(5)
    for number in range(MAX_STORIES + 3):
        take(book, match(f"urn:{number}", words(rng), at=after(number)))
    (only,) = book._shelves.values()
    assert len(book) == len(only.stories) <= MAX_STORIES
    assert len(only._owners) == sum(len(story.sketches) for story in only.stories.values())
    assert only.with_member(match("urn:0")) is None


def test_a_book_is_bounded_in_number_and_in_time():
    book, rng = StoryBook(most=20), random.Random(6)
    for number in range(60):
        take(book, match(f"urn:{number}", words(rng), at=after(number), id=f"w{number % 7}"))
    assert len(book) == 20
    take(book, match("urn:late", at=after(hours=60), id="w1"))
    assert len(book) == 1
    assert list(book._shelves) == [next(iter(book._order.values()))]


def test_a_story_s_record_stays_small():
    book = StoryBook()
    for each in published(400):
        last = take(book, each)
    assert last.story.article_count == 400
    assert len(last.story.members) == shelf.MAX_MEMBERS * shelf.MEMBER_BYTES
    assert len(msgspec.json.encode(last.story)) < 16_000


def test_rows_and_stories_stay_in_step_when_stories_go():
    """The last row takes the place of one that goes: every story is still found by its own text."""
    rng, only = random.Random(7), shelf.Shelf()
    book = StoryBook()
    texts = {}
    for number in range(40):
        text = " ".join(f"كلمة{rng.randrange(10_000)}" for _ in range(30))
        change = book.take(match(f"urn:{number}", text), NOW)
        texts[change.story.id] = text
        only.put(change.story)
    for story_id in rng.sample(sorted(texts), 25):
        only.drop(story_id)
        del texts[story_id]
    for story_id, text in texts.items():
        assert only.alike(match("urn:other", text)).id == story_id
