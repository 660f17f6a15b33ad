"""VTK XML files of regular grids: image data (.vti), the program's own format, and rectilinear grids with equal steps
(.vtr).

Own files have one cell per voxel, labels in the cell array `phase`, spacing in nm; the field data hold provenance
(JSON), lateral boundary, phase names and unit, so that nothing is lost. Files of other programs may store labels on
cells or points, under any name. VTK's format records no unit of length.
"""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.core.slabs import MAPPED_BYTES, x_fastest
from microdesigner.io.axes import fortran, whole_file
from microdesigner.io.damage import BEST_COMPRESSION, DamagedError
from microdesigner.io.labels import Voxel, check_size, parsed
from microdesigner.io.options import ImportOptions
from microdesigner.io.orientation import straightened
from microdesigner.io.scans import Scan, edge_facts
from microdesigner.io.vtk_grid import GridArray, chosen_array, equal_step
from microdesigner.io.vtk_xml import VtkXml, written

ARRAY = "phase"
PROVENANCE, LATERAL, PHASE_NAMES, UNIT = "microdesigner", "lateral", "phase_names", "length_unit"
_QUICK = 3  # of zlib's levels: a third of the time for twice the bytes; a window that closes waits for its last film
_PLACES = {"CellData": 0, "PointData": 1}  # with how many more than cells there are along each axis


def scan(path: Path, options: ImportOptions) -> Scan:
    """Read a volume of one piece, in any of VTK's encodings, plain or compressed."""
    try:
        file = VtkXml(whole_file(path), ("ImageData", "RectilinearGrid"))
        return _scan(path, file, options, BEST_COMPRESSION * path.stat().st_size)
    except DamagedError as error:
        raise InputError(f"{path} cannot be read as a VTK grid ({error}); copy or export it again.") from None


def write(microstructure: Microstructure, path: Path) -> None:
    """Write compressed image data; raises OSError when VTK or the disk cannot."""
    from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

    writer = vtkXMLImageDataWriter()
    writer.SetInputData(_image(microstructure))
    if microstructure.phases.nbytes > MAPPED_BYTES:
        writer.SetCompressionLevel(_QUICK)
    write_bytes_atomic(path, written(writer))


def _scan(path: Path, file: VtkXml, options: ImportOptions, most: int) -> Scan:
    grid = file.root.find("ImageData")
    grid = file.root.find("RectilinearGrid") if grid is None else grid
    piece = None if grid is None else grid.find("Piece")
    if grid is None or piece is None:
        raise DamagedError("it holds no grid")
    if len(grid.findall("Piece")) > 1 or piece.get("Extent", grid.get("WholeExtent")) != grid.get("WholeExtent"):
        raise DamagedError("it is one piece of a larger volume, or in several pieces")
    x0, x1, y0, y1, z0, z1 = (int(number) for number in file.numbers(grid, "WholeExtent", 6))
    cells = (x1 - x0, y1 - y0, z1 - z0)
    arrays = _arrays(piece, cells)
    name = chosen_array(path, {name: array.shape for name, array in arrays.items()}, options)
    array = arrays[name]
    check_size(path, array.shape, most=most)
    count = int(np.prod(array.shape))
    values, source = fortran(file.values(array.element, count), array.shape, options, path)
    edges = _edges(path, file, grid, piece, cells)
    texts = {entry.get("Name"): file.texts(entry) for entry in grid.findall("FieldData/Array[@type='String']")}
    if source == "file" and grid.get("Direction") is not None:
        values, stored = straightened(path, values, np.reshape(file.numbers(grid, "Direction", 9), (3, 3)).T)
        edges = edges and (edges[stored[0]], edges[stored[1]], edges[stored[2]])
    facts: dict[str, Any] = {"axes_from": source, "array": name, "arrays": tuple(arrays)}
    if not {PROVENANCE, LATERAL} & texts.keys():
        return Scan(values, edges_without_unit=edges, **facts)
    record: dict[str, Any] = {"phase_names": texts.get(PHASE_NAMES)}
    if texts.get(LATERAL):
        record["lateral"] = texts[LATERAL][0]
    if texts.get(PROVENANCE):
        record["provenance"] = parsed(path, texts[PROVENANCE][0])
    known = None if texts.get(UNIT) == ["voxels"] else edges
    return Scan(
        values, record=record, phases_known=True, oriented=LATERAL in texts, **facts, **edge_facts(known, record)
    )


def _arrays(piece: ElementTree.Element, cells: tuple[int, int, int]) -> dict[str, GridArray]:
    """The arrays of one number each by name, with the place before names that stand in both. The one marked as active
    is only what was on show last."""
    found: dict[str, GridArray] = {}
    for place, more in _PLACES.items():
        data = piece.find(place)
        for element in [] if data is None else data.findall("DataArray"):
            if element.get("NumberOfComponents", "1") != "1":
                continue
            name = element.get("Name", "unnamed")
            key = f"{place}/{name}" if name in found else name
            x, y, z = (max(1, edge + more) for edge in cells)
            found[key] = GridArray(element, (x, y, z))
    return found


def _edges(
    path: Path, file: VtkXml, grid: ElementTree.Element, piece: ElementTree.Element, cells: tuple[int, int, int]
) -> Voxel | None:
    if grid.tag == "ImageData":
        x, y, z = file.numbers(grid, "Spacing", 3) if grid.get("Spacing") else (1.0, 1.0, 1.0)
        if min(x, y, z) <= 0:
            raise InputError(
                f"{path} has the voxel edges {x:g}, {y:g}, {z:g}, which must be positive; export it again."
            )
        return x, y, z
    coordinates = piece.findall("Coordinates/DataArray")
    if len(coordinates) != 3:
        raise DamagedError("it has no coordinates along three axes")
    x, y, z = (
        equal_step(path, axis, np.asarray(file.values(element, edge + 1), np.float64))
        for axis, element, edge in zip("xyz", coordinates, cells, strict=True)
    )
    return x, y, z


def _image(microstructure: Microstructure) -> Any:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    image = vtkImageData()
    image.SetDimensions(*(edge + 1 for edge in microstructure.shape))
    image.SetSpacing(*microstructure.spacing)
    labels = numpy_to_vtk(x_fastest(microstructure.phases).ravel(), deep=False)  # it keeps the array
    labels.SetName(ARRAY)
    image.GetCellData().SetScalars(labels)
    image.GetFieldData().AddArray(_strings(PROVENANCE, (json.dumps(microstructure.provenance),)))
    image.GetFieldData().AddArray(_strings(LATERAL, (microstructure.lateral,)))
    image.GetFieldData().AddArray(_strings(UNIT, (microstructure.length_unit,)))
    image.GetFieldData().AddArray(_strings(PHASE_NAMES, microstructure.phase_names))
    return image


def _strings(name: str, texts: tuple[str, ...]) -> Any:
    from vtkmodules.vtkCommonCore import vtkStringArray

    array = vtkStringArray()
    array.SetName(name)
    for text in texts:
        array.InsertNextValue(text)
    return array
