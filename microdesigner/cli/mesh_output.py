"""The options of `convert` for meshes, and how one is written."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from microdesigner.cli.progress import with_bars
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure

if TYPE_CHECKING:
    from microdesigner.meshing import SolverMesh

KINDS, UNITS = ("tetrahedra", "hexahedra"), ("nm", "m")
_GIVEN = ("mesh", "coarsen", "unit", "periodic")


def add_mesh_options(parser: argparse.ArgumentParser) -> None:
    """Add them in a group of their own."""
    add = parser.add_argument_group("meshes for solvers").add_argument
    add("--mesh", choices=KINDS,
        help="tetrahedra along smooth interfaces, or hexahedra, one per voxel (tetrahedra; hexahedra for "
        ".damask.vti)")  # fmt: skip
    add("--coarsen", type=float, metavar="N",
        help="voxels along each axis that become one cell (1 for hexahedra; for tetrahedra as many as let them be made "
        "in minutes, such as 2 for 128x128x64 voxels)")  # fmt: skip
    add("--unit", choices=UNITS, help="unit of the coordinates (nm; .damask.vti is in m always)")
    add("--periodic", action="store_true", default=None,
        help="let opposite lateral faces match node by node (as the file records)")  # fmt: skip


def check_mesh_options(args: argparse.Namespace) -> None:
    """Raise InputError where one is given and the output is no mesh, or of cells that its format has not."""
    from microdesigner.meshing.formats.registry import check_kind, is_mesh

    if is_mesh(args.output):
        check_kind(args.output, _kind(args))
        return
    given = [f"--{name}" for name in _GIVEN if getattr(args, name) is not None]
    if given:
        raise InputError(f"{given[0]} is for meshes, and {args.output} is none; name a file such as film.inp.")


def write_as_mesh(volume: Microstructure, args: argparse.Namespace) -> None:
    """Make the mesh, with progress on stderr, write it and say what it is."""
    from microdesigner.meshing import SolverMesh, mesh_events, write_mesh
    from microdesigner.meshing.making import usual_coarsening

    if args.periodic:
        volume = replace(volume, lateral="periodic")
    kind = _kind(args)
    coarsen = usual_coarsening(volume, kind) if args.coarsen is None else args.coarsen
    for event in with_bars(mesh_events(volume, kind, coarsen)):
        if isinstance(event, SolverMesh):
            write_mesh(event, args.output, args.unit or "nm")
            print(_summary(event, volume, args.output, coarsen), file=sys.stderr)


def _kind(args: argparse.Namespace) -> str:
    from microdesigner.meshing.formats.registry import format_of

    return str(args.mesh or format_of(args.output).kinds[0])


def _summary(mesh: "SolverMesh", volume: Microstructure, path: Path, coarsen: float) -> str:
    words = [f"{path}: {len(mesh.cells)} {mesh.kind}, {len(mesh.points)} nodes"]
    if coarsen != 1:
        words.append(f"{coarsen:g} voxels per cell along each axis")
    if mesh.kind == KINDS[0]:
        quality = mesh.qualities
        words.append(f"quality {quality.min():.2f} at least, {np.median(quality):.2f} in the middle")
    voxels = np.bincount(volume.phases.ravel("K"), minlength=len(volume.phase_names))
    words.append(f"fractions within {np.abs(mesh.fractions - voxels / voxels.sum()).max():.1g} of the voxels'")
    return "; ".join(words) + "."
