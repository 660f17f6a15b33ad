"""From a request to volumes: sampling, decoding, matching, measuring."""

import os

# Before torch loads: threads that spin while they wait make small networks ten times slower on a machine that is busy.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from microdesigner.engine.engine import Engine

__all__ = ["Engine"]
