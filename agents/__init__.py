"""The service: a Faust app whose agents carry articles from topic to topic and leave every decision to `rasid`."""

import os

# Before numpy is there: small products gain nothing from threads, which would spin on the cores of other workers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
