"""Finite differences on the faces between neighbouring voxels of a film [z, x, y].

Every operator is one loop over `faces`: what leaves the voxel on one side of a face enters the voxel on the other, so
sums are kept to rounding, and closed ends need no code at all.
"""

from collections.abc import Iterator

from torch import Tensor

from microdesigner.core.microstructure import Lateral


def faces(lateral: Lateral, *fields: Tensor) -> Iterator[tuple[tuple[Tensor, Tensor], ...]]:
    """Views (below, above) of each of `fields` on the two sides of all faces: per axis those inside the film and, where
    x and y are periodic, those that join its ends; z has none at its ends."""
    for axis in range(3):
        length = fields[0].shape[axis]
        yield tuple((field.narrow(axis, 0, length - 1), field.narrow(axis, 1, length - 1)) for field in fields)
        if axis > 0 and lateral == "periodic":
            yield tuple((field.narrow(axis, length - 1, 1), field.narrow(axis, 0, 1)) for field in fields)


def add_laplacian(total: Tensor, field: Tensor, lateral: Lateral, scale: float) -> None:
    """total += scale · Σ (φ of each neighbour − φ), in place."""
    for (below, above), (total_below, total_above) in faces(lateral, field, total):
        difference = above - below
        total_below.add_(difference, alpha=scale)
        total_above.sub_(difference, alpha=scale)


def add_transport(total: Tensor, potential: Tensor, mobility: Tensor, lateral: Lateral, scale: float) -> None:
    """total += scale · ∇·(M ∇μ) on a grid of unit edge, in place; a face has the mean mobility of its two voxels."""
    for potentials, mobilities, totals in faces(lateral, potential, mobility, total):
        flux = potentials[1] - potentials[0]
        flux.mul_(mobilities[0] + mobilities[1])
        totals[0].add_(flux, alpha=scale / 2)
        totals[1].sub_(flux, alpha=scale / 2)


def squared_gradient(field: Tensor, lateral: Lateral) -> Tensor:
    """Σ over faces of the squared difference of φ, in double precision; a scalar on the field's device."""
    total = field.new_zeros((), dtype=field.dtype).double()
    for ((below, above),) in faces(lateral, field):
        total += (above - below).double().square().sum()
    return total
