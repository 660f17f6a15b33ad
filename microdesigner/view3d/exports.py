"""Surfaces and meshes of volumes as files for other programs; every file is whole or absent."""

from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyvista as pv

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.view3d.surfaces import Shaping, build_geometry

SURFACE_SUFFIXES = (".stl", ".ply", ".obj")


def write_surfaces(microstructure: Microstructure, path: Path, smooth: bool = True) -> list[Path]:
    """Write the closed surface of each phase, in nm, as NAME-donor.stl and so on beside `path`; its suffix decides.

    Phases without voxels get no file; either all files appear or, when the disk is full, none.
    """
    if path.suffix.lower() not in SURFACE_SUFFIXES:
        raise InputError(f"{path} is no surface file; choose one of {', '.join(SURFACE_SUFFIXES)}.")
    meshes = build_geometry(microstructure, Shaping(smooth=smooth)).meshes
    written = []
    with ExitStack() as files:
        for name, mesh in zip(microstructure.phase_names, meshes, strict=True):
            if mesh is not None:
                target = path.with_name(f"{path.stem}-{name}{path.suffix.lower()}")
                pv.wrap(mesh.fine).save(files.enter_context(atomic_path(target)))
                written.append(target)
    return written


def write_mesh(microstructure: Microstructure, path: Path) -> None:
    """Write the voxels as hexahedra in nm with the cell array `phase`, for finite-element programs (.vtu)."""
    with atomic_path(path) as temporary:
        hexahedra(microstructure).save(temporary)


def hexahedra(microstructure: Microstructure) -> pv.UnstructuredGrid:
    """One hexahedron per voxel; neighbours share their corner points."""
    image = pv.ImageData(dimensions=np.add(microstructure.shape, 1), spacing=microstructure.voxel_nm)
    image.cell_data["phase"] = microstructure.phases.ravel(order="F")
    # by way of a structured grid: cast directly, image data become VTK_VOXEL cells, which few mesh readers know
    return image.cast_to_structured_grid().cast_to_unstructured_grid()
