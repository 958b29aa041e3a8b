"""`rasid worker`: one worker in the group, until a signal."""

import sys

import click

from agents import logs
from agents.settings import load

EPILOG = """\b
Example:
  RASID_BOOTSTRAP_SERVERS=localhost:9092 RASID_RECEIVERS=receivers.toml rasid worker"""


@click.command(epilog=EPILOG)
def worker() -> None:
    """Run one worker in the group, until SIGTERM or Ctrl-C.

    It waits for the broker, creates missing topics, and serves /metrics, /live and /ready all the while. Start as many
    as there are partitions. It ends with 1 on any surprise, losing nothing: let systemd, Docker or Kubernetes start it
    again.
    """
    settings = load()
    logs.configure(settings)
    _ = settings.servers  # says what to do where no broker is configured
    from agents import service

    code = service.run(settings)
    sys.stderr.flush()
    sys.exit(code)
