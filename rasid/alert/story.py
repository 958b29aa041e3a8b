"""Stories: reports that are copies of one another within a watch, and what a match changes about one.

State goes in and out as `StoryState` records, so that whoever keeps them can bring a book back after a restart. Doing
a match again gives the same answer and the same notification.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from rasid.alert.shelf import LIFETIME, MAX_MEMBERS, MEMBER_BYTES, Shelf, StoryState, Told, member, members, source
from schemas.alert import Alert, AlertType, News, Reason, Story
from schemas.article import ArticleRef
from schemas.watch import Severity
from schemas.watch_match import Sketch, WatchMatch

SOURCE_STEPS: Final = (3, 10, 30)  # publishers at which a story is told of again
REPEAT: Final = timedelta(hours=4)  # Alertmanager's default repeat_interval
MAX_REPORTS: Final = 5  # further reports listed with an alert
TITLE: Final = 200  # characters of a headline in a list
MAX_TOLD: Final = 12  # notifications of one story remembered
MOST: Final = 50_000  # stories of one partition: some 300 MB
LONGER: Final = 1.3  # times the first report's size, from which a longer one's sketch is kept too
LONGEST: Final = 4.0  # the same, beyond which it is a round-up that carries the report among others
SEVERITIES: Final[tuple[Severity, ...]] = ("info", "warning", "critical")
TELLING: Final[dict[Reason, AlertType]] = {
    Reason.FIRED: "alert.fired",
    Reason.SOURCES: "alert.updated",
    Reason.SEVERITY: "alert.updated",
    Reason.REPEATED: "alert.updated",
    Reason.CORRECTED: "alert.updated",
    Reason.RETRACTED: "alert.resolved",
}
_CARRIED: Final = ("watch", "article", "evidence", "topics", "entities", "receivers", "arrived_at")


class Change(NamedTuple):
    """What a match means for its story: why somebody is to be told, or not, and the alert where one is to go out.

    `story` is the state with the match in it, `told` the same once the alert has gone out.
    """

    reason: Reason
    story: StoryState
    alert: Alert | None = None
    told: StoryState | None = None

    @property
    def opens(self) -> bool:
        """Whether the match opened the story."""
        return self.alert is not None and self.story.article_count == 1 and not self.story.told

    @property
    def alert_id(self) -> str:
        """The story's alert, whether or not one goes out."""
        return alert_id(self.story)


class StoryBook:
    """The stories of some watches. A watch whose query is changed begins anew; its other fields change nothing."""

    def __init__(self, most: int = MOST) -> None:
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._order: OrderedDict[str, tuple[str, str]] = OrderedDict()  # every story by its last touch
        self._most = most

    def __len__(self) -> int:
        return len(self._order)

    def restore(self, states: Iterable[StoryState]) -> None:
        """Takes stories as they were last written."""
        for state in states:
            self._put(state)

    def take(self, match: WatchMatch, now: datetime, repeat: timedelta = REPEAT) -> Change | None:
        """What `match` changes. `now` is when an alert would be raised; stories age by when articles arrived.

        Nothing is remembered yet: `settle` does that. None where an article is gone that nobody knew.
        """
        shelf = self._shelf(match)
        known = shelf.with_member(match)
        if match.gone:
            return None if known is None else _retraction(known, match, now)
        former = known or shelf.alike(match)
        if former is None:
            return _change(Reason.FIRED, _opened(match), match, now)
        story = former if known else _joined(former, match)
        return _again(former, match) or _change(_reason(former, story, match, now, repeat), story, match, now)

    def settle(self, change: Change, *, told: bool) -> StoryState:
        """Remembers a change; `told` says that its alert goes out, or is held for a notification to come."""
        story = change.told if told and change.told else change.story
        self._put(story)
        return story

    def _put(self, story: StoryState) -> None:
        key = story.watch_id, story.query
        gone = self._shelves.setdefault(key, Shelf()).put(story)
        self._order[story.id] = key
        self._order.move_to_end(story.id)
        for story_id in gone:
            self._order.pop(story_id, None)
        self._age(story.last_at)

    def _age(self, now: datetime) -> None:
        """Forgets what is over, and what is too much."""
        while self._order:
            story_id, key = next(iter(self._order.items()))
            shelf = self._shelves[key]
            if len(self._order) <= self._most and now - shelf.stories[story_id].last_at <= LIFETIME:
                return
            del self._order[story_id]
            shelf.drop(story_id)
            if not shelf.stories:
                del self._shelves[key]

    def _shelf(self, match: WatchMatch) -> Shelf:
        return self._shelves.get((match.watch.id, digest(match.watch.query))) or Shelf()


def _change(reason: Reason, story: StoryState, match: WatchMatch, now: datetime) -> Change:
    kind = TELLING.get(reason)
    if kind is None:
        return Change(reason, story)
    step = story.told[-1].step + 1 if story.told else 1
    words = content(match)
    occasion = Told(step, kind, reason, match.article.uri, match.arrived_at, words, now, match.watch.severity,
                    story.article_count, len(story.sources))  # fmt: skip
    told = msgspec.structs.replace(story, told=[*story.told, occasion][-MAX_TOLD:])
    if match.article.uri == story.opened_by:
        told = msgspec.structs.replace(told, content=words, title=match.article.title)
    return Change(reason, story, _alert(match, story, occasion), told)


def _again(story: StoryState, match: WatchMatch) -> Change | None:
    """The change that this very input made before, when it is done again after a crash or a replay."""
    words = content(match)
    for each in reversed(story.told):
        if (each.article, each.arrived_at, each.content) == (match.article.uri, match.arrived_at, words):
            return Change(each.reason, story, _alert(match, story, each))
    return None


def _reason(former: StoryState, story: StoryState, match: WatchMatch, now: datetime, repeat: timedelta) -> Reason:
    """Why a further report is told of, or not: the weightiest reason."""
    last = former.last
    if last is None:
        return Reason.FIRED
    if story is former and match.arrived_at < last.arrived_at:  # what came before the last notification, done again
        return Reason.UNCHANGED
    if not former.is_open:
        return Reason.FIRED
    if SEVERITIES.index(match.watch.severity) > SEVERITIES.index(last.severity):
        return Reason.SEVERITY
    if story is former:  # an article that it has already
        is_changed = match.article.uri == story.opened_by and content(match) != story.content
        return Reason.CORRECTED if is_changed else Reason.UNCHANGED
    if any(last.sources < step <= len(story.sources) for step in SOURCE_STEPS):
        return Reason.SOURCES
    return Reason.REPEATED if now - last.at >= repeat else Reason.COPY


def _opened(match: WatchMatch) -> StoryState:
    revision, uri = match.watch.revision, match.article.uri
    return StoryState(
        id=digest(match.watch.id, str(revision), uri), watch_id=match.watch.id, query=digest(match.watch.query),
        revision=revision, opened_by=uri, last_at=match.arrived_at, sketches=[match.sketch] if match.sketch else [],
        members=member(uri), sources=[source(match.article)], article_count=1,
        content=content(match), title=match.article.title,
    )  # fmt: skip


def _joined(story: StoryState, match: WatchMatch) -> StoryState:
    """`story` with one more report."""
    name = source(match.article)
    known = (story.members + member(match.article.uri))[-MAX_MEMBERS * MEMBER_BYTES :]
    return msgspec.structs.replace(
        story,
        members=known,
        sources=story.sources if name in story.sources else [*story.sources, name][:MAX_MEMBERS],
        reports=[*story.reports, _listed(match.article)] if len(story.reports) < MAX_REPORTS else story.reports,
        sketches=_sketches(story.sketches, match.sketch),
        article_count=story.article_count + 1,
        last_at=max(story.last_at, match.arrived_at),
    )


def _listed(article: ArticleRef) -> ArticleRef:
    return msgspec.structs.replace(article, title=article.title[:TITLE])


def _sketches(known: list[Sketch], new: Sketch | None) -> list[Sketch]:
    """A paper may run the whole text of which the first one ran a part: its copies are to be known too."""
    if len(known) == 1 and new and LONGER * known[0].runs <= new.runs <= LONGEST * known[0].runs:
        return [*known, new]
    return known


def _retraction(story: StoryState, match: WatchMatch, now: datetime) -> Change:
    """The article no longer has the term: the alert that it raised is resolved, another one's report is let go."""
    if match.article.uri == story.opened_by:
        reason = Reason.RETRACTED if story.is_open else Reason.UNCHANGED
        return _again(story, match) or _change(reason, story, match, now)
    uri = member(match.article.uri)
    left = msgspec.structs.replace(
        story,
        members=b"".join(each for each in members(story) if each != uri),
        reports=[each for each in story.reports if each.uri != match.article.uri],
        article_count=story.article_count - 1,
    )
    return Change(Reason.UNCHANGED, left)


def _alert(match: WatchMatch, story: StoryState, occasion: Told) -> Alert:
    """The alert of a match. A notification's id follows from the alert's and the step."""
    identity = alert_id(story)
    return Alert(
        id=identity,
        fired_at=occasion.at,
        story=Story(story.id, story.article_count, story.sources, story.reports),
        type=occasion.type,
        reason=occasion.reason,
        notification_id=identity if occasion.step == 1 else f"{identity}_{occasion.step}",
        news=_news(match, story, occasion),
        **{name: getattr(match, name) for name in _CARRIED},
    )


def alert_id(story: StoryState) -> str:
    """Follows from watch, revision and story alone."""
    return f"alert_{digest(story.watch_id, str(story.revision), story.id)}"


def _news(match: WatchMatch, story: StoryState, occasion: Told) -> News | msgspec.UnsetType:
    """What is new since the notification before this one."""
    before = next((each for each in reversed(story.told) if each.step < occasion.step), None)
    if before is None:
        return msgspec.UNSET
    is_retitled = occasion.reason is Reason.CORRECTED and story.title != match.article.title
    return News(
        since=before.at,
        article_count_before=before.articles,
        sources=story.sources[before.sources : occasion.sources],
        severity_before=before.severity if before.severity != occasion.severity else None,
        title_before=story.title if is_retitled else None,
    )


def content(match: WatchMatch) -> str:
    """The digest of an article's words, as far as they are known here: headline, hits, sketch."""
    text = [match.sketch.minhash, str(match.sketch.figures).encode()] if match.sketch else []
    hits = [hit.text for hit in match.evidence]
    parts = [*(part.encode("utf-8", "surrogatepass") for part in (match.article.title, *hits)), *text]
    return hashlib.blake2b(b"\0".join(parts), digest_size=MEMBER_BYTES).hexdigest()


def digest(*parts: str) -> str:
    """128 bits of SHA-256 over the parts: enough that no two stories ever meet."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
