"""Readers that do what libraries do to damaged files, for the process that must survive them."""

import ctypes
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan


def crash(path: Path, options: ImportOptions) -> Scan:
    """Read where nothing is."""
    ctypes.string_at(0)
    raise AssertionError


def hang(path: Path, options: ImportOptions) -> Scan:
    """Never end."""
    while True:
        time.sleep(0)


def stand_still(path: Path, options: ImportOptions) -> Any:
    """Be stopped as by a signal from outside, the first time."""
    journal = path.with_suffix(".journal")
    first = not journal.exists()
    journal.touch()
    if first:
        os.kill(os.getpid(), signal.SIGSTOP)
    return "answered"


def swallow(path: Path, options: ImportOptions) -> Scan:
    """Take more memory than any volume of a small file needs."""
    return Scan(np.ones((1 << 11, 1 << 11, 1 << 11), np.float64))


def odd(path: Path, options: ImportOptions) -> Any:
    """Answer with something that is no volume."""
    return {"answer": [1, "two", None]}


def large(path: Path, options: ImportOptions) -> Scan:
    """Answer with more numbers than a pipe holds, in another order, one axis reversed."""
    values = np.arange(60 * 50 * 40, dtype=">u4").reshape(40, 50, 60).transpose(2, 1, 0)
    return Scan(values[:, ::-1], axes_from="convention", value_names={"1": "ü"}, labels={"phi": 0.5})
