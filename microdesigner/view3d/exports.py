"""Surfaces and meshes of volumes as files for other programs; every file is whole or absent."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridWriter

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path, write_bytes_atomic
from microdesigner.io.vtk_xml import written
from microdesigner.view3d.surface_formats import SURFACE_FORMATS
from microdesigner.view3d.surfaces import phase_mesh
from microdesigner.view3d.watertight import watertight_surface

if TYPE_CHECKING:
    import pyvista as pv


def write_surfaces(microstructure: Microstructure, path: Path, smooth: bool = True) -> list[Path]:
    """Write the closed surface of each phase, in nm (in voxels where their edges are unknown), as NAME-donor.stl and so
    on beside `path`; its suffix decides.

    Smooth surfaces enclose the volume of their phase and are manifold. Those of voxels are exact, and touch themselves
    where voxels of one phase meet along an edge only. Phases without voxels get no file; either all files appear or,
    when the disk is full, none.
    """
    encode = SURFACE_FORMATS.get(path.suffix.lower())
    if encode is None:
        raise InputError(f"{path} is no surface file; choose one of {', '.join(SURFACE_FORMATS)}.")
    written = []
    with ExitStack() as files:
        for label, name in enumerate(microstructure.phase_names):
            surface = _surface(microstructure, label, smooth)
            if surface is not None:
                target = path.with_name(f"{path.stem}-{name}{path.suffix.lower()}")
                with files.enter_context(atomic_path(target)).open("wb") as file:
                    file.writelines(encode(surface, microstructure.length_unit))
                written.append(target)
    return written


def _surface(microstructure: Microstructure, label: int, smooth: bool) -> vtkPolyData | None:
    mask = microstructure.phases == label
    if smooth:
        return watertight_surface(mask, microstructure.spacing)
    mesh = phase_mesh(mask, microstructure.spacing, (0.0, 0.0, 0.0), smooth=False)
    return mesh.fine if mesh else None


def write_mesh(microstructure: Microstructure, path: Path) -> None:
    """Write the voxels as hexahedra in nm with the cell array `phase`, for finite-element programs (.vtu)."""
    writer = vtkXMLUnstructuredGridWriter()
    writer.SetInputData(hexahedra(microstructure))
    writer.SetCompressionLevel(1)  # 5 % larger than at 5, the default, in a fifth of the time
    write_bytes_atomic(path, written(writer))


def hexahedra(microstructure: Microstructure) -> "pv.UnstructuredGrid":
    """One hexahedron per voxel; neighbours share their corner points."""
    import pyvista as pv  # loads in 0.2 s, which surfaces need not wait for

    image = pv.ImageData(dimensions=np.add(microstructure.shape, 1), spacing=microstructure.spacing)
    image.cell_data["phase"] = microstructure.phases.ravel(order="F")
    # by way of a structured grid: cast directly, image data become VTK_VOXEL cells, which few mesh readers know
    return image.cast_to_structured_grid().cast_to_unstructured_grid()
