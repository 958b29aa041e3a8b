"""Stories: reports that are copies of one another within a watch, and whether a match opens one or joins one.

State goes in and out as `StoryState` records, so that whoever keeps them can bring a book back after a restart. Doing
a match again gives the same answer and the same alert.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from rasid.alert.signature import PERMUTATIONS, resemblances
from schemas.alert import Alert, Story
from schemas.article import Moment
from schemas.watch_match import WatchMatch

THRESHOLD: Final = 0.5  # resemblance from which two texts are copies: half their runs of four words
LIFETIME: Final = timedelta(hours=48)  # after its last report a story is over
MAX_STORIES: Final = 500  # of one watch, the oldest going first
MAX_MEMBERS: Final = 200  # reports and publishers remembered of one story
_CARRIED: Final = ("watch", "article", "evidence", "topics", "entities", "receivers", "arrived_at")


class Decision(StrEnum):
    """What became of a match; also a metric's label."""

    FIRED = "fired"  # the first report of its story
    COPY = "copy"  # another report of a story that has fired


class StoryState(msgspec.Struct, frozen=True):
    """All that is remembered of a story. `opened_by` is the uri of the report that fired."""

    id: str
    watch_id: str
    revision: int
    opened_by: str
    signature: list[int]
    uris: list[str]
    sources: list[str]
    article_count: int
    last_at: Moment


class Verdict(NamedTuple):
    """A decision, the story as it is now, and the alert where one fires."""

    decision: Decision
    story: StoryState
    alert: Alert | None


@dataclass(slots=True)
class _Shelf:
    """The stories of one watch and revision, their signatures stacked so that one comparison serves all."""

    stories: dict[str, StoryState] = field(default_factory=dict)  # as they came, which is the order of `rows`
    by_uri: dict[str, str] = field(default_factory=dict)
    rows: NDArray[np.uint64] = field(default_factory=lambda: np.empty((0, PERMUTATIONS), np.uint64))

    def put(self, story: StoryState) -> None:
        """Takes a story in, or in place of its former state; the one that is quiet longest goes when there are many."""
        if story.id not in self.stories:
            self.rows = np.vstack([self.rows, np.array([story.signature], np.uint64)])
        self.stories[story.id] = story
        self.by_uri.update(dict.fromkeys(story.uris, story.id))
        if len(self.stories) > MAX_STORIES:
            self._drop(min(self.stories.values(), key=lambda each: each.last_at))

    def _drop(self, story: StoryState) -> None:
        self.rows = np.delete(self.rows, list(self.stories).index(story.id), axis=0)
        del self.stories[story.id]
        for uri in story.uris:
            self.by_uri.pop(uri, None)

    def find(self, match: WatchMatch) -> StoryState | None:
        """The living story of this report: the one that has it already, or the one it resembles most."""
        known = self.stories.get(self.by_uri.get(match.article.uri, ""))
        if known and _lives(known, match):
            return known
        if not self.stories:
            return None
        alike = resemblances(self.rows, match.signature)
        for row in np.argsort(-alike):
            if alike[row] < THRESHOLD:
                return None
            story: StoryState = list(self.stories.values())[row]
            if _lives(story, match):
                return story
        return None


def _lives(story: StoryState, match: WatchMatch) -> bool:
    return match.arrived_at - story.last_at <= LIFETIME


@dataclass(slots=True)
class StoryBook:
    """The stories of some watches, by watch and revision: a changed watch begins anew."""

    _shelves: dict[tuple[str, int], _Shelf] = field(default_factory=dict)

    def restore(self, states: Iterable[StoryState]) -> None:
        """Takes stories as they were last written."""
        for state in states:
            self._shelf(state.watch_id, state.revision).put(state)

    def decide(self, match: WatchMatch, now: datetime) -> Verdict:
        """Whether `match` fires. `now` is when the alert is raised; stories age by when articles arrived."""
        shelf = self._shelf(match.watch.id, match.watch.revision)
        found = shelf.find(match)
        story = _joined(found, match) if found else _opened(match)
        shelf.put(story)
        if story.opened_by == match.article.uri:
            return Verdict(Decision.FIRED, story, _alert(match, story, now))
        return Verdict(Decision.COPY, story, None)

    def _shelf(self, watch_id: str, revision: int) -> _Shelf:
        return self._shelves.setdefault((watch_id, revision), _Shelf())


def _opened(match: WatchMatch) -> StoryState:
    identity = _digest(match.watch.id, str(match.watch.revision), match.article.uri)
    return StoryState(identity, match.watch.id, match.watch.revision, match.article.uri, match.signature,
                      [match.article.uri], _source(match), 1, match.arrived_at)  # fmt: skip


def _joined(story: StoryState, match: WatchMatch) -> StoryState:
    """`story` with one more report; a report it has already changes nothing."""
    if match.article.uri in story.uris:
        return story
    new = [source for source in _source(match) if source not in story.sources]
    return msgspec.structs.replace(
        story, uris=[*story.uris, match.article.uri][-MAX_MEMBERS:], sources=[*story.sources, *new][:MAX_MEMBERS],
        article_count=story.article_count + 1, last_at=max(story.last_at, match.arrived_at))  # fmt: skip


def _source(match: WatchMatch) -> list[str]:
    return [match.article.source] if match.article.source else []


def _alert(match: WatchMatch, story: StoryState, now: datetime) -> Alert:
    """The alert's id follows from watch, revision and story alone."""
    return Alert(
        id=f"alert_{_digest(match.watch.id, str(match.watch.revision), story.id)}",
        fired_at=now,
        story=Story(story.id, story.article_count, story.sources),
        **{name: getattr(match, name) for name in _CARRIED},
    )


def _digest(*parts: str) -> str:
    """128 bits of SHA-256 over the parts: enough that no two stories ever meet."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
