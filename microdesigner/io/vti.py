"""VTK XML image data (.vti), the program's own format: it keeps everything a volume knows.

One cell per voxel, labels in the cell array `phase`, spacing in nm; the field data hold provenance (JSON), lateral
boundary and phase names. VTK writes the file; it is parsed here because VTK's own reader ends the process on damage.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import write_bytes_atomic
from microdesigner.io.damage import BEST_COMPRESSION, DamagedError
from microdesigner.io.labels import UNIT_UNKNOWN, check_size, parsed, voxel_of
from microdesigner.io.scans import Scan
from microdesigner.io.vtk_xml import VtkXml, written

ARRAY = "phase"
PROVENANCE, LATERAL, PHASE_NAMES, UNIT = "microdesigner", "lateral", "phase_names", "length_unit"


def scan(path: Path) -> Scan:
    """Read a volume of one piece, in any of VTK's encodings, plain or compressed with zlib."""
    content = path.read_bytes()
    try:
        return _scan(path, VtkXml(content), most=BEST_COMPRESSION * len(content))
    except DamagedError as error:
        raise InputError(f"{path} cannot be read as VTK image data ({error}); copy or export it again.") from None


def write(microstructure: Microstructure, path: Path) -> None:
    """Write compressed image data; raises OSError when VTK or the disk cannot."""
    from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

    writer = vtkXMLImageDataWriter()
    writer.SetInputData(_image(microstructure))
    write_bytes_atomic(path, written(writer))


def _scan(path: Path, file: VtkXml, most: int) -> Scan:
    image = file.root.find("ImageData")
    piece = file.root.find("ImageData/Piece")
    if image is None or piece is None:
        raise DamagedError("it holds no image")
    if piece.get("Extent") != image.get("WholeExtent"):
        raise DamagedError("it is one piece of a larger volume")
    x0, x1, y0, y1, z0, z1 = file.numbers(image, "WholeExtent", 6)
    shape = (int(x1 - x0), int(y1 - y0), int(z1 - z0))
    check_size(path, shape, most=most)
    array = piece.find(f"CellData/DataArray[@Name='{ARRAY}']")
    if array is None:
        raise InputError(f"{path} has no cell array '{ARRAY}'; name the array of labels so and store it on cells.")
    values = file.values(array, int(np.prod(shape))).reshape(shape, order="F")
    texts = {entry.get("Name"): file.texts(entry) for entry in image.findall("FieldData/Array[@type='String']")}
    record: dict[str, Any] = {"phase_names": texts.get(PHASE_NAMES), "provenance": UNIT_UNKNOWN}
    if texts.get(PROVENANCE):
        record["provenance"] = parsed(path, texts[PROVENANCE][0])
    if texts.get(LATERAL):
        record["lateral"] = texts[LATERAL][0]
    edges = None if texts.get(UNIT) == ["voxels"] else voxel_of(path, file.numbers(image, "Spacing", 3))
    return Scan(np.ascontiguousarray(values), edges, record, oriented=LATERAL in texts)


def _image(microstructure: Microstructure) -> Any:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    image = vtkImageData()
    image.SetDimensions(*(edge + 1 for edge in microstructure.shape))
    image.SetSpacing(*microstructure.spacing)
    labels = numpy_to_vtk(microstructure.phases.ravel(order="F"), deep=True)
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
