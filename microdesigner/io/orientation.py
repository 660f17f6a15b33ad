"""Directions that a file gives its axes: permutations and reversals are carried out, other rotations refused.

Also the turn that brings the cathode's face to z = 0.
"""

from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError

Face = Literal["x-", "x+", "y-", "y+", "z-", "z+"]
FACES: tuple[Face, ...] = get_args(Face)
_OBLIQUE = 1e-3  # of a unit vector: rounding of headers written with few digits


def straightened(path: Path, values: NDArray[Any], directions: Any) -> tuple[NDArray[Any], tuple[int, int, int]]:
    """`values` with its axes along the space's x, y and z, and which stored axis each of them was.

    `directions[i]` is the direction in space of the stored axis i, of any length. Raises InputError where they are
    rotated by anything else than right angles.
    """
    vectors = np.asarray(directions, np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if vectors.shape != (3, 3) or not np.isfinite(vectors).all() or not lengths.all():
        raise InputError(f"{path} gives directions of its axes that are no three vectors; export it again.")
    unit = vectors / lengths
    along = np.abs(unit).argmax(axis=1)
    rest = np.abs(unit)
    rest[np.arange(3), along] = 0
    if rest.max() > _OBLIQUE or len(set(along.tolist())) != 3:
        raise InputError(
            f"{path} has axes that are rotated or sheared in space; resample it onto straight axes, or give --axes to "
            "take its array as it is stored."
        )
    stored = np.argsort(along)
    turned = values.transpose(stored)
    backwards = tuple(slice(None, None, -1 if unit[axis, along[axis]] < 0 else 1) for axis in stored)
    return turned[backwards], (int(stored[0]), int(stored[1]), int(stored[2]))


def turned(values: NDArray[Any], cathode: Face) -> NDArray[Any]:
    """A view of `values` with the axis of face `cathode` last and that face at z = 0."""
    film = np.moveaxis(values, "xyz".index(cathode[0]), 2)
    return film[:, :, ::-1] if cathode[1] == "+" else film


def turned_edges(edges: tuple[Any, Any, Any], cathode: Face) -> tuple[Any, Any, Any]:
    """Something per axis (voxel edges, shape), reordered as `turned` does."""
    axis = "xyz".index(cathode[0])
    first, second = (value for number, value in enumerate(edges) if number != axis)
    return first, second, edges[axis]
