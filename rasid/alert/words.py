"""What each reason means, in words for the people who ask."""

from typing import Final

from schemas.alert import Reason

MEANING: Final[dict[Reason, str]] = {
    Reason.FIRED: "the first report of its story",
    Reason.SOURCES: "the story reached 3, 10 or 30 publishers",
    Reason.SEVERITY: "the watch's severity was raised since the story was last told of",
    Reason.REPEATED: "repeat_interval has passed, and the story is still reported on",
    Reason.CORRECTED: "the article that fired came again with other words",
    Reason.RETRACTED: "the article that fired came again without the watched term",
    Reason.SPIKE: "more stories than this hour of the week usually has",
    Reason.SPIKE_OVER: "the hour is an ordinary one again",
    Reason.GROUPED: "told together with the others of its group",
    Reason.DIGEST: "stands for the alerts beyond max_per_hour",
    Reason.COPY: "another report of a story that was told of",
    Reason.UNCHANGED: "an article of the story came again with nothing new to tell",
    Reason.WAITING: "held until its group is told of, or inhibition is ruled out",
    Reason.SILENCED: "held back by a silence",
    Reason.MUTED: "held back by the mute times of its route",
    Reason.INHIBITED: "held back while a weightier alert stands",
    Reason.LIMITED: "beyond max_per_hour: in the watch's next digest",
}
