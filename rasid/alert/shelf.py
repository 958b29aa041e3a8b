"""The stories of one watch, kept so that one comparison serves all of them. What happens to a story is story.py's."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Final

import msgspec
import numpy as np

from rasid.alert.likeness import likeliest, numbers
from rasid.alert.sketch import PERMUTATIONS
from schemas.alert import AlertType, Reason
from schemas.article import ArticleRef, Moment
from schemas.watch import Severity
from schemas.watch_match import Sketch, WatchMatch

LIFETIME: Final = timedelta(hours=48)  # after its last report a story is over
MAX_STORIES: Final = 500  # of one watch, the quietest going first
MAX_MEMBERS: Final = 200  # reports and publishers remembered of one story
MEMBER_BYTES: Final = 8
_FIRST_ROWS: Final = 4

Members = Annotated[bytes, msgspec.Meta(max_length=MAX_MEMBERS * MEMBER_BYTES)]


class Told(msgspec.Struct, frozen=True):
    """One notification of a story's alert, and how the story stood then.

    `article`, `arrived_at` and `content`, the digest of its words, are what occasioned it: the same input done again
    tells the same.
    """

    step: int
    type: AlertType
    reason: Reason
    article: str
    arrived_at: Moment
    content: str
    at: Moment
    severity: Severity
    articles: int
    sources: int


class StoryState(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag="story"):
    """All that is remembered of a story. `opened_by` is the uri of the report that fired.

    `query` is the digest of the watch's query, `members` digests of the reports' uris. `sketches` are those of the
    report that opened it and, where that one was shorter, of a longer one. `content` is the digest of the words of the
    article that opened it, `title` its headline; `told` has the last notifications.
    """

    id: str
    watch_id: str
    query: str
    revision: int
    opened_by: str
    last_at: Moment
    sketches: list[Sketch]
    members: Members
    sources: list[str]
    article_count: int
    content: str
    title: str
    reports: list[ArticleRef] = []
    told: list[Told] = []

    @property
    def last(self) -> Told | None:
        """The last notification."""
        return self.told[-1] if self.told else None

    @property
    def is_open(self) -> bool:
        """Whether its alert stands: it was told of, and is not resolved."""
        return bool(self.told) and self.told[-1].type != "alert.resolved"


def source(article: ArticleRef) -> str:
    """The publisher by whom reports are counted: its name, or the page's host, or what the uri begins with."""
    if article.source:
        return article.source
    _, _, rest = (article.url or article.uri).partition("://")
    return (rest or article.uri).split("/", 1)[0][:100]


def member(uri: str) -> bytes:
    """The digest by which a report is remembered: 64 bits, enough among 100,000."""
    return hashlib.blake2b(uri.encode(), digest_size=MEMBER_BYTES).digest()


def members(story: StoryState) -> Iterator[bytes]:
    """The digests of a story's reports."""
    return (story.members[start : start + MEMBER_BYTES] for start in range(0, len(story.members), MEMBER_BYTES))


class Shelf:
    """Stories in the order in which they were last touched, and their sketches as rows of one array."""

    def __init__(self) -> None:
        self.stories: dict[str, StoryState] = {}
        self._by_member: dict[bytes, str] = {}
        self._owners: list[str] = []  # of each row
        self._sketches: list[Sketch] = []
        self._rows = np.empty((_FIRST_ROWS, PERMUTATIONS), np.uint32)
        self._runs = np.empty(_FIRST_ROWS, np.int64)

    def put(self, story: StoryState) -> list[str]:
        """Takes a story in, or in place of its former state. Returns the ids of those that had to go for it."""
        former = self.stories.pop(story.id, None)
        self.stories[story.id] = story
        for each in members(story):
            self._by_member[each] = story.id
        for sketch in story.sketches[len(former.sketches) if former else 0 :]:
            self._add_row(story.id, sketch)
        gone = []
        while len(self.stories) > MAX_STORIES:
            gone.append(next(iter(self.stories)))
            self.drop(gone[-1])
        return gone

    def _add_row(self, owner: str, sketch: Sketch) -> None:
        count = len(self._owners)
        if count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
            self._runs = np.concatenate([self._runs, np.empty_like(self._runs)])
        self._rows[count], self._runs[count] = numbers(sketch.minhash), sketch.runs
        self._owners.append(owner)
        self._sketches.append(sketch)

    def drop(self, story_id: str) -> None:
        """Forgets a story."""
        story = self.stories.pop(story_id)
        for each in members(story):
            if self._by_member.get(each) == story_id:
                del self._by_member[each]
        for _ in story.sketches:
            self._drop_row(self._owners.index(story_id))

    def _drop_row(self, index: int) -> None:
        """The last row takes its place."""
        owner, sketch, last = self._owners.pop(), self._sketches.pop(), len(self._owners)
        if index != last:
            self._owners[index], self._sketches[index] = owner, sketch
            self._rows[index], self._runs[index] = self._rows[last], self._runs[last]

    def with_member(self, match: WatchMatch) -> StoryState | None:
        """The living story that has this article already."""
        story = self.stories.get(self._by_member.get(member(match.article.uri), ""))
        return story if story and _lives(story, match) else None

    def alike(self, match: WatchMatch) -> StoryState | None:
        """The living story whose reports this article resembles most."""
        if match.sketch is None or not self._owners:
            return None
        count, name = len(self._owners), source(match.article)

        def is_own(index: int) -> bool:
            return self.stories[self._owners[index]].sources[0] == name

        for index in likeliest(self._sketches, self._rows[:count], self._runs[:count], match.sketch, is_own):
            story = self.stories[self._owners[index]]
            if _lives(story, match):
                return story
        return None


def _lives(story: StoryState, match: WatchMatch) -> bool:
    return match.arrived_at - story.last_at <= LIFETIME
