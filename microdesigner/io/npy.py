"""NumPy arrays (.npy): labels [x, y, z]. The format records neither voxel edges nor origin."""

from pathlib import Path

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.io.labels import check_size
from microdesigner.io.scans import Scan


def scan(path: Path) -> Scan:
    """Read numbers [x, y, z]. Pickled objects are refused."""
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - a damaged header is parsed as Python and ends in any of its parser's errors
        raise InputError(f"{path} is not a whole NumPy array of numbers; save it again with numpy.save.") from None
    if not isinstance(mapped, np.ndarray):
        mapped.close()
        raise InputError(f"{path} is an archive of arrays; save the one array with numpy.save.")
    check_size(path, mapped.shape)
    return Scan(np.array(mapped, order="C"))


def write(microstructure: Microstructure, path: Path) -> None:
    """Write the labels as uint8 [x, y, z]."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.save(file, np.ascontiguousarray(microstructure.phases), allow_pickle=False)
