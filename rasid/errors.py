"""The exceptions of Rasid.

RasidError              something the user can mend; the message says what, why and how
├── QueryError          a watch's query cannot be read; carries the column
├── ConfigError         a setting, receivers file or watchlist file is wrong
└── SeedError           a file under seeds/ breaks its own rules
"""


class RasidError(Exception):
    """The root: its message is lower case and says what failed, the limit or the options, and the fix."""


class QueryError(RasidError):
    """A query cannot be read. `column` counts code points of `query` from 0."""

    def __init__(self, message: str, column: int, query: str = "") -> None:
        super().__init__(f"column {column + 1}: {message}")
        self.message = message
        self.column = column
        self.query = query


class ConfigError(RasidError):
    """A setting or a file the user wrote is wrong."""


class SeedError(RasidError):
    """A file under seeds/ breaks its own rules."""
