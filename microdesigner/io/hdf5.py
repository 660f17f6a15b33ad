"""HDF5 (.h5, .hdf5): the dataset `phase` [x, y, z], its attributes everything else that a volume knows.

Volumes of other programs are read by h5py, in a process of its own (see `isolation`), after their layouts
(`hdf5_layouts`).
"""

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.io import hdf5_layouts
from microdesigner.io.arrays import chosen
from microdesigner.io.axes import in_xyz, three_of
from microdesigner.io.damage import BEST_COMPRESSION
from microdesigner.io.labels import check_size, parsed, record_of, voxel_of
from microdesigner.io.mapped_arrays import gathered, layered
from microdesigner.io.options import ImportOptions
from microdesigner.io.orientation import straightened
from microdesigner.io.scans import Scan, edge_facts

if TYPE_CHECKING:
    import h5py

EXTENSIONS = (".h5", ".hdf5")
DATASET, KEY, EDGES = "phase", "microdesigner", "voxel_nm"
_MOST_OBJECTS = 1000
_NO_LABEL = re.compile(r"_|MATLAB_|ComponentDimensions$|TupleDimensions$|element_size_um$")


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read the dataset that the user names, `phase`, or the only one of three dimensions."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return _scan(path, file, options)
    except (InputError, MemoryError, PermissionError):
        raise
    except Exception:  # noqa: BLE001 - the library has no common error: damage ends in any of half a dozen
        raise InputError(f"{path} is not a whole HDF5 file; copy or export it again.") from None


def write(microstructure: Microstructure, path: Path) -> None:
    """Write the labels packed with gzip, with check sums."""
    import h5py

    content = io.BytesIO()  # the library itself may end the process where a write fails
    with h5py.File(content, "w") as file:
        labels = np.ascontiguousarray(microstructure.phases)
        stored = file.create_dataset(DATASET, data=labels, compression="gzip", fletcher32=True)
        if microstructure.voxel_nm is not None:
            stored.attrs[EDGES] = microstructure.voxel_nm
        stored.attrs[KEY] = json.dumps(record_of(microstructure))
    write_bytes_atomic(path, content.getvalue())


def _scan(path: Path, file: "h5py.File", options: ImportOptions) -> Scan:
    names = _volumes(file)
    if not names and file.get(DATASET, getlink=True) is not None:
        _own_file(path, file, DATASET)
    name = chosen(path, names, options, DATASET if DATASET in names else None)
    stored = _own_file(path, file, name)
    check_size(path, (1, 1, stored.size), most=BEST_COMPRESSION * path.stat().st_size)
    layout = hdf5_layouts.layout_of(file, name)
    values = gathered(stored.shape, stored.dtype, layered(stored, stored.chunks))
    turned, source = in_xyz(path, values, layout.letters, options, layout.axes_from)
    if layout.directions is not None and options.axes is None:
        turned, order = straightened(path, turned, layout.directions)
        if layout.edges_without_unit:
            x, y, z = (layout.edges_without_unit[axis] for axis in order)
            layout = replace(layout, edges_without_unit=(x, y, z))
    facts: dict[str, Any] = {"axes_from": source, "array": name, "arrays": tuple(names), "labels": numbers_of(stored)}
    if KEY in stored.attrs:
        record = parsed(path, hdf5_layouts.text_of(stored.attrs[KEY]))
        edges = voxel_of(path, stored.attrs[EDGES]) if EDGES in stored.attrs else None
        return Scan(turned, record=record, phases_known=True, oriented=True, **facts, **edge_facts(edges, record))
    if KEY in file.attrs:  # a data set of this program, one volume of many
        record = parsed(path, hdf5_layouts.text_of(file.attrs[KEY]))
        edges = voxel_of(path, record["voxel_nm"]) if record.get("voxel_nm") else None
        return Scan(turned, record=record, phases_known=True, oriented=True, **facts, **edge_facts(edges, None))
    if EDGES in stored.attrs:
        return Scan(turned, voxel_nm=voxel_of(path, stored.attrs[EDGES]), **facts)
    return Scan(
        turned,
        voxel_nm=layout.voxel_nm,
        voxel_from=layout.voxel_from,
        edges_without_unit=layout.edges_without_unit,
        value_names=layout.value_names,
        **facts,
    )


def numbers_of(dataset: "h5py.Dataset") -> dict[str, float]:
    """The attributes that are one finite number each, but for those by which programs note how they store an array."""
    found = {}
    for name, value in dataset.attrs.items():
        array = np.asarray(value)
        if not _NO_LABEL.match(name) and array.size == 1 and array.dtype.kind in "biuf" and np.isfinite(array).all():
            found[name] = float(array.reshape(-1)[0])
    return found


def _volumes(file: "h5py.File") -> list[str]:
    """Paths of the datasets of real numbers that have three dimensions, but for axes of one voxel."""
    import h5py

    names: list[str] = []

    def note(name: str, entry: Any) -> None:
        if isinstance(entry, h5py.Dataset) and len(names) < _MOST_OBJECTS and _is_volume(entry):
            names.append(name)

    file.visititems(note)
    return names


def _is_volume(dataset: "h5py.Dataset") -> bool:
    shape = dataset.shape or ()
    if dataset.dtype.kind not in "biuf" or 0 in shape or len(shape) < 3:
        return False
    return three_of(shape, "zyx" + "c" * (len(shape) - 3)) is not None


def _own_file(path: Path, file: "h5py.File", name: str) -> "h5py.Dataset":
    """The dataset of that path; raises InputError where its numbers lie in another file."""
    import h5py

    elsewhere = InputError(f"{path} keeps its labels in another file; export them into one file.")
    if isinstance(file.get(name, getlink=True), h5py.ExternalLink):
        raise elsewhere
    found = file[name]
    if found.is_virtual or found.external or found.file != file:
        raise elsewhere
    return found
