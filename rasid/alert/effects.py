"""What a desk wants done: alerts to tell of, alerts to send waiting, decisions to write down, state to keep."""

from dataclasses import dataclass, field

from rasid.alert.care import Waiting
from rasid.alert.group import GroupState
from rasid.alert.inhibit import Source
from rasid.alert.limit import LimitState
from rasid.alert.shelf import StoryState
from rasid.alert.spike import SpikeState
from schemas.alert import Alert
from schemas.decision import Decision

State = StoryState | LimitState | SpikeState | GroupState | Source


@dataclass(slots=True)
class Effects:
    """In the order in which they came about. `states` are by key; None forgets one."""

    alerts: list[Alert] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    states: list[tuple[str, State | None]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.alerts or self.waiting or self.decisions or self.states)


def key(state: State) -> str:
    """What a state is kept under."""
    match state:
        case StoryState() | GroupState():
            return state.id
        case LimitState():
            return f"limit {state.watch_id}"
        case SpikeState():
            return f"spike {state.watch_id}"
        case Source():
            return f"source {state.alert_id}"
