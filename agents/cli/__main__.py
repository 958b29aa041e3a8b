"""`python -m agents.cli` is `rasid`."""

from agents.cli.main import main

main()
