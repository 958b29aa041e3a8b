"""An alert to try a receiver with: real in form, and plainly marked as a trial."""

from datetime import datetime

from schemas.alert import Alert, Story
from schemas.article import ArticleRef
from schemas.tagged_article import Label, Topic
from schemas.watch import WatchRef
from schemas.watch_match import Evidence

WATCH_ID = "rasid-test"
TITLE = "تنبيه تجريبي من راصد: محادثات ثلاثية حول الضمانات الأمنية"
TERM = "محادثات ثلاثية"


def example(alert_id: str, now: datetime) -> Alert:
    """The alert; its watch is `rasid-test` and has the label `test`, so that a receiver can tell it from real ones."""
    start = TITLE.index(TERM)
    end = start + len(TERM)
    return Alert(
        id=alert_id,
        fired_at=now,
        watch=WatchRef(WATCH_ID, "اختبار المستقبِل", '"محادثات ثلاثية"', 1, "info", {"test": "true"}),
        article=ArticleRef("urn:rasid:test", None, TITLE, "راصد", "ar", now),
        story=Story(f"story_{alert_id}", 1, ["راصد"]),
        evidence=[Evidence("title", start, end, TERM, TITLE[:start], TITLE[end:], TERM, "same word")],
        topics=[Topic("medtop:11000000", Label("سياسة", "politics"), 1.0, [])],
        entities=[],
        receivers=[],
        arrived_at=now,
    )
