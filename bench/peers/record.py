"""What is said of one peer at one size."""

import msgspec


class Peer(msgspec.Struct, frozen=True):
    """Its µs an article (CPU time of its one thread), what it was given, and how many times longer ours takes.

    `found` are matches an article: of watches (Lucene), or of strings wherever they stand (the others).
    """

    name: str
    given: int
    micros: float
    found: float
    load_seconds: float
    ratio: float
