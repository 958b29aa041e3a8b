"""A newsroom with a clock of its own: desks and room as the agents run them, a day of it in moments."""

import random
import tomllib
from collections import deque
from datetime import timedelta
from functools import cache

import msgspec

from rasid.alert.desk import Desk, Rules
from rasid.alert.durations import duration
from rasid.alert.effects import key
from rasid.alert.matchers import parse
from rasid.alert.room import Room
from rasid.alert.routes import read
from schemas.silence import Silence
from tests.alert.matches import NOW, match

BUSY = timedelta(minutes=3)  # after a step, in which every second is looked at; later every tenth
WATCH = ("severity", "labels", "revision", "query")
RECEIVERS = ("desk", "mail", "pager", "night", "default")


@cache
def text(story):
    """A text of its own for each story."""
    rng = random.Random(story)
    return " ".join(f"كلمة{rng.randrange(10**6)}" for _ in range(60))


def rules(toml):
    return Rules(read(tomllib.loads(toml), RECEIVERS))


class Newsroom:
    """Collects what is told and decided, with the time since the start. `states` are what a topic would hold."""

    def __init__(self, toml=""):
        self.rules = rules(toml)
        self.now, self.passed = NOW, timedelta()
        self.told, self.decisions, self.states = [], [], {}
        self.reopen()

    def reopen(self):
        """Desk and room as after a restart: from what was written."""
        self.desk, self.room = Desk(self.rules), Room(self.rules)
        written = [msgspec.json.decode(msgspec.json.encode(each), type=type(each)) for each in self.states.values()]
        self.desk.restore(written)
        self.room.restore(written)

    def report(self, step):
        fields = {name: value for name, value in step.items() if name not in {"at", "story", "watch"}}
        fields["id"] = step.get("watch", "talks")
        uri = fields.pop("uri", f"urn:{step['story']}:{self.passed.total_seconds():.0f}")
        self.tick()
        self.keep(self.desk.take(match(uri, text(step["story"]), at=self.now, **fields), self.now))

    def keep(self, effects):
        for alert in effects.alerts:
            self.told.append((self.passed, alert))
        self.decisions += effects.decisions
        for name, state in effects.states:
            assert state is None or key(state) == name
            self.states.pop(name, None)
            if state is not None:
                self.states[name] = state
        waiting = deque(effects.waiting)
        while waiting:
            self.keep(self.room.take(waiting.popleft(), self.now))

    def tick(self):
        for place in (self.desk, self.room):
            if place.is_due(self.now):
                self.keep(place.tick(self.now))

    def advance(self, passed):
        """Lets time go on until `passed` since the start."""
        busy = self.passed + BUSY
        while self.passed < passed:
            grid = timedelta(seconds=1 if self.passed < busy else 10)
            step = min(grid - self.passed % grid, passed - self.passed)
            self.passed, self.now = self.passed + step, self.now + step
            self.tick()

    def silence(self, step):
        starts = NOW + duration(step["from"]) if "from" in step else self.now
        ends = starts + duration(step["for"])
        made = Silence(step.get("id", "s"), list(map(parse, step["silence"])), starts, ends, "me", "why", self.now)
        self.rules.silences.put(made)

    def expire(self, step):
        (silence,) = [each for each in self.rules.silences if each.id == step["expire"]]
        self.rules.silences.put(msgspec.structs.replace(silence, ends_at=self.now))

    def clock(self, step):
        back = step["clock"].startswith("-")
        self.now += duration(step["clock"].lstrip("-")) * (-1 if back else 1)

    def play(self, steps, until=None, restarts=()):
        for number, step in enumerate(steps):
            self.advance(duration(step["at"]))
            kind = next(name for name in ("silence", "expire", "clock", "story") if name in step)
            getattr(self, {"story": "report"}.get(kind, kind))(step)
            if number in restarts:
                self.reopen()
        self.advance(until or self.passed + timedelta(hours=3))
