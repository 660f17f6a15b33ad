"""DAMASK's grid (.damask.vti): VTK image data with the cell array `material` from 0 on, lengths in metres, as base64.

What its grid solver reads is written in VTI.f90 of DAMASK 3: inline base64, plain or compressed by zlib, whole numbers
of 32 or 64 bits, z = 0 at the origin.
"""

from pathlib import Path

import numpy as np

from microdesigner.core.paths import write_bytes_atomic
from microdesigner.core.slabs import x_fastest
from microdesigner.io.vtk_xml import written
from microdesigner.meshing.mesh import SolverMesh


def write(mesh: SolverMesh, path: Path, unit: str) -> None:
    """Write the grid of a mesh of hexahedra, in metres whatever the `unit` of others."""
    from vtkmodules.util.numpy_support import numpy_to_vtk
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkIOXML import vtkXMLImageDataWriter

    shape = [len(np.unique(mesh.points[:, axis])) - 1 for axis in range(3)]
    edges = mesh.box / shape * (1e-9 if unit == "nm" else 1.0)
    image = vtkImageData()
    image.SetDimensions(*(edge + 1 for edge in shape))
    image.SetSpacing(*edges)
    labels = numpy_to_vtk(x_fastest(mesh.phases.reshape(shape)).astype(np.int32).ravel(), deep=True)
    labels.SetName("material")
    image.GetCellData().SetScalars(labels)
    writer = vtkXMLImageDataWriter()
    writer.SetInputData(image)
    writer.SetDataModeToBinary()
    write_bytes_atomic(path, written(writer))
