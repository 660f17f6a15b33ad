"""VTK XML image data (.vti), the program's own format: it keeps everything a volume knows.

One cell per voxel, labels in the cell array `phase`, spacing in nm; the field data hold provenance (JSON), lateral
boundary and phase names.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.io.labels import as_labels, check_size, parsed, volume, voxel_of

ARRAY = "phase"
PROVENANCE, LATERAL, PHASE_NAMES = "microdesigner", "lateral", "phase_names"
# no compressor of VTK packs labels tighter, so a larger volume cannot be in the file
_BEST_COMPRESSION = 10_000


def read(path: Path) -> Microstructure:
    """Read a volume; whatever VTK complains about becomes an InputError instead of lines on stderr."""
    from vtkmodules.vtkIOXML import vtkXMLImageDataReader

    reader = vtkXMLImageDataReader()
    with _vtk_complaints() as complaints:
        readable = reader.CanReadFile(str(path))
        reader.SetFileName(str(path))
        reader.UpdateInformation()
        if not readable or complaints():
            raise _damaged(path)
        x0, x1, y0, y1, z0, z1 = reader.GetOutputInformation(0).Get(reader.GetExecutive().WHOLE_EXTENT())
        check_size(path, (x1 - x0, y1 - y0, z1 - z0), most=_BEST_COMPRESSION * path.stat().st_size)
        reader.Update()
        if complaints():
            raise _damaged(path)
    return _microstructure(path, reader.GetOutput())


def write(microstructure: Microstructure, path: Path) -> None:
    """Write compressed image data; raises OSError when VTK cannot."""
    from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

    writer = vtkXMLImageDataWriter()
    with _vtk_complaints() as complaints, atomic_path(path) as temporary:
        writer.SetInputData(_image(microstructure))
        writer.SetFileName(str(temporary))
        if not writer.Write() or complaints():
            raise OSError("VTK could not write the file")


@contextmanager
def _vtk_complaints() -> Iterator[Callable[[], str]]:
    """Collect VTK's error messages, which it prints otherwise; yields a function that returns them."""
    from vtkmodules.vtkCommonCore import vtkLogger, vtkOutputWindow, vtkStringOutputWindow

    window, collector = vtkOutputWindow.GetInstance(), vtkStringOutputWindow()
    verbosity = vtkLogger.GetCurrentVerbosityCutoff()
    vtkOutputWindow.SetInstance(collector)
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    try:
        yield collector.GetOutput
    finally:
        vtkOutputWindow.SetInstance(window)
        vtkLogger.SetStderrVerbosity(verbosity)


def _damaged(path: Path) -> InputError:
    return InputError(f"{path} is not a whole VTK image file; copy or export it again.")


def _microstructure(path: Path, image: Any) -> Microstructure:
    from vtkmodules.util.numpy_support import vtk_to_numpy

    array = image.GetCellData().GetArray(ARRAY)
    if array is None:
        raise InputError(f"{path} has no cell array '{ARRAY}'; name the array of labels so and store it on cells.")
    x, y, z = (edge - 1 for edge in image.GetDimensions())
    if array.GetNumberOfComponents() != 1 or array.GetNumberOfTuples() != x * y * z:
        raise _damaged(path)
    labels = as_labels(path, vtk_to_numpy(array)).reshape((x, y, z), order="F")
    provenance, lateral = _texts(image, PROVENANCE), _texts(image, LATERAL)
    record: dict[str, Any] = {"phase_names": _texts(image, PHASE_NAMES)}
    if provenance:
        record["provenance"] = parsed(path, provenance[0])
    if lateral:
        record["lateral"] = lateral[0]
    # a copy: VTK frees its own memory together with the reader
    return volume(path, np.array(labels, order="C"), voxel_of(path, image.GetSpacing()), record)


def _image(microstructure: Microstructure) -> Any:
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData

    image = vtkImageData()
    image.SetDimensions(*(edge + 1 for edge in microstructure.shape))
    image.SetSpacing(*microstructure.voxel_nm)
    labels = numpy_to_vtk(microstructure.phases.ravel(order="F"), deep=True)
    labels.SetName(ARRAY)
    image.GetCellData().SetScalars(labels)
    image.GetFieldData().AddArray(_strings(PROVENANCE, (json.dumps(microstructure.provenance),)))
    image.GetFieldData().AddArray(_strings(LATERAL, (microstructure.lateral,)))
    image.GetFieldData().AddArray(_strings(PHASE_NAMES, microstructure.phase_names))
    return image


def _strings(name: str, texts: tuple[str, ...]) -> Any:
    from vtkmodules.vtkCommonCore import vtkStringArray

    array = vtkStringArray()
    array.SetName(name)
    for text in texts:
        array.InsertNextValue(text)
    return array


def _texts(image: Any, name: str) -> list[str]:
    array = image.GetFieldData().GetAbstractArray(name)
    is_text = array is not None and array.GetClassName() == "vtkStringArray"
    return [array.GetValue(i) for i in range(array.GetNumberOfValues())] if is_text else []
