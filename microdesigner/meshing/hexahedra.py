"""One hexahedron per cell of a labelled grid."""

import numpy as np

from microdesigner.core.microstructure import Microstructure
from microdesigner.meshing.cells import cell_counts, in_cells
from microdesigner.meshing.mesh import SolverMesh, check_lengths

_CORNERS = ((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1))


def hexahedra(microstructure: Microstructure, coarsen: float = 1) -> SolverMesh:
    """A mesh of boxes; neighbours share their corners.

    Parameters
    ----------
    microstructure : Microstructure
        The film; its voxel edges must be known.
    coarsen : float
        How many voxels along each axis become one box.

    Returns
    -------
    SolverMesh
        Boxes in the order of the cells, z fastest.

    Raises
    ------
    InputError
        Where the voxel edges are unknown.

    Examples
    --------
    >>> film = Microstructure(np.zeros((4, 4, 2), np.uint8), voxel_nm=(2.0, 2.0, 2.0))
    >>> mesh = hexahedra(film)
    >>> mesh.cells.shape, mesh.box.tolist(), len(mesh.ties.dependent)
    ((32, 8), [8.0, 8.0, 4.0], 27)
    """
    check_lengths(microstructure)
    labels = in_cells(microstructure, cell_counts(microstructure, coarsen, split_long_edges=False))
    x, y, z = labels.shape
    box = np.multiply(microstructure.shape, microstructure.spacing)
    lines = [np.arange(n + 1) / n * length for n, length in zip(labels.shape, box, strict=True)]
    points = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    numbers = np.arange(len(points), dtype=np.int32).reshape(x + 1, y + 1, z + 1)
    cells = np.stack([numbers[i : i + x, j : j + y, k : k + z].ravel() for i, j, k in _CORNERS], axis=1)
    return SolverMesh(points, cells, labels.ravel(), microstructure.phase_names, box, microstructure.periodic)
