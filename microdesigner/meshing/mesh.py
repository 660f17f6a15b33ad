"""A film as the cells of a finite-element mesh."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.meshing.faces import Facets, box_facets, interface_facets
from microdesigner.meshing.quality import Cells, Points, qualities, volumes

TETRAHEDRA, HEXAHEDRA = KINDS = ("tetrahedra", "hexahedra")
"""Kinds of cells."""
_SAME_PLACE = 1e-6  # of the box: how far images may lie apart


@dataclass(frozen=True)
class Ties:
    """Which nodes of a periodic film are images of others.

    Attributes
    ----------
    dependent, masters : ndarray of int
        Numbers of the nodes on the last faces, and of those that they repeat, which repeat none.
    wraps : ndarray of bool
        Along which of x and y each lies one period further (node, 2).
    """

    dependent: NDArray[np.intp]
    masters: NDArray[np.intp]
    wraps: NDArray[np.bool_]


@dataclass(frozen=True)
class SolverMesh:
    """Cells of one kind that share their corners, each of one phase.

    Attributes
    ----------
    points : ndarray of float64
        Nodes (node, xyz) in nm, from the origin to `box`. z = 0 is the cathode's side.
    cells : ndarray of int32
        Corners (cell, 4) of tetrahedra or (cell, 8) of hexahedra, in the order of VTK and Abaqus.
    phases : ndarray of uint8
        Phase of each cell.
    phase_names : tuple of str
        Names of the phases.
    box : ndarray of float64
        Lengths of the film along x, y, z in nm.
    periodic : bool
        Whether the last faces across x and y repeat the first ones node by node.
    """

    points: Points
    cells: Cells
    phases: NDArray[np.uint8]
    phase_names: tuple[str, ...]
    box: NDArray[np.float64]
    periodic: bool

    @property
    def kind(self) -> str:
        """Tetrahedra or hexahedra."""
        return TETRAHEDRA if self.cells.shape[1] == 4 else HEXAHEDRA

    @cached_property
    def faces(self) -> dict[str, Facets]:
        """The cells' sides on the six faces x0, x1, y0, y1, z0, z1 of the box."""
        return box_facets(self.points, self.cells, self.box)

    @cached_property
    def interfaces(self) -> dict[tuple[int, int], Facets]:
        """The cells' sides between two phases, by their labels, the lower first."""
        return interface_facets(self.cells, self.phases)

    @cached_property
    def ties(self) -> Ties:
        """The images of nodes; none where the film is not periodic."""
        return ties_of(self.points if self.periodic else self.points[:0], self.box)

    def face_pairs(self, axis: int) -> NDArray[np.intp]:
        """Nodes on the last face across x or y of a periodic film and their images on the first one (pair, 2)."""
        return face_pairs(self.points, self.box, axis)

    @property
    def fractions(self) -> NDArray[np.float64]:
        """The share of the film's volume that each phase fills."""
        if self.kind == HEXAHEDRA:
            return np.bincount(self.phases, minlength=len(self.phase_names)) / len(self.phases)
        filled = np.bincount(self.phases, volumes(self.points, self.cells), len(self.phase_names))
        return filled / filled.sum()

    @property
    def qualities(self) -> NDArray[np.float64]:
        """MMG's measure of each tetrahedron, see `quality`; 1 for each hexahedron, which is a box."""
        return qualities(self.points, self.cells) if self.kind == TETRAHEDRA else np.ones(len(self.cells))

    def in_metres(self) -> "SolverMesh":
        """The same mesh with lengths in metres."""
        return replace(self, points=self.points * 1e-9, box=self.box * 1e-9)


def face_pairs(points: Points, box: NDArray[np.float64], axis: int) -> NDArray[np.intp]:
    """Nodes on the last face across `axis` and their images on the first one (pair, 2); raises ValueError where the
    faces differ."""
    last, first = np.flatnonzero(points[:, axis] == box[axis]), np.flatnonzero(points[:, axis] == 0)
    places = [np.delete(points[nodes], axis, axis=1) for nodes in (last, first)]
    if len(last) != len(first):
        raise ValueError(f"{len(last)} nodes on a periodic face face {len(first)}")
    # rounded, so that what differs in the last bits is sorted alike
    grid = _SAME_PLACE * box.max()
    last, first = (
        nodes[np.lexsort(np.round(place / grid).T)] for nodes, place in zip((last, first), places, strict=True)
    )
    apart = np.delete(points[last] - points[first], axis, axis=1)
    if np.abs(apart).max(initial=0) > grid:
        raise ValueError("nodes of periodic faces do not lie opposite each other")
    return np.stack([last, first], axis=1)


def ties_of(points: Points, box: NDArray[np.float64]) -> Ties:
    """The nodes on the faces x = box and y = box with those that they repeat; see `face_pairs`."""
    masters = np.arange(len(points))
    for axis in (0, 1):
        last, first = face_pairs(points, box, axis).T
        image = np.arange(len(points))
        image[last] = first
        masters = image[masters]
    dependent = np.flatnonzero(masters != np.arange(len(points)))
    return Ties(dependent, masters[dependent], points[dependent, :2] == box[:2])


def check_lengths(microstructure: Microstructure) -> None:
    """Raise InputError where nobody knows how long a voxel is."""
    if microstructure.voxel_nm is None:
        raise InputError(
            "The voxel edges of this volume are unknown, and a solver needs lengths; say them (--voxel 2 nm)."
        )
