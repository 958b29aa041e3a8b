"""Retries in real time and by a clock moved by hand; ten minutes of them: `python -m tests.agents.real_time`.

Prints when each attempt came in both, and ends with 1 where they differ: by the order or number of attempts, or by more
than LATE_SECONDS.
"""

import asyncio
import random
import sys
import time

from agents.clock import SystemClock
from agents.settings import Settings
from rasid.deliver.schedule import Schedule
from tests.agents.desk import Stream, Watched, event, receiver
from tests.agents.timed import Story
from tests.collector import Collector, Status
from tests.deliver.alerts import alert

LATE_SECONDS = 1.0
STORIES = {
    "one alert, never taken": (1, [], Status(500)),
    "twelve alerts, never taken": (12, [], Status(503)),
    "asked to wait for 40 s": (3, [Status(429, (("Retry-After", "40"),))], Status(204)),
    "down for two attempts": (1, [Status(500)] * 2, Status(204)),
    "back after the breaker opened": (10, [Status(500)] * 8, Status(204)),
}


async def by_hand(seconds, count, script, default):
    async with Collector(script=script, default=default) as server:
        async with Story(server, receiver("default", server.url, connections=1)) as story:
            await story.tell(*map(alert, range(count)))
            await story.run(until=seconds)
        return [(each.at, each.id) for each in story.arrivals]


async def really(seconds, count, script, default):
    stream = Stream()
    stream.up.set()
    async with Collector(script=script, default=default) as server:
        known = {"default": receiver("default", server.url, connections=1)}
        desk = Watched(Settings(), known, stream.ports, Schedule(), random.Random(11), SystemClock())
        desk.stream = stream
        async with desk:
            await asyncio.sleep(0.2)
            began = time.monotonic()
            for number in range(count):
                desk.take(event(alert(number), offset=number))
            await asyncio.sleep(seconds)
        return [(each.at - began, each.id) for each in server.received]


async def compare(seconds, late=LATE_SECONDS, stories=STORIES):
    """How many attempts differ."""
    wrong = 0
    told = [(count, list(script), default) for count, script, default in stories.values()]
    expected = [await by_hand(seconds, count, list(script), default) for count, script, default in told]
    found = await asyncio.gather(*(really(seconds, count, list(script), default) for count, script, default in told))
    for name, by_clock, in_truth in zip(stories, expected, found, strict=True):
        say(f"{name}: {len(by_clock)} attempts by the clock, {len(in_truth)} in truth")
        wrong += len(by_clock) != len(in_truth)
        for (planned, one), (came, other) in zip(by_clock, in_truth, strict=False):
            say(f"  {planned:8.2f} {came:8.2f}  {one} {other}")
            wrong += abs(planned - came) > late or one != other
    say("they agree" if not wrong else f"{wrong} differences")
    return wrong


def say(line):
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(compare(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0)) else 0)
