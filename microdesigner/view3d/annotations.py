"""What surrounds a volume in a view: title, frame, scale bar, axes."""

import math

from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersSources import vtkArrowSource, vtkOutlineSource
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkActor2D,
    vtkCamera,
    vtkPolyDataMapper,
    vtkPolyDataMapper2D,
    vtkRenderer,
    vtkTextActor,
)

from microdesigner.core.quantity import length_words
from microdesigner.view3d.camera import Bounds
from microdesigner.view3d.drawing import in_typeface, still_actor
from microdesigner.view3d.palettes import AXES, Surroundings, colour_of

Pixel = tuple[int, int]
BAR_SHARE = 0.22
AXES_PIXELS, AXES_SHARE = (60, 100), 0.15  # less has no room for the letters


class Title:
    """Name of a view in its upper left corner."""

    def __init__(self, text: str) -> None:
        self.actor = vtkTextActor()
        self.actor.SetInput(text)
        self._property = self.actor.GetTextProperty()
        in_typeface(self._property)
        self._property.SetVerticalJustificationToTop()

    def place(self, height: int, corner: Pixel, scale: float, surroundings: Surroundings) -> None:
        """Set position and size for a view of `height` pixels that is drawn from `corner` on, at a display scale."""
        self._property.SetFontSize(round(13 * scale))
        self._property.SetColor(*surroundings.text)
        self.actor.SetPosition(round(12 * scale) - corner[0], height - round(9 * scale) - corner[1])


class Frame:
    """Edges of the whole volume, also where it is clipped away."""

    def __init__(self) -> None:
        self._source = vtkOutlineSource()
        mapper = vtkPolyDataMapper()
        mapper.SetInputConnection(self._source.GetOutputPort())
        self.actor = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.GetProperty().LightingOff()

    def update(self, bounds: Bounds, surroundings: Surroundings) -> None:
        """Fit the frame to `bounds`."""
        self._source.SetBounds(*bounds)
        self.actor.GetProperty().SetColor(*surroundings.frame)


class ScaleBar:
    """A bar of a round length, true at the volume's centre."""

    def __init__(self) -> None:
        self._ends: tuple[tuple[float, float], ...] = ()
        self._points = vtkPoints()
        self._points.SetNumberOfPoints(6)
        lines = vtkCellArray()
        for ends in ((0, 1), (2, 3), (4, 5)):
            lines.InsertNextCell(2, ends)
        self._line = vtkPolyData()
        self._line.SetPoints(self._points)
        self._line.SetLines(lines)
        mapper = vtkPolyDataMapper2D()
        mapper.SetInputData(self._line)
        self.bar = vtkActor2D()
        self.bar.SetMapper(mapper)
        self.label = vtkTextActor()
        in_typeface(self.label.GetTextProperty())
        self.label.GetTextProperty().SetJustificationToCentered()

    def place(
        self, width: int, corner: Pixel, length_per_pixel: float, scale: float, surroundings: Surroundings, unit: str
    ) -> None:  # fmt: skip
        """Choose the length for a view of `width` pixels, drawn from `corner` on; the bar is lower left."""
        length = round_length(BAR_SHARE * width * length_per_pixel)
        left, base, tick = 14 * scale - corner[0], 14 * scale - corner[1], 4 * scale
        right = round(left + length / length_per_pixel, 2)  # no rounding error of a turn may draw the label anew
        ends = (
            (left, base),
            (right, base),
            (left, base - tick),
            (left, base + tick),
            (right, base - tick),
            (right, base + tick),
        )
        if ends != self._ends:
            self._ends = ends
            for index, (x, y) in enumerate(ends):
                self._points.SetPoint(index, x, y, 0)
            self._points.Modified()
        self.bar.GetProperty().SetLineWidth(2 * scale)
        self.bar.GetProperty().SetColor(*surroundings.text)
        self.label.SetInput(length_words(length, unit))
        self.label.SetPosition((left + right) / 2, base + 6 * scale)
        self.label.GetTextProperty().SetFontSize(round(12 * scale))
        self.label.GetTextProperty().SetColor(*surroundings.text)


class Axes:
    """Directions x, y, z in the lower right corner, turned like the volume."""

    def __init__(self) -> None:
        self.renderer = vtkRenderer()
        self.renderer.SetLayer(1)
        self.renderer.InteractiveOff()
        self._letters = []
        for axis, letter in enumerate("xyz"):
            self.renderer.AddActor(_arrow(axis))
            self._letters.append(_letter(axis, letter))
            self.renderer.AddViewProp(self._letters[-1])

    def place(self, size: tuple[int, int], scale: float, camera: vtkCamera, surroundings: Surroundings) -> None:
        """Put the axes into the lower right corner of a window of `size` pixels and turn them like `camera`."""
        width, height = size
        least, most = (pixels * scale for pixels in AXES_PIXELS)
        edge = max(least, min(most, AXES_SHARE * min(size)))
        self.renderer.SetViewport(max(0.0, 1 - edge / width), 0, 1, min(1.0, edge / height))
        for letter in self._letters:
            letter.GetTextProperty().SetFontSize(round(12 * scale))
            letter.GetTextProperty().SetColor(*surroundings.text)
        own = self.renderer.GetActiveCamera()
        ahead = camera.GetDirectionOfProjection()
        own.SetFocalPoint(0, 0, 0)
        own.SetPosition(*(-4.4 * part for part in ahead))
        own.SetViewUp(*camera.GetViewUp())
        own.ParallelProjectionOn()
        own.SetParallelScale(1.5)
        self.renderer.ResetCameraClippingRange()


def round_length(length: float) -> float:
    """The largest of 1, 2, 5, 10, 20, ... that is not above `length`."""
    power = 10.0 ** math.floor(math.log10(length))
    return power * max(step for step in (1, 2, 5) if step * power <= length * (1 + 1e-9))


def _arrow(axis: int) -> vtkActor:
    """From the origin to 1 along an axis, in its colour."""
    source = vtkArrowSource()
    source.SetTipLength(0.25)
    source.SetTipRadius(0.1)
    source.SetTipResolution(16)
    source.SetShaftRadius(0.035)
    source.Update()
    actor = still_actor(source.GetOutput())
    actor.GetProperty().SetColor(*colour_of(AXES[axis]))
    actor.GetProperty().SetAmbient(0.6)  # a thin arrow, lit like the volume, would be dim before a dark ground
    actor.GetProperty().SetDiffuse(0.4)
    actor.SetOrientation(0, -90 * (axis == 2), 90 * (axis == 1))  # the source points along x
    return actor


def _letter(axis: int, letter: str) -> vtkTextActor:
    """The name of an axis beyond the tip of its arrow."""
    actor = vtkTextActor()
    actor.SetInput(letter)
    in_typeface(actor.GetTextProperty())
    actor.GetTextProperty().SetJustificationToCentered()
    actor.GetTextProperty().SetVerticalJustificationToCentered()
    place = actor.GetPositionCoordinate()
    place.SetCoordinateSystemToWorld()
    place.SetValue(*(1.25 * (axis == other) for other in range(3)))
    return actor
