"""Ten minutes of retries in real time and by a clock moved by hand: `python -m tests.agents.real_time`.

Prints when each attempt came in both, and ends with 1 where one is more than a second apart from the other.
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

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
STORIES = {
    "one alert, never taken": (1, [], Status(500)),
    "twelve alerts, never taken": (12, [], Status(503)),
    "asked to wait for 40 s": (3, [Status(429, (("Retry-After", "40"),))], Status(204)),
    "down for two attempts": (1, [Status(500)] * 2, Status(204)),
    "back after the breaker opened": (10, [Status(500)] * 8, Status(204)),
}


async def by_hand(count, script, default):
    async with Collector(script=script, default=default) as server:
        async with Story(server, receiver("default", server.url, connections=1)) as story:
            await story.tell(*map(alert, range(count)))
            await story.run(until=SECONDS)
        return [(each.at, each.id) for each in story.arrivals]


async def really(count, script, default):
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
            await asyncio.sleep(SECONDS)
        return [(each.at - began, each.id) for each in server.received]


async def main():
    wrong = 0
    expected = [await by_hand(count, list(script), default) for count, script, default in STORIES.values()]
    found = await asyncio.gather(*(really(count, list(script), default) for count, script, default in STORIES.values()))
    for name, by_clock, in_truth in zip(STORIES, expected, found, strict=True):
        say(f"{name}: {len(by_clock)} attempts by the clock, {len(in_truth)} in truth")
        wrong += len(by_clock) != len(in_truth)
        for (planned, one), (came, other) in zip(by_clock, in_truth, strict=False):
            say(f"  {planned:8.2f} {came:8.2f}  {one} {other}")
            wrong += abs(planned - came) > 1 or one != other
    say("they agree" if not wrong else f"{wrong} differences")
    return 1 if wrong else 0


def say(line):
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
