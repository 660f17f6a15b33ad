"""Finite differences on the faces between neighbouring voxels of a film [z, x, y].

On any device an operator is one loop over `faces`: what leaves the voxel on one side of a face enters the voxel on the
other, so sums are kept to rounding, and closed ends need no code at all. On a processor the same differences come from
compiled loops over voxels, which read and write memory a fifth as often.
"""

from collections.abc import Iterator
from typing import Any

from torch import Tensor

from microdesigner.core.compiled import compiled
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
    if field.device.type == "cpu":
        _add_laplacian(total.numpy(), field.numpy(), lateral == "periodic", total.numpy().dtype.type(scale))
        return
    for (below, above), (total_below, total_above) in faces(lateral, field, total):
        difference = above - below
        total_below.add_(difference, alpha=scale)
        total_above.sub_(difference, alpha=scale)


def add_transport(total: Tensor, potential: Tensor, mobility: Tensor, lateral: Lateral, scale: float) -> None:
    """total += scale · ∇·(M ∇μ) on a grid of unit edge, in place; a face has the mean mobility of its two voxels."""
    if potential.device.type == "cpu":
        half = total.numpy().dtype.type(scale / 2)
        _add_transport(total.numpy(), potential.numpy(), mobility.numpy(), lateral == "periodic", half)
        return
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


@compiled
def _neighbour(index: int, step: int, length: int, wraps: bool) -> int:
    """The index one `step` further; at a closed end the same one, across whose face nothing flows."""
    moved = index + step
    if 0 <= moved < length:
        return moved
    return moved % length if wraps else index


@compiled
def _add_laplacian(total: Any, field: Any, periodic: bool, scale: Any) -> None:
    depth, width, _ = field.shape
    for z in range(depth):
        below, above = field[_neighbour(z, -1, depth, False)], field[_neighbour(z, 1, depth, False)]
        for x in range(width):
            left, right = _neighbour(x, -1, width, periodic), _neighbour(x, 1, width, periodic)
            _add_laplacian_row(
                total[z, x], field[z, x], below[x], above[x], field[z, left], field[z, right], periodic, scale
            )


@compiled
def _add_laplacian_row(
    total: Any, row: Any, below: Any, above: Any, left: Any, right: Any, periodic: bool, scale: Any
) -> None:
    length = row.shape[0]
    for y in range(1, length - 1):  # without branches, for vector instructions
        total[y] += scale * (below[y] + above[y] + left[y] + right[y] + row[y - 1] + row[y + 1] - 6 * row[y])
    for y in range(0, length, max(1, length - 1)):  # the ends, of which a single voxel has one
        front, back = row[_neighbour(y, -1, length, periodic)], row[_neighbour(y, 1, length, periodic)]
        total[y] += scale * (below[y] + above[y] + left[y] + right[y] + front + back - 6 * row[y])


@compiled
def _add_transport(total: Any, potential: Any, mobility: Any, periodic: bool, scale: Any) -> None:
    depth, width, _ = potential.shape
    for z in range(depth):
        for x in range(width):
            for other_z, other_x in (
                (_neighbour(z, -1, depth, False), x),
                (_neighbour(z, 1, depth, False), x),
                (z, _neighbour(x, -1, width, periodic)),
                (z, _neighbour(x, 1, width, periodic)),
            ):
                other_potential, other_mobility = potential[other_z, other_x], mobility[other_z, other_x]
                _add_exchange(total[z, x], potential[z, x], mobility[z, x], other_potential, other_mobility, scale)
            _add_exchange_along(total[z, x], potential[z, x], mobility[z, x], periodic, scale)


@compiled
def _add_exchange(
    total: Any, potential: Any, mobility: Any, other_potential: Any, other_mobility: Any, scale: Any
) -> None:
    for y in range(total.shape[0]):
        total[y] += scale * (mobility[y] + other_mobility[y]) * (other_potential[y] - potential[y])


@compiled
def _add_exchange_along(total: Any, potential: Any, mobility: Any, periodic: bool, scale: Any) -> None:
    length = total.shape[0]
    for y in range(1, length - 1):
        front = (mobility[y] + mobility[y - 1]) * (potential[y - 1] - potential[y])
        total[y] += scale * (front + (mobility[y] + mobility[y + 1]) * (potential[y + 1] - potential[y]))
    for y in range(0, length, max(1, length - 1)):  # the ends, of which a single voxel has one
        for step in (-1, 1):
            other = _neighbour(y, step, length, periodic)
            total[y] += scale * (mobility[y] + mobility[other]) * (potential[other] - potential[y])
