"""HDF5 (.h5, .hdf5): the dataset `phase` [x, y, z], its attributes everything else that a volume knows."""

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.io.damage import BEST_COMPRESSION
from microdesigner.io.labels import check_size, parsed, record_of, voxel_of
from microdesigner.io.scans import Scan

if TYPE_CHECKING:
    import h5py

DATASET, _KEY, _EDGES = "phase", "microdesigner", "voxel_nm"
_MOST_OBJECTS = 1000


def scan(path: Path) -> Scan:
    """Read the dataset `phase`, or the only one of three dimensions."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            found = _dataset(path, file)
            check_size(path, found.shape, most=BEST_COMPRESSION * path.stat().st_size)
            values = found[()]
            edges = voxel_of(path, found.attrs[_EDGES]) if _EDGES in found.attrs else None
            record = parsed(path, str(found.attrs[_KEY])) if _KEY in found.attrs else {}
    except InputError:
        raise
    except Exception:  # noqa: BLE001 - the library has no common error: damage ends in any of half a dozen
        raise InputError(f"{path} is not a whole HDF5 file; copy or export it again.") from None
    return Scan(values, edges, record, oriented=bool(record))


def write(microstructure: Microstructure, path: Path) -> None:
    """Write the labels packed with gzip, with check sums."""
    import h5py

    content = io.BytesIO()  # the library itself may end the process where a write fails
    with h5py.File(content, "w") as file:
        labels = np.ascontiguousarray(microstructure.phases)
        stored = file.create_dataset(DATASET, data=labels, compression="gzip", fletcher32=True)
        if microstructure.voxel_nm is not None:
            stored.attrs[_EDGES] = microstructure.voxel_nm
        stored.attrs[_KEY] = json.dumps(record_of(microstructure))
    write_bytes_atomic(path, content.getvalue())


def _dataset(path: Path, file: "h5py.File") -> Any:
    """The dataset of labels; raises InputError where it is not clear which, or where it points out of the file."""
    import h5py

    if isinstance(file.get(DATASET), h5py.Dataset):
        names = [DATASET]
    else:
        names = []

        def note(name: str, entry: Any) -> None:
            if isinstance(entry, h5py.Dataset) and len(entry.shape or ()) == 3 and len(names) < _MOST_OBJECTS:
                names.append(name)

        file.visititems(note)
    if len(names) != 1:
        shown = ", ".join(names[:3]) or "none"
        raise InputError(
            f"{path} must hold one dataset of three dimensions, or one called '{DATASET}'; found: {shown}."
        )
    found = file[names[0]]
    if found.is_virtual or found.external or found.file != file:
        raise InputError(f"{path} keeps its labels in another file; export them into one file.")
    return found
