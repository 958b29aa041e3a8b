"""How long tests wait for what must come: a passing test never does, and a busy machine is no failure."""

PATIENCE_SECONDS = 120.0  # for what takes seconds on a machine with nothing else to do
