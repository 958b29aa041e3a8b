"""What a measured program is told through its environment.

It reads BENCH_IN (keyed by uri), writes a record with the same key for each to BENCH_OUT, commits what the broker has
acknowledged as group BENCH_GROUP, and ends in order on SIGTERM.
"""

import os
from typing import Final

BROKER: Final = os.environ["BENCH_BROKER"]
GROUP: Final = os.environ["BENCH_GROUP"]
IN: Final = os.environ["BENCH_IN"]
OUT: Final = os.environ["BENCH_OUT"]
SCRATCH: Final = os.environ["BENCH_SCRATCH"]

BATCH: Final = 500
WITHIN_SECONDS: Final = 0.005  # a system may wait so long to fill a batch
COMMIT_SECONDS: Final = 1.0
