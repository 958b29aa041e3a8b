"""Matches for tests: an article of a few words on the watch `talks`."""

from datetime import UTC, datetime, timedelta

from rasid.alert.sketch import sketch
from rasid.text.reading import keys_of
from schemas.article import ArticleRef
from schemas.watch import WatchRef
from schemas.watch_match import Evidence, WatchMatch

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
WIRE = (
    "أعلنت وزارة الخارجية أن جولة جديدة من المحادثات ستعقد الأسبوع المقبل بمشاركة وفود من ثلاث دول وأن جدول الأعمال يشمل "
    "تبادل الأسرى وفتح المعابر وإعادة الإعمار وقال المتحدث إن الأجواء إيجابية وإن الوسطاء قدموا مقترحا مكتوبا"
)
OTHER = (
    "سجلت أسعار النفط ارتفاعا طفيفا في ختام التعاملات بعد بيانات أظهرت تراجع المخزونات في حين يترقب المستثمرون قرار "
    "البنك المركزي بشأن الفائدة وسط توقعات بتثبيتها حتى نهاية الفصل الحالي"
)


def after(seconds=0, **units):
    return NOW + timedelta(seconds=seconds, **units)


def match(
    uri="urn:1", text=WIRE, source="وكالة", at=NOW, *, title="جولة جديدة", hits=("محادثات",), gone=False, **about
):
    """`about` are fields of the watch, or of the match itself."""
    watch = {"id": "talks", "name": "", "query": "محادثات", "revision": 1, "severity": "info", "labels": {}}
    fields = {name: about.pop(name) for name in list(about) if name not in watch}
    ref = ArticleRef(uri, f"https://news.example/{uri}", title, source, "ar", at)
    evidence = [] if gone else [Evidence("body", 0, len(hit), hit, "", "", "محادثات", "same word") for hit in hits]
    return WatchMatch(WatchRef(**watch | about), fields.pop("receivers", []), ref, evidence, [], [], at,
                      sketch(keys_of(text)), gone, **fields)  # fmt: skip
