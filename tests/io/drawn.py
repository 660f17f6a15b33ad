"""What the tests draw volumes from."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from microdesigner import io
from microdesigner.io import ImportOptions
from microdesigner.io.scans import Scan

FEW = settings(max_examples=25, deadline=None, derandomize=True)
SHAPES = st.tuples(*[st.integers(1, 6)] * 3)
EDGES = (2.0, 3.0, 5.0)
UNITS = {"nm": 1.0, "um": 1e3, "µm": 1e3, "mm": 1e6, "Angstrom": 0.1, "m": 1e9}


def labels(shape: tuple[int, ...], kind: str = "u1") -> NDArray[Any]:
    """Labels 0, 1 and 2, the same for the same shape."""
    return np.random.default_rng(sum(shape)).integers(0, 3, shape).astype(kind)


def scanned(name: str, content: bytes, options: ImportOptions | None = None) -> tuple[Scan, NDArray[Any]]:
    """What is read of a file with these bytes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        scan = io.scan(path, options or ImportOptions())
        return scan, np.array(scan.values)
