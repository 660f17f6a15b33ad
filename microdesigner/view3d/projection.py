"""Where points of a volume lie in a picture, and which edges of its box are its outline."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkCamera

Point = NDArray[np.float64]
Pixels = tuple[float, float]


@dataclass(frozen=True)
class Projection:
    """A view of `size` pixels whose lower left corner lies at `corner` of the picture."""

    matrix: NDArray[np.float64]  # to -1..1
    eye: Point
    ahead: Point
    parallel: bool
    size: Pixels
    corner: Pixels

    @classmethod
    def of(cls, camera: vtkCamera, size: Pixels, corner: Pixels) -> "Projection":
        """What `camera` sees in such a view."""
        whole: vtkMatrix4x4 = camera.GetCompositeProjectionTransformMatrix(size[0] / size[1], -1, 1)
        rows = np.array([[whole.GetElement(row, column) for column in range(4)] for row in range(4)])
        eye, ahead = np.array(camera.GetPosition()), np.array(camera.GetDirectionOfProjection())
        return cls(rows, eye, ahead, bool(camera.GetParallelProjection()), size, corner)

    def pixel(self, point: Point) -> NDArray[np.float64]:
        """Where a point in nm lies in the picture, counted from its lower left corner."""
        x, y, _, w = self.matrix @ np.append(point, 1.0)
        share = (np.array([x, y]) / w + 1) / 2
        placed: NDArray[np.float64] = share * self.size + self.corner
        return placed

    def faces(self, outward: Point, on: Point) -> bool:
        """Whether the front of a face through `on` is seen."""
        towards = -self.ahead if self.parallel else self.eye - on
        return bool(outward @ towards > 0)


def outline_edge(projection: Projection, edges: Point, axis: int) -> tuple[Point, Point] | None:
    """Ends of the edge along `axis` of a box from 0 to `edges` that bounds its picture: the lowest one, of upright ones
    the leftmost. None where all run towards the viewer."""
    others = [other for other in range(3) if other != axis]
    best: tuple[float, Point, Point] | None = None
    for sides in product((0, 1), repeat=2):
        start = np.zeros(3)
        start[others] = edges[others] * sides
        end = start.copy()
        end[axis] = edges[axis]
        seen = [projection.faces(_outward(other, side), start) for other, side in zip(others, sides, strict=True)]
        a, b = projection.pixel(start), projection.pixel(end)
        if seen[0] == seen[1] or np.hypot(*(b - a)) < 1:
            continue
        upright = abs(b[1] - a[1]) > abs(b[0] - a[0])
        rank = float((a + b)[0 if upright else 1])
        if best is None or rank < best[0]:
            best = rank, start, end
    return None if best is None else (best[1], best[2])


def _outward(axis: int, side: int) -> Point:
    direction = np.zeros(3)
    direction[axis] = 1 if side else -1
    return direction
