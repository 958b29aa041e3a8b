"""Text with its hits marked, for people."""

from collections.abc import Iterator

from schemas.article import ArticleEvent
from schemas.watch_match import Evidence

Piece = tuple[str, bool]
CONTEXT = 80  # characters kept on each side of the hits of one field


def pieces(article: ArticleEvent, evidence: list[Evidence]) -> Iterator[tuple[str, list[Piece]]]:
    """For each field with hits: its name, and its text around them as (text, is a hit)."""
    for field in ("title", "body"):
        hits = [hit for hit in evidence if hit.field == field]
        if hits:
            yield field, list(_pieces(getattr(article, field), hits))


def _pieces(text: str, hits: list[Evidence]) -> Iterator[Piece]:
    at = max(0, hits[0].start - CONTEXT)
    for hit in hits:
        gap = text[at : hit.start]
        yield (gap if len(gap) <= 2 * CONTEXT else f"{gap[:CONTEXT]} … {gap[-CONTEXT:]}"), False
        yield hit.text, True
        at = hit.end
    yield text[at : at + CONTEXT], False
