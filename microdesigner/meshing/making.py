"""From a film to the mesh that is asked for, and how large it will be."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.meshing.cells import cell_counts
from microdesigner.meshing.hexahedra import hexahedra
from microdesigner.meshing.mesh import HEXAHEDRA, KINDS, TETRAHEDRA, SolverMesh, check_lengths
from microdesigner.meshing.remeshing import SECONDS_PER_TETRAHEDRON
from microdesigner.meshing.tetrahedra import tetrahedra

CELLS_AT_ONCE = 140_000  # of a grid, of which tetrahedra are made in minutes: 64x64x32 and what half cells add
MOST_CELLS = {TETRAHEDRA: 2_000_000, HEXAHEDRA: 20_000_000}
"""Of a grid: beyond them neither memory nor solvers suffice."""
_KEPT = 0.6  # of the tetrahedra that remain after MMG, as measured


@dataclass(frozen=True)
class Estimate:
    """What a mesh will be: cells along x, y, z, how many elements, and how long it will take (s), roughly."""

    counts: tuple[int, int, int]
    elements: int
    seconds: float


def estimate(microstructure: Microstructure, kind: str, coarsen: float) -> Estimate:
    """What a mesh of this kind will be."""
    counts = cell_counts(microstructure, coarsen, split_long_edges=kind == TETRAHEDRA)
    cells = math.prod(counts)
    if kind == TETRAHEDRA:
        return Estimate(counts, int(float(f"{6 * _KEPT * cells:.2g}")), 6 * SECONDS_PER_TETRAHEDRON * cells)
    return Estimate(counts, cells, 1e-5 * cells)


def usual_coarsening(microstructure: Microstructure, kind: str) -> int:
    """How many voxels become one cell by default: 1, or as many as let tetrahedra be made in minutes."""
    coarsen = 1
    if kind == TETRAHEDRA:
        while math.prod(estimate(microstructure, kind, coarsen).counts) > CELLS_AT_ONCE:
            coarsen += 1
    return coarsen


def check_size(microstructure: Microstructure, kind: str, coarsen: float) -> None:
    """Raise InputError for an unknown kind, a wrong coarsening or more cells than are made."""
    if kind not in KINDS:
        raise InputError(f"A mesh consists of {' or '.join(KINDS)}; got '{kind}'.")
    if not 1 <= coarsen <= max(microstructure.shape):
        raise InputError(f"A cell is at least one voxel and at most the film; got {coarsen:g} voxels along each axis.")
    cells = math.prod(estimate(microstructure, kind, coarsen).counts)
    if cells > MOST_CELLS[kind]:
        raise InputError(
            f"The grid would have {cells:,} cells, and at most {MOST_CELLS[kind]:,} can become {kind}; coarsen it more."
        )


def mesh_events(
    microstructure: Microstructure, kind: str = "tetrahedra", coarsen: float | None = None
) -> Iterator[Progress | SolverMesh]:
    """A mesh of a film, made in steps between which it can be stopped by closing the iterator.

    Parameters
    ----------
    microstructure : Microstructure
        The film, of any number of phases; its voxel edges must be known.
    kind : str
        "tetrahedra", which follow smooth interfaces and share their nodes, or "hexahedra", the voxels themselves.
    coarsen : float, optional
        How many voxels along each axis become one cell; by default `usual_coarsening`.

    Yields
    ------
    Progress or SolverMesh
        The mesh comes last.

    Raises
    ------
    InputError
        For an unknown kind, a wrong coarsening, unknown voxel edges or more cells than a solver could take.
    MicrodesignerError
        Where MMG fails.
    """
    coarsen = usual_coarsening(microstructure, kind) if coarsen is None else coarsen
    check_size(microstructure, kind, coarsen)
    check_lengths(microstructure)
    if kind == HEXAHEDRA:
        yield Progress("mesh", 0, 1)
        yield hexahedra(microstructure, coarsen)
    else:
        yield from tetrahedra(microstructure, coarsen)


def make_mesh(microstructure: Microstructure, kind: str = "tetrahedra", coarsen: float | None = None) -> SolverMesh:
    """The mesh of `mesh_events`, with the same parameters and errors."""
    *_, mesh = mesh_events(microstructure, kind, coarsen)
    assert isinstance(mesh, SolverMesh)
    return mesh
