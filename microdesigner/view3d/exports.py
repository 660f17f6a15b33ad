"""Surfaces of volumes as files for other programs; every file is whole or absent."""

from contextlib import ExitStack
from pathlib import Path

from vtkmodules.vtkCommonDataModel import vtkPolyData

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.paths import atomic_path
from microdesigner.view3d.surface_formats import SURFACE_FORMATS
from microdesigner.view3d.surfaces import phase_mesh
from microdesigner.view3d.watertight import watertight_surface


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
