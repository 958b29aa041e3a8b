"""`rasid watch` with all its subcommands: those that change the list, and those that help to write watches."""

from agents.cli import watch_backtest, watch_lint
from agents.cli.watch import watch

__all__ = ["watch", "watch_backtest", "watch_lint"]
