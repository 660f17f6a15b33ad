"""HDF5 as the published data come: one dataset per volume at the file's root, its labels as attributes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.data.store import OWN
from microdesigner.io.damage import BEST_COMPRESSION
from microdesigner.io.hdf5 import DATASET
from microdesigner.io.labels import check_size, voxel_of
from microdesigner.io.scans import Scan

EXTENSIONS = (".h5", ".hdf5")


def part_items(path: Path) -> list[str]:
    """Names of the volumes at the root; empty where the file is one volume of this program or holds none."""
    with _opened(path) as file:
        items = [name for name, entry in file.items() if isinstance(entry, h5py.Dataset) and entry.ndim == 3]
    return [] if items == [DATASET] else items


def read_part(path: Path, item: str) -> Scan:
    """One volume with its number-valued labels."""
    with _opened(path) as file:
        stored = file[item]
        if stored.is_virtual or stored.external:
            raise InputError(f"{path} keeps '{item}' in another file; export it into one file.")
        check_size(path, stored.shape, most=BEST_COMPRESSION * path.stat().st_size)
        known = json.loads(file.attrs.get(OWN, "{}"))  # a data set of this program tells more
        edges = voxel_of(path, known["voxel_nm"]) if "voxel_nm" in known else None
        return Scan(stored[()], edges, known, oriented=bool(known), labels=_numbers(stored.attrs))


def part_labels(path: Path, items: list[str]) -> list[dict[str, float]]:
    """Number-valued labels of `items`, without reading their voxels."""
    with _opened(path) as file:
        return [_numbers(file[item].attrs) for item in items]


def _numbers(attributes: Any) -> dict[str, float]:
    found = {}
    for name, value in attributes.items():
        array = np.asarray(value)
        if array.size == 1 and array.dtype.kind in "biuf":
            found[name] = float(array.reshape(-1)[0])
    return found


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    try:
        with h5py.File(path, "r") as file:
            yield file
    except InputError:
        raise
    except (OSError, KeyError, RuntimeError, TypeError, ValueError):  # what h5py makes of damage
        raise InputError(f"{path} is not a whole HDF5 file; copy it again.") from None
