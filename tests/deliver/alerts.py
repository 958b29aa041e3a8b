"""Alerts to deliver in tests."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from schemas.alert import Alert, Story
from schemas.article import ArticleRef
from schemas.span import Span
from schemas.tagged_article import Entity, Label, Topic
from schemas.watch import WatchRef
from schemas.watch_match import Evidence

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def hit(text: str = "بالضمانات الأمنية", context: str = "قال المتحدث إن الطرفين تمسكا ") -> Evidence:
    return Evidence("body", 40, 40 + len(text), text, context, " في الجولة المقبلة", "ضمانات أمنية", "clitic")


def topic(code: str = "medtop:11000000") -> Topic:
    label = Label("سياسة وحكومات", "politics and government")
    return Topic(code, label, 0.9, [Span("title", 0, 8, "المحادثا")])


def entity(name: str = "أبوظبي") -> Entity:
    return Entity("LOC", Label(name, "Abu Dhabi"), "Q1519", "gazetteer", [Span("body", 3, 3 + len(name), name)])


def alert(number: int = 1, **changes: Any) -> Alert:
    """An alert like those on the topic; `changes` replace fields of it."""
    whole = Alert(
        id=f"alert_{number:06d}",
        fired_at=AT,
        watch=WatchRef("guarantees", "ضمانات أمنية", '"security guarantees"', 3, "warning", {"desk": "diplomacy"}),
        article=ArticleRef(f"urn:test:{number}", "https://news.example/a", "جولة محادثات", "وكالة المثال", "ar", AT),
        story=Story(f"story_{number}", 2, ["وكالة المثال", "صحيفة المثال"]),
        evidence=[hit(), hit("الضمانات الأمنية")],
        topics=[topic()],
        entities=[entity()],
        receivers=[],
        arrived_at=AT,
    )
    return msgspec.structs.replace(whole, **changes)
