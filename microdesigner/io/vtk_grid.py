"""What VTK's two formats of regular grids share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.io.arrays import chosen
from microdesigner.io.options import ImportOptions, MissingOptionError

_UNEQUAL = 1e-4  # of the mean step: coordinates are often written with few digits


@dataclass(frozen=True)
class GridArray:
    """An array of a grid: where it stands in the file, and voxels along x, y and z."""

    element: Any
    shape: tuple[int, int, int]


def chosen_array(path: Path, shapes: dict[str, tuple[int, int, int]], options: ImportOptions) -> str:
    """The array of a grid that is the volume, see `arrays.chosen`; where some lie on cells and some on points, the user
    must say."""
    if options.array is None and len(set(shapes.values())) > 1:
        shown = ", ".join(f"{name} ({'×'.join(map(str, shape))})" for name, shape in shapes.items())
        raise MissingOptionError(
            f"{path} holds arrays on cells and on points; choose one with --array: {shown}.", "array", tuple(shapes)
        )
    return chosen(path, list(shapes), options)


def equal_step(path: Path, axis: str, coordinates: NDArray[np.float64]) -> float:
    """The distance of a rectilinear grid's planes along `axis`, 1 where there is only one plane; raises InputError
    where they differ."""
    steps = np.diff(coordinates)
    if not len(steps):
        return 1.0
    mean = float(steps.mean())
    if not mean > 0 or not np.isfinite(steps).all() or np.abs(steps - mean).max() > _UNEQUAL * mean:
        raise InputError(f"{path} has unequal steps along {axis}; resample it onto a regular grid.")
    return float(f"{mean:.7g}")
