"""A worker with the delivery agent alone, for test_deliver_worker.py; settings are in the environment."""

import sys

from agents import deliver, logs, service
from agents.app import App, make_app
from agents.settings import Settings, load


def build(settings: Settings) -> App:
    """The app with one agent."""
    app = make_app(settings)
    deliver.register(app, settings)
    return app


if __name__ == "__main__":
    logs.configure(load())
    sys.exit(service.run(load(), build))
