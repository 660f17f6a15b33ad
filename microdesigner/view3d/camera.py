"""The one camera that all views share, and the ways to move it."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Literal

from vtkmodules.vtkCommonTransforms import vtkTransform
from vtkmodules.vtkRenderingCore import vtkCamera

from microdesigner.app.view_state import Pose, Vector

Bounds = tuple[float, float, float, float, float, float]
StandardView = Literal["isometric", "x", "y", "z"]
# direction from the volume to the camera, and what points up
STANDARD_VIEWS: dict[StandardView, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "isometric": ((1.0, -1.25, 0.8), (0.0, 0.0, 1.0)),
    "x": ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)),
    "y": ((0.0, -1.0, 0.0), (0.0, 0.0, 1.0)),
    "z": ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0)),
}
DEGREES_PER_VIEW = 180.0
MARGIN = 1.22
SAME_DIRECTION = 1e-6


@dataclass(frozen=True)
class Crop:
    """Part of a picture in pixels, counted from the lower left corner."""

    left: int
    bottom: int
    width: int
    height: int


class CameraControl:
    """Moves a camera around a box; distances on screen are shares of the view's height.

    `aspect` is width over height of a view; `fitted` tells that nobody moved or zoomed since the box was fitted.
    """

    def __init__(self, camera: vtkCamera) -> None:
        self.camera = camera
        self.bounds: Bounds = (0.0, 1.0, 0.0, 1.0, 0.0, 1.0)
        self._poses: dict[Bounds, Pose] = {}
        self.aspect = 1.4
        self.fitted = True
        self._room = (MARGIN, MARGIN)
        camera.SetViewAngle(26)

    def look(self, view: StandardView) -> None:
        """Turn to a standard view and fit the box."""
        direction, up = STANDARD_VIEWS[view]
        self.camera.SetFocalPoint(*self._centre())
        self.camera.SetPosition(*(c + d for c, d in zip(self._centre(), direction, strict=True)))
        self.camera.SetViewUp(*up)
        self.fit()

    def fit(self) -> None:
        """Keep the direction and show the whole box in views `aspect` times as wide as high."""
        self.fitted = True
        ahead, up, side = self._frame()
        slope = math.tan(math.radians(self.camera.GetViewAngle() / 2))
        centre, (beside, above) = self._centre(), self._room
        half_height = distance = 0.0
        for corner in product(self.bounds[0:2], self.bounds[2:4], self.bounds[4:6]):
            offset = [c - m for c, m in zip(corner, centre, strict=True)]
            extent = max(above * abs(_dot(offset, up)), beside * abs(_dot(offset, side)) / self.aspect)
            half_height = max(half_height, extent)
            distance = max(distance, extent / slope - _dot(offset, ahead))
        self.camera.SetFocalPoint(*centre)
        self.camera.SetPosition(*(c - distance * a for c, a in zip(centre, ahead, strict=True)))
        self.camera.SetParallelScale(half_height)

    def set_room(self, beside: float = MARGIN, above: float = MARGIN) -> None:
        """Let a view be so many times as wide and as high as a box that fits; one that fitted before fits again."""
        self._room = max(MARGIN, beside), max(MARGIN, above)
        if self.fitted:
            self.fit()

    def set_aspect(self, aspect: float) -> None:
        """Take over the shape of the views; a box that fitted before fits again."""
        self.aspect = aspect
        if self.fitted:
            self.fit()

    def enclose(self, bounds: Bounds) -> None:
        """Turn to another box: as it was last looked at from this direction, else fitted."""
        self._poses[self.bounds] = self.pose()
        self.bounds = bounds
        pose = self._poses.get(bounds)
        if pose is None or math.dist(pose.direction, self.camera.GetDirectionOfProjection()) > SAME_DIRECTION:
            self.fit()
        else:
            self.place(pose)

    def pose(self) -> Pose:
        """Where the camera is."""
        camera = self.camera
        direction, up = _rounded(camera.GetDirectionOfProjection()), _rounded(camera.GetViewUp())
        if self.fitted:
            return Pose(direction, up)
        return Pose(direction, up, camera.GetPosition(), camera.GetFocalPoint(), camera.GetParallelScale())

    def place(self, pose: Pose) -> None:
        """Go where an earlier `pose` was."""
        self.camera.SetViewUp(*pose.up)
        if pose.position is None or pose.focal_point is None or pose.parallel_scale is None:
            self.camera.SetFocalPoint(*(p + d for p, d in zip(self.camera.GetPosition(), pose.direction, strict=True)))
            self.fit()
            return
        self.fitted = False
        self.camera.SetFocalPoint(*pose.focal_point)
        self.camera.SetPosition(*pose.position)
        self.camera.SetParallelScale(pose.parallel_scale)

    def rotate(self, right: float, up: float) -> None:
        """Turn the volume as if dragged by the pointer."""
        self.camera.Azimuth(-right * DEGREES_PER_VIEW)
        self.camera.Elevation(-up * DEGREES_PER_VIEW)
        self.camera.OrthogonalizeViewUp()

    def orbit(self, angle: float) -> None:
        """Turn the volume by `angle` (radians) about its z axis, counter-clockwise seen from above."""
        camera, centre = self.camera, self._centre()
        turn = vtkTransform()
        turn.Translate(*centre)
        turn.RotateZ(-math.degrees(angle))
        turn.Translate(*(-middle for middle in centre))
        camera.ApplyTransform(turn)

    def pan(self, right: float, up: float) -> None:
        """Move the volume along with the pointer."""
        self.fitted = False
        height = self.visible_height()
        _, view_up, side = self._frame()
        shift = [-height * (right * s + up * u) for s, u in zip(side, view_up, strict=True)]
        self.camera.SetFocalPoint(*(p + s for p, s in zip(self.camera.GetFocalPoint(), shift, strict=True)))
        self.camera.SetPosition(*(p + s for p, s in zip(self.camera.GetPosition(), shift, strict=True)))

    def zoom(self, factor: float) -> None:
        """Make the volume `factor` times as large on screen, in either projection."""
        self.fitted = False
        self.camera.Dolly(factor)
        self.camera.SetParallelScale(self.camera.GetParallelScale() / factor)

    def set_orthographic(self, on: bool) -> None:
        """Switch the projection; lengths at the volume's centre stay as they are."""
        if on and not self.camera.GetParallelProjection():
            self.camera.SetParallelScale(self.visible_height() / 2)
        self.camera.SetParallelProjection(on)

    @contextmanager
    def cropped(self, size: tuple[int, int], crop: Crop) -> Iterator[None]:
        """Meanwhile see only the crop, of the same shape, of a picture of `size` pixels."""
        zoom = vtkTransform()  # in the picture's coordinates -1..1
        zoom.Scale(size[0] / crop.width, size[1] / crop.height, 1)
        zoom.Translate(1 - (2 * crop.left + crop.width) / size[0], 1 - (2 * crop.bottom + crop.height) / size[1], 0)
        self.camera.SetUserTransform(zoom)
        try:
            yield
        finally:
            self.camera.SetUserTransform(None)

    @property
    def orthographic(self) -> bool:
        """Whether the projection is parallel."""
        return bool(self.camera.GetParallelProjection())

    def visible_height(self) -> float:
        """Height of the view in nm at the focal point."""
        if self.camera.GetParallelProjection():
            return float(2 * self.camera.GetParallelScale())
        return float(2 * self.camera.GetDistance() * math.tan(math.radians(self.camera.GetViewAngle() / 2)))

    def ray(self, right: float, up: float) -> tuple[Vector, Vector]:
        """Origin and direction of what is seen at a place on screen, from the middle of the view."""
        ahead, view_up, side = self._frame()
        height = self.visible_height()
        shift = [height * (right * s + up * u) for s, u in zip(side, view_up, strict=True)]
        eye, focus = self.camera.GetPosition(), self.camera.GetFocalPoint()
        if self.orthographic:
            x, y, z = (e + s for e, s in zip(eye, shift, strict=True))
            return (x, y, z), ahead
        x, y, z = (f + s - e for f, s, e in zip(focus, shift, eye, strict=True))
        return eye, (x, y, z)

    def _centre(self) -> tuple[float, float, float]:
        b = self.bounds
        return (b[0] + b[1]) / 2, (b[2] + b[3]) / 2, (b[4] + b[5]) / 2

    def _frame(self) -> tuple[Vector, Vector, Vector]:
        """Directions ahead, up and to the right on screen, perpendicular to each other."""
        ahead = self.camera.GetDirectionOfProjection()
        side = _cross(ahead, self.camera.GetViewUp())
        length = math.hypot(*side)
        side = (side[0] / length, side[1] / length, side[2] / length)
        return ahead, _cross(side, ahead), side


def _rounded(vector: Vector) -> Vector:
    """Without the last digits, which a way there and back changes."""
    x, y, z = (round(value, 9) for value in vector)
    return x, y, z


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
