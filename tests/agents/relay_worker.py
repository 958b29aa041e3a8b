"""A worker whose only agent passes articles on; some make it raise, block or forget. Run by test_service.py."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from agents import app as apps
from agents import batching, logs, sending, service, topics
from agents.sending import Outgoing
from agents.settings import Settings, load
from agents.watchdog import Limits

LIMITS = Limits(loop=4, still=6)


def build(settings: Settings) -> apps.App:
    """An app with one agent."""
    app = apps.make_app(settings)
    source, target = topics.ARTICLES.name(settings), topics.TAGGED.name(settings)

    @app.agent(batching.topic(app, source))
    async def relay(stream):
        async for event in stream.noack().events():
            values = [record.value for record in event.value]
            if b"raise" in values:
                raise RuntimeError("an article that nobody expected")
            if b"block" in values:
                time.sleep(60)  # noqa: ASYNC251  # it is to stand still
            if b"forget" not in values:
                await sending.send_all(app, [Outgoing(target, record.key, record.value) for record in event.value])
                await stream.ack(event)

    return app


if __name__ == "__main__":
    chosen = load()
    logs.configure(chosen)
    sys.exit(service.run(chosen, build, LIMITS))
