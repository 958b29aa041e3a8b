"""WorkerState: what a worker says of itself on the topic `workers`, now and then and at each change; key = worker."""

import msgspec


class WorkerState(msgspec.Struct, frozen=True):
    """`revision` is the watchlist's that is in force there: the offset after the last record of `watches` it took."""

    worker: str
    revision: int
    watches: int
    faulty: int
