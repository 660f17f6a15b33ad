"""From a request to volumes: sampling, decoding, matching, measuring."""

from microdesigner.engine.engine import Engine

__all__ = ["Engine"]
