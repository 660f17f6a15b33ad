"""VTK's legacy format (.vtk), structured points with the cell array `phase`: what older tools read.

The format is parsed here because VTK's own reader crashes the process on damaged files. It records voxel edges but
neither lateral boundary nor origin; that they are in nm stands in the title.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.io.labels import UNIT_UNKNOWN, Voxel, check_size, voxel_of
from microdesigner.io.scans import Scan

_TITLES = {"nm": "phase labels, voxel edges in nm", "voxels": "phase labels, voxel edges unknown"}
_DIMENSIONS = re.compile(rb"^DIMENSIONS +(\d{1,9}) +(\d{1,9}) +(\d{1,9})\s", re.MULTILINE)
_SPACING = re.compile(rb"^(?:SPACING|ASPECT_RATIO) +(\S+) +(\S+) +(\S+)\s", re.MULTILINE)
_CELLS = re.compile(rb"^CELL_DATA +\d+\s", re.MULTILINE)
# the labels are the cells' scalars, their colours (what VTK makes of bytes) or one of their field arrays
_ARRAY = re.compile(
    rb"^(?:SCALARS +phase +(?P<scalar>\w+)(?: +1)?\s*\nLOOKUP_TABLE +\S+"
    rb"|COLOR_SCALARS +phase +1"
    rb"|phase +1 +\d+ +(?P<field>\w+)) *\r?\n",
    re.MULTILINE,
)
# binary numbers are big-endian whatever the machine
_TYPES = {
    "unsigned_char": "u1", "vtktypeuint8": "u1", "char": "i1", "signed_char": "i1", "short": ">i2",
    "unsigned_short": ">u2",
    "int": ">i4", "unsigned_int": ">u4", "vtktypeint64": ">i8", "float": ">f4", "double": ">f8",
}  # fmt: skip


def scan(path: Path) -> Scan:
    """Read the cell array, in ASCII or binary and any number type."""
    content = path.read_bytes()
    shape = _shape(path, content)
    check_size(path, shape, most=len(content))
    values = _values(path, content, int(np.prod(shape)))
    title = content.split(b"\n", 2)[1].strip().decode("utf-8", errors="replace")
    record = {} if title in _TITLES.values() else {"provenance": UNIT_UNKNOWN}
    edges = None if title == _TITLES["voxels"] else _voxel(path, content)
    return Scan(np.ascontiguousarray(values.reshape(shape, order="F")), edges, record)


def write(microstructure: Microstructure, path: Path) -> None:
    """Write binary structured points."""
    points = " ".join(str(edge + 1) for edge in microstructure.shape)
    spacing = " ".join(repr(float(edge)) for edge in microstructure.spacing)
    header = (
        f"# vtk DataFile Version 3.0\n{_TITLES[microstructure.length_unit]}\nBINARY\nDATASET STRUCTURED_POINTS\n"
        f"DIMENSIONS {points}\nORIGIN 0 0 0\nSPACING {spacing}\n"
        f"CELL_DATA {microstructure.phases.size}\nSCALARS phase unsigned_char 1\nLOOKUP_TABLE default\n"
    )
    write_bytes_atomic(path, header.encode() + microstructure.phases.tobytes(order="F") + b"\n")


def _shape(path: Path, content: bytes) -> tuple[int, ...]:
    dimensions = _DIMENSIONS.search(content)
    if not content.startswith(b"# vtk DataFile") or b"STRUCTURED_POINTS" not in content[:1000] or dimensions is None:
        raise InputError(f"{path} is not a VTK file of structured points; export the volume as such.")
    return tuple(int(points) - 1 for points in dimensions.groups())


def _voxel(path: Path, content: bytes) -> Voxel:
    spacing = _SPACING.search(content)
    return voxel_of(path, spacing.groups() if spacing else (1, 1, 1))


def _values(path: Path, content: bytes, count: int) -> NDArray[Any]:
    cells = _CELLS.search(content)
    array = _ARRAY.search(content, cells.end()) if cells else None
    if array is None:
        raise InputError(f"{path} has no cell array 'phase'; name the array of labels so and store it on cells.")
    # colours are bytes in binary and shares of 255 in ASCII
    is_colour = array["scalar"] is None and array["field"] is None
    name = "unsigned_char" if is_colour else (array["scalar"] or array["field"]).decode().lower()
    if name not in _TYPES:
        raise InputError(f"{path} stores its labels as '{name}'; export them as unsigned_char.")
    is_text = content.split(b"\n", 3)[2].strip() == b"ASCII"
    try:
        if is_text:
            values = np.array(content[array.end() :].split(maxsplit=count)[:count], dtype=np.float64).reshape(count)
            return np.round(255 * values) if is_colour else values
        return np.frombuffer(content, _TYPES[name], count, array.end())
    except ValueError:
        raise InputError(f"{path} holds fewer labels than it declares; copy or export it again.") from None
