"""Surfaces and meshes of volumes as files for other programs; every file is whole or absent."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import VTK_HEXAHEDRON, vtkCellArray, vtkPolyData, vtkUnstructuredGrid
from vtkmodules.vtkIOGeometry import vtkOBJWriter, vtkSTLWriter
from vtkmodules.vtkIOPLY import vtkPLYWriter
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridWriter

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.view3d.surfaces import Shaping, build_geometry

_SURFACE_WRITERS: dict[str, Callable[[], Any]] = {".stl": vtkSTLWriter, ".ply": vtkPLYWriter, ".obj": vtkOBJWriter}
_CORNERS = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))


def write_surfaces(microstructure: Microstructure, path: Path, smooth: bool = True) -> list[Path]:
    """Write the closed surface of each phase, in nm, as NAME-donor.stl and so on beside `path`; its suffix decides.

    Phases without voxels get no file; either all files appear or, when the disk is full, none.
    """
    if path.suffix.lower() not in _SURFACE_WRITERS:
        raise InputError(f"{path} is no surface file; choose one of {', '.join(_SURFACE_WRITERS)}.")
    meshes = build_geometry(microstructure, Shaping(smooth=smooth)).meshes
    written = []
    with ExitStack() as files:
        for name, mesh in zip(microstructure.phase_names, meshes, strict=True):
            if mesh is not None:
                target = path.with_name(f"{path.stem}-{name}{path.suffix}")
                _write_surface(mesh.fine, files.enter_context(atomic_path(target)))
                written.append(target)
    return written


def write_mesh(microstructure: Microstructure, path: Path) -> None:
    """Write the voxels as hexahedra in nm with the cell array `phase`, for finite-element programs (.vtu)."""
    writer = vtkXMLUnstructuredGridWriter()
    writer.SetInputData(hexahedra(microstructure))
    with atomic_path(path) as temporary:
        _write(writer, temporary)


def hexahedra(microstructure: Microstructure) -> vtkUnstructuredGrid:
    """One hexahedron per voxel; neighbours share their corner points."""
    nx, ny, nz = microstructure.shape
    corners = np.indices((nx + 1, ny + 1, nz + 1)).reshape(3, -1, order="F").T * np.array(microstructure.voxel_nm)
    strides = np.array([1, nx + 1, (nx + 1) * (ny + 1)])
    first = strides @ np.indices((nx, ny, nz)).reshape(3, -1, order="F")
    cells = first[:, None] + np.array(_CORNERS) @ strides
    points = vtkPoints()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(corners, np.float32), deep=True))
    array = vtkCellArray()
    array.SetData(8, numpy_to_vtkIdTypeArray(np.ascontiguousarray(cells.ravel(), np.int64), deep=True))
    grid = vtkUnstructuredGrid()
    grid.SetPoints(points)
    grid.SetCells(VTK_HEXAHEDRON, array)
    labels = numpy_to_vtk(microstructure.phases.ravel(order="F"), deep=True)
    labels.SetName("phase")
    grid.GetCellData().SetScalars(labels)
    return grid


def _write_surface(surface: vtkPolyData, path: Path) -> None:
    writer = _SURFACE_WRITERS[path.suffix.lower()]()
    writer.SetInputData(surface)
    if hasattr(writer, "SetFileTypeToBinary"):
        writer.SetFileTypeToBinary()
    _write(writer, path)


def _write(writer: Any, path: Path) -> None:
    writer.SetFileName(str(path))
    if not writer.Write():
        raise OSError("VTK could not write the file")
