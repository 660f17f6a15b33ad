"""VTK's legacy format (.vtk): structured points, and rectilinear grids with equal steps.

Written as structured points with the cell array `phase`, what older tools read. The format records voxel edges but
neither their unit nor lateral boundary nor origin; in files of this program the title says that they are in nm.

The format is parsed here because VTK's own reader crashes the process on damaged files and runs from one section into
the next where a count is wrong.
Layout: https://docs.vtk.org/en/latest/vtk_file_formats/vtk_legacy_file_format.html
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.core.slabs import x_fastest
from microdesigner.io.axes import fortran, whole_file
from microdesigner.io.damage import DamagedError
from microdesigner.io.labels import Voxel, check_size
from microdesigner.io.options import ImportOptions
from microdesigner.io.scans import Scan
from microdesigner.io.vtk_grid import chosen_array, equal_step
from microdesigner.io.vtk_sections import Sections, read_sections

_TITLES = {"nm": "phase labels, voxel edges in nm", "voxels": "phase labels, voxel edges unknown"}


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read labels on cells or points, in ASCII or binary and any number type."""
    content = whole_file(path)
    try:
        sections = read_sections(content)
        name = chosen_array(path, {name: array.shape for name, array in sections.arrays.items()}, options)
        array = sections.arrays[name]
        check_size(path, array.shape, most=len(content))
        values, source = fortran(sections.values(array), array.shape, options, path)
        edges = _edges(path, sections)
    except DamagedError as error:
        raise InputError(f"{path} cannot be read as VTK structured points ({error}); export it again.") from None
    own = sections.title in _TITLES.values()
    facts: dict[str, Any] = {"axes_from": source, "phases_known": own, "array": name, "arrays": tuple(sections.arrays)}
    if own:
        return Scan(values, voxel_nm=edges if sections.title == _TITLES["nm"] else None, **facts)
    return Scan(values, edges_without_unit=edges, **facts)


def write(microstructure: Microstructure, path: Path) -> None:
    """Write binary structured points."""
    points = " ".join(str(edge + 1) for edge in microstructure.shape)
    spacing = " ".join(repr(float(edge)) for edge in microstructure.spacing)
    header = (
        f"# vtk DataFile Version 3.0\n{_TITLES[microstructure.length_unit]}\nBINARY\nDATASET STRUCTURED_POINTS\n"
        f"DIMENSIONS {points}\nORIGIN 0 0 0\nSPACING {spacing}\n"
        f"CELL_DATA {microstructure.phases.size}\nSCALARS phase unsigned_char 1\nLOOKUP_TABLE default\n"
    )
    write_bytes_atomic(path, b"".join((header.encode(), x_fastest(microstructure.phases).ravel().data, b"\n")))


def _edges(path: Path, sections: Sections) -> Voxel:
    if sections.spacing is not None:
        return sections.spacing
    x, y, z = (equal_step(path, axis, _numbers(sections, axis)) for axis in "xyz")
    return x, y, z


def _numbers(sections: Sections, axis: str) -> NDArray[np.float64]:
    return np.asarray(sections.values(sections.coordinates[axis]), np.float64)
