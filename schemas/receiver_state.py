"""ReceiverState: that a receiver is switched off, on the compacted topic `receivers`; the key is its name.

A null value switches it on again.
"""

import msgspec

from schemas.article import Moment


class ReceiverState(msgspec.Struct, frozen=True):
    """Since when a receiver is off, and why.

    `target` is a fingerprint of where it pointed then: a receiver whose address has changed since is on.
    """

    name: str
    off_since: Moment
    detail: str
    target: str
