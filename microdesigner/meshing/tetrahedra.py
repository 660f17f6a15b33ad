"""Conforming tetrahedra of all phases: cells of a grid cut in six, interfaces smoothed, MMG, exact volumes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure
from microdesigner.meshing.cells import cell_counts, in_cells
from microdesigner.meshing.improving import improved
from microdesigner.meshing.mesh import SolverMesh, check_lengths, ties_of
from microdesigner.meshing.quality import Cells, Points, qualities
from microdesigner.meshing.remeshing import Remeshed, remeshed
from microdesigner.meshing.smoothing import smoothed
from microdesigner.meshing.volume_matching import with_fractions
from microdesigner.meshing.voxel_tetrahedra import lattice_of
from microdesigner.meshing.voxel_tetrahedra import tetrahedra as cut_in_six

LEAST_QUALITY = 0.15
SAFE_QUALITY = 0.2  # of what is taken where MMG's cannot be brought to the least


def tetrahedra(microstructure: Microstructure, coarsen: float = 1) -> Iterator[Progress | SolverMesh]:
    """A mesh of tetrahedra whose phases share the nodes of their interfaces.

    A periodic film begins half a cell further along x and y than its voxels, see `voxel_tetrahedra`; its last faces
    across x and y repeat the first ones node by node and triangle by triangle.

    Parameters
    ----------
    microstructure : Microstructure
        The film, of any number of phases; its voxel edges must be known.
    coarsen : float
        How many voxels along each axis become one cell of the grid.

    Yields
    ------
    Progress or SolverMesh
        The mesh comes last; its phases fill the shares that they have of the voxels. Closing the iterator stops.

    Raises
    ------
    InputError
        Where the voxel edges are unknown.
    MicrodesignerError
        Where MMG fails.
    """
    check_lengths(microstructure)
    yield Progress("smooth", 0, 1)
    labels = in_cells(microstructure, cell_counts(microstructure, coarsen, split_long_edges=True))
    box = np.multiply(microstructure.shape, microstructure.spacing)
    edges = box / labels.shape
    edges = edges / edges.prod() ** (1 / 3)  # in cells of equal volume
    lattice = lattice_of(labels, microstructure.periodic)
    start, phases = cut_in_six(lattice)
    points = smoothed(lattice, start, edges) * edges
    yield Progress("smooth", 1, 1)
    size = edges * labels.shape
    fractions, periodic = _fractions(microstructure), microstructure.periodic
    larger = yield from remeshed(points, start, phases)
    yield Progress("finish", 0, 1)
    mesh = _finished(larger, fractions, size, periodic)
    if qualities(*mesh[:2]).min() < LEAST_QUALITY:
        points = smoothed(lattice, start, edges, SAFE_QUALITY) * edges  # more of them, on rougher interfaces
        mesh = _finished((points, start, phases), fractions, size, periodic)
    points, cells, phases = mesh
    yield Progress("finish", 1, 1)
    points = _on_faces(points * (box / size), box)
    yield SolverMesh(points, cells, phases, microstructure.phase_names, box, periodic)


def _fractions(microstructure: Microstructure) -> NDArray[np.float64]:
    counts = np.bincount(microstructure.phases.ravel("K"), minlength=len(microstructure.phase_names))
    return counts / counts.sum()


def _on_faces(points: Points, box: NDArray[np.float64]) -> Points:
    """`points` with those that rounding has moved off a face of the box put back."""
    near = 1e-9 * box
    points = np.where(np.abs(points) < near, 0.0, points)
    return np.where(np.abs(points - box) < near, box, points)


def _finished(mesh: Remeshed, fractions: NDArray[np.float64], size: NDArray[np.float64], periodic: bool) -> Remeshed:
    """The mesh with exact fractions and without the worst tetrahedra, whose mending takes a little of the fractions."""
    points, cells, phases = _on_faces(mesh[0], size), *mesh[1:]
    masters = np.arange(len(points), dtype=np.int32)
    still = (points == 0) | (points == size)
    if periodic:
        ties = ties_of(points, size)
        masters[ties.dependent] = ties.masters
        np.logical_or.at(still, ties.masters, still[ties.dependent])
    points = with_fractions(points, cells, phases, fractions, masters, still)
    points = improved(points, cells, masters, still, _on_interfaces(cells, phases, len(points)))
    return with_fractions(points, cells, phases, fractions, masters, still), cells, phases


def _on_interfaces(cells: Cells, phases: NDArray[np.uint8], nodes: int) -> NDArray[np.bool_]:
    """Which nodes belong to cells of several phases."""
    lowest, highest = np.full(nodes, 255, np.uint8), np.zeros(nodes, np.uint8)
    for corner in cells.T:
        np.minimum.at(lowest, corner, phases)
        np.maximum.at(highest, corner, phases)
    return lowest < highest
