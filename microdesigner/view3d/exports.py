"""Surfaces and meshes of volumes as files for other programs; every file is whole or absent."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridWriter

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path, write_bytes_atomic
from microdesigner.io.vtk_xml import written
from microdesigner.view3d.surface_formats import SURFACE_FORMATS
from microdesigner.view3d.surfaces import Shaping, build_geometry

if TYPE_CHECKING:
    import pyvista as pv


def write_surfaces(microstructure: Microstructure, path: Path, smooth: bool = True) -> list[Path]:
    """Write the closed surface of each phase, in nm, as NAME-donor.stl and so on beside `path`; its suffix decides.

    Phases without voxels get no file; either all files appear or, when the disk is full, none.
    """
    encode = SURFACE_FORMATS.get(path.suffix.lower())
    if encode is None:
        raise InputError(f"{path} is no surface file; choose one of {', '.join(SURFACE_FORMATS)}.")
    meshes = build_geometry(microstructure, Shaping(smooth=smooth)).meshes
    written = []
    with ExitStack() as files:
        for name, mesh in zip(microstructure.phase_names, meshes, strict=True):
            if mesh is not None:
                target = path.with_name(f"{path.stem}-{name}{path.suffix.lower()}")
                with files.enter_context(atomic_path(target)).open("wb") as file:
                    file.writelines(encode(mesh.fine))
                written.append(target)
    return written


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
