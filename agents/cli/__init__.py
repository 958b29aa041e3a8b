"""The command `rasid`: one module a subcommand, each thin over the service or the core. `main` is the way in."""

from agents.cli.main import main

__all__ = ["main"]
