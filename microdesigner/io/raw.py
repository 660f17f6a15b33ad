"""Raw labels (NAME.raw, one byte per voxel, x fastest) with a JSON header beside them (NAME.json).

Without a header, or beside a JSON or XML file of another program, the user gives the layout.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.core.paths import atomic_path
from microdesigner.core.slabs import release, x_fastest
from microdesigner.io import ising
from microdesigner.io.axes import fortran, mapped
from microdesigner.io.labels import check_size, parsed, record_of, voxel_of
from microdesigner.io.options import ImportOptions, MissingOptionError
from microdesigner.io.scans import Scan, edge_facts
from microdesigner.io.tiled import PutTile, TiledVolume, described

ORDER = "x fastest"
_OWN_KEYS = {"type", "order", "shape"}
_LONGEST_HEADER = 1 << 26


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read by the user's layout, by NAME.json, or a tomogram by NAME.xml; the sizes must agree."""
    if options.raw:
        return _by_layout(path, options)
    header = own_header(path.with_suffix(".json"))
    if header is None:
        if ising.describes(path.with_suffix(".xml")):
            return ising.scan(path, options)
        raise MissingOptionError(
            f"{path} holds {path.stat().st_size} bytes without a header; give voxels along x, y and z and the type of "
            f"its numbers, such as --raw 128 128 64 uint8, or put its header {path.stem}.json beside it.",
            "raw",
            (path.stat().st_size,),
        )
    shape = tuple(header["shape"])
    check_size(path, shape, most=path.stat().st_size)
    declared = int(np.prod(shape))
    if path.stat().st_size != declared:
        raise InputError(
            f"{path} holds {path.stat().st_size} bytes but its header declares {declared}; copy both files again."
        )
    values, source = fortran(mapped(path, np.dtype(np.uint8), 0, declared), shape, options, path)
    edges = voxel_of(path, header["voxel_nm"]) if header.get("voxel_nm") is not None else None
    known = edge_facts(edges, header)
    return Scan(values, axes_from=source, record=header, phases_known=True, oriented=True, **known)


def write(microstructure: Microstructure, path: Path, header_beside: Path | None = None) -> None:
    """Write NAME.raw and then its header NAME.json; `header_beside` is another header of NAME.raw, soon to be written.

    Headers of labels that are replaced go first, so that none is ever beside labels that it does not describe.
    """
    with _written(described(microstructure), path, header_beside) as labels_file:
        labels_file.write_bytes(x_fastest(microstructure.phases).ravel().data)


@contextmanager
def tiled(volume: TiledVolume, path: Path) -> Iterator[PutTile]:
    """A function that puts tiles of the labels into NAME.raw; both files are there when the block ends."""
    x, y, z = volume.shape
    with _written(volume, path) as labels_file:
        with labels_file.open("r+b") as file:
            file.truncate(x * y * z)
        labels = np.memmap(labels_file, np.uint8, "r+", shape=(z, y, x))

        def put(along_x: slice, along_y: slice, tile: PhaseArray) -> None:
            labels[:, along_y, along_x] = x_fastest(tile)
            labels.flush()
            release(labels)

        yield put


@contextmanager
def _written(volume: TiledVolume, path: Path, header_beside: Path | None = None) -> Iterator[Path]:
    """The file for the labels, which moves into place with its header when the block ends."""
    header = {"type": "uint8", "order": ORDER, "shape": volume.shape, "voxel_nm": volume.voxel_nm}
    document = json.dumps(header | record_of(volume), indent=1)
    # the outer file moves into place last, so a header always has its labels
    with atomic_path(path.with_suffix(".json")) as header_file, atomic_path(path) as labels_file:
        header_file.write_text(document, encoding="utf-8")
        yield labels_file
        for old in (path.with_suffix(".json"), header_beside):
            if old is not None:
                old.unlink(missing_ok=True)


def own_header(beside: Path) -> dict[str, Any] | None:
    """This program's header, None where there is none: the JSON of another program says nothing about the numbers.

    Raises InputError naming the header where it is damaged.
    """
    try:
        if beside.stat().st_size > _LONGEST_HEADER:
            return None
        header = parsed(beside, beside.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise InputError(f"{beside} is not a text file; copy the header again.") from None
    if not isinstance(header, dict) or len(_OWN_KEYS & header.keys()) < 2:
        return None
    if (header.get("type"), header.get("order")) != ("uint8", ORDER):
        raise InputError(f"{beside} must declare the type uint8 and the order '{ORDER}'; convert the labels first.")
    shape = header.get("shape")
    if not isinstance(shape, list) or not all(type(edge) is int for edge in shape):
        raise InputError(f"{beside} must give the shape as three whole numbers; add them.")
    return header


def _by_layout(path: Path, options: ImportOptions) -> Scan:
    assert options.raw
    shape, number = options.raw.shape, np.dtype(options.raw.dtype)
    check_size(path, shape)
    size, count = path.stat().st_size, int(np.prod(shape))
    if size != count * number.itemsize:
        raise MissingOptionError(
            f"{path} holds {size} bytes, but {' × '.join(map(str, shape))} numbers of type {options.raw.dtype} take "
            f"{count * number.itemsize}; correct --raw.",
            "raw",
            (size,),
        )
    values, _ = fortran(mapped(path, number, 0, count), shape, options, path)
    return Scan(values, axes_from="option")
