"""An alert in words, for receivers that show text to people: a title and a few lines, right-to-left where it is Arabic.

Plain text, which chat programs and mail show as it is. Each line begins with a mark of its direction, and what may run
the other way stands in isolates (UAX #9), so that neither a Latin name nor a link turns an Arabic line around.
"""

from dataclasses import dataclass
from typing import Final

from schemas.alert import Alert

RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "ur", "he", "ps", "ckb", "ug", "sd", "yi", "dv"})
RLM, LRM = "\u200f", "\u200e"
ISOLATE, LEFT_TO_RIGHT, END = "\u2068", "\u2066", "\u2069"  # of unknown direction; of a link; the end of either
CONTROLS: Final = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F))
SHOWN_EVIDENCE: Final = 3
SHOWN_SOURCES: Final = 5


@dataclass(frozen=True)
class Words:
    """One language's words. `sources` are by CLDR's plural category."""

    kinds: dict[str, str]
    severities: dict[str, str]
    watch: str
    source: str
    found: str
    also: str
    sources: dict[str, str]
    comma: str
    quotes: tuple[str, str]


ARABIC: Final = Words(
    kinds={"alert.fired": "تنبيه", "alert.updated": "تحديث", "alert.resolved": "انتهى التنبيه"},
    severities={"info": "للعلم", "warning": "مهم", "critical": "عاجل"},
    watch="الرصد",
    source="المصدر",
    found="ورد في الخبر",
    also="المصادر",
    sources={"one": "مصدر واحد", "two": "مصدران", "few": "{} مصادر", "many": "{} مصدرًا", "other": "{} مصدر"},
    comma="، ",
    quotes=("«", "»"),
)
ENGLISH: Final = Words(
    kinds={"alert.fired": "Alert", "alert.updated": "Update", "alert.resolved": "Resolved"},
    severities={"info": "info", "warning": "warning", "critical": "critical"},
    watch="Watch",
    source="Source",
    found="Found",
    also="Sources",
    sources={"one": "one source", "two": "2 sources", "few": "{} sources", "many": "{} sources", "other": "{} sources"},
    comma=", ",
    quotes=("“", "”"),
)


def is_right_to_left(alert: Alert) -> bool:
    """By the article's language."""
    return (alert.article.language or "").lower().partition("-")[0] in RIGHT_TO_LEFT


def words_for(alert: Alert) -> Words:
    """Arabic for what is written from right to left, English for the rest."""
    return ARABIC if is_right_to_left(alert) else ENGLISH


def title(alert: Alert) -> str:
    """One line: what happened, how grave it is, and the article's title."""
    words = words_for(alert)
    kind = words.kinds.get(alert.type, words.kinds["alert.fired"])
    headline = alert.article.title or alert.article.uri
    return _line(alert, f"{kind} ({words.severities[alert.watch.severity]}): {_isolated(headline)}")


def text(alert: Alert) -> str:
    """The lines below the title: the watch, the source, the hits in their context, the other sources, the link."""
    words = words_for(alert)
    lines = [f"{words.watch}: {_isolated(alert.watch.name or alert.watch.id)}"]
    if alert.article.source:
        lines.append(f"{words.source}: {_isolated(alert.article.source)}")
    opening, closing = words.quotes
    for hit in alert.evidence[:SHOWN_EVIDENCE]:
        quoted = f"{_before(hit.before)}{opening}{hit.text}{closing}{hit.after}".strip()
        lines.append(f"{words.found}: {_isolated(quoted)}")
    if len(alert.story.sources) > 1:
        lines.append(f"{words.also}: {_sources(alert, words)}")
    if alert.article.url:
        lines.append(f"{LEFT_TO_RIGHT}{alert.article.url}{END}")
    return "\n".join(_line(alert, line) for line in lines)


def _before(text_before: str) -> str:
    """What stands before a hit, from a whole word on."""
    return text_before.lstrip()


def _sources(alert: Alert, words: Words) -> str:
    named = words.comma.join(_isolated(each) for each in alert.story.sources[:SHOWN_SOURCES])
    count = len(alert.story.sources)
    return f"{words.sources[plural(count)].format(count)} ({named}{'…' if count > SHOWN_SOURCES else ''})"


def plural(count: int) -> str:
    """CLDR's category of a whole number from 1 on in Arabic, which English's two fall into."""
    last = count % 100
    if count in (1, 2):
        return {1: "one", 2: "two"}[count]
    if 3 <= last <= 10:  # noqa: PLR2004  # CLDR, plurals of ar
        return "few"
    return "many" if last >= 11 else "other"  # noqa: PLR2004


def _isolated(found: str) -> str:
    """Text from outside on one line, its direction its own."""
    return f"{ISOLATE}{' '.join(found.translate(CONTROLS).split())}{END}"


def _line(alert: Alert, line: str) -> str:
    return (RLM if is_right_to_left(alert) else LRM) + line
