"""The ranges of `published:`."""

from datetime import UTC, date, datetime, time

from rasid.errors import QueryError
from rasid.watch.lexer import Kind, Token
from rasid.watch.query import Published


def published(token: Token, name: Token) -> Published:
    """The range that `token` is; raises QueryError where it is none. `name` is the field's token."""
    parts = token.text.strip("[]").split(" TO ")
    if token.kind is not Kind.RANGE or len(parts) != 2:  # noqa: PLR2004
        raise QueryError("published: takes a range, as in published:[2026-01-01 TO *]", token.column)
    first, last = parts[0].strip(), parts[1].strip()
    since, until = _moment(first, token, time.min), _moment(last, token, time.max)
    if since and until and since > until:
        raise QueryError(f"the range begins after its end: write [{last} TO {first}]", token.column)
    return Published(since, until, name.column)


def _moment(text: str, token: Token, of_day: time) -> datetime | None:
    """The moment; None where it is open. A date alone is its first or last one, by `of_day`; UTC unless it says."""
    if text == "*":
        return None
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), of_day, UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        what = f"{text!r} is no date: write 2026-01-31, 2026-01-31T09:00+03:00 or *"
        raise QueryError(what, token.column) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
