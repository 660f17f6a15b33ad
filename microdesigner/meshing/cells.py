"""A film in the cells of a mesh: as many as asked for, each of the phase that fills most of it."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from microdesigner.core.microstructure import Microstructure, PhaseArray

Counts = tuple[int, int, int]
_OF_NEIGHBOURS = 1e-3  # how much the share of the phase in the cells around counts, where two fill a cell alike
_ROUNDS = 60


def cell_counts(microstructure: Microstructure, coarsen: float, split_long_edges: bool) -> Counts:
    """Cells along x, y, z where `coarsen` voxels along each axis become one.

    With `split_long_edges`, voxels are cut first where one edge is longer than another, into as many pieces as make
    them nearly cubic: a tetrahedron is no better than the cell from which it comes.

    Examples
    --------
    >>> film = Microstructure(np.zeros((64, 64, 16), np.uint8), voxel_nm=(1.0, 1.0, 2.0))
    >>> cell_counts(film, 2, split_long_edges=False), cell_counts(film, 2, split_long_edges=True)
    ((32, 32, 8), (32, 32, 16))
    """
    shortest = min(microstructure.spacing)
    pieces = [round(edge / shortest) if split_long_edges else 1 for edge in microstructure.spacing]
    x, y, z = (max(1, round(n * k / coarsen)) for n, k in zip(microstructure.shape, pieces, strict=True))
    return x, y, z


def in_cells(microstructure: Microstructure, counts: Counts) -> PhaseArray:
    """Labels [x, y, z] of the cells of a regular grid over the film.

    A cell gets the phase that fills most of it, and where two fill it alike, that of which there is more around it.
    What that takes from thin phases a bias per phase gives back: of so many cells, each phase gets its share.
    """
    if counts == microstructure.shape:
        return microstructure.phases
    mode = ("wrap", "wrap", "nearest") if microstructure.periodic else "nearest"
    phases = len(microstructure.phase_names)
    shares = np.empty((phases, *counts), np.float32)
    for label in range(phases):
        share = _share(microstructure.phases, label, counts)
        shares[label] = share + _OF_NEIGHBOURS * uniform_filter(share, 3, mode=mode)
    voxels = np.bincount(microstructure.phases.ravel("K"), minlength=phases)
    wanted = np.round(voxels / voxels.sum() * np.prod(counts)).astype(int)
    return _labels(shares.reshape(phases, -1), wanted).reshape(counts)


def _labels(shares: NDArray[np.float32], wanted: NDArray[np.int_]) -> NDArray[np.uint8]:
    """The phase of the largest biased share of each cell (phase, cell), so that phase p gets `wanted`[p] cells or
    nearly so."""
    bias = np.zeros((len(shares), 1), np.float32)
    bias[wanted == 0] = -np.inf
    for _ in range(_ROUNDS):
        counts = np.bincount((shares + bias).argmax(axis=0), minlength=len(shares))
        worst = int(np.abs(counts - wanted).argmax())
        if counts[worst] == wanted[worst] or len(shares) == 1:
            break
        others = np.delete(shares + bias, worst, axis=0).max(axis=0)
        lead = np.sort(shares[worst] - others)[::-1]  # by how much the phase needs no bias, cell by cell
        at = min(max(int(wanted[worst]), 1), len(lead) - 1)
        bias[worst] = -(lead[at - 1] + lead[at]) / 2
    return (shares + bias).argmax(axis=0).astype(np.uint8)


def _share(phases: PhaseArray, label: int, counts: Counts) -> NDArray[np.float32]:
    """The share of each cell that a phase fills, layer by layer along x."""
    x, y, z = (_overlaps(n, count) for n, count in zip(phases.shape, counts, strict=True))
    found = np.empty(counts, np.float32)
    for layer, weights in enumerate(x):
        (touched,) = np.nonzero(weights)
        mask = (phases[touched] == label).astype(np.float32)  # (layer, y, z)
        found[layer] = y @ np.tensordot(weights[touched], mask, 1) @ z.T
    return found


def _overlaps(voxels: int, cells: int) -> NDArray[np.float32]:
    """The share of each cell (row) that lies in each voxel (column), along one axis of both grids."""
    ends = np.arange(cells + 1) * voxels / cells
    first, last = ends[:-1, None], ends[1:, None]
    begin = np.arange(voxels)
    inside = np.clip(np.minimum(last, begin + 1) - np.maximum(first, begin), 0, None)
    return (inside * cells / voxels).astype(np.float32)
