"""A line between two points of a volume with its length, drawn over everything else."""

import math

from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkRenderingCore import vtkProp, vtkTextActor

from microdesigner.app.view_state import Vector
from microdesigner.view3d.drawing import flat_actor, in_typeface
from microdesigner.view3d.palettes import Surroundings

LINE, HALO, END, TEXT, ABOVE = 2, 5, 3, 13, 8  # pixels


class Ruler:
    """Nothing, one end, or both ends with the line between them."""

    def __init__(self) -> None:
        self._data = vtkPolyData()
        self._halo, self._line = flat_actor(self._data), flat_actor(self._data)
        self.label = vtkTextActor()
        self.label.GetPositionCoordinate().SetCoordinateSystemToWorld()
        self._words = self.label.GetTextProperty()
        in_typeface(self._words)
        self._words.SetJustificationToCentered()
        self._words.SetVerticalJustificationToBottom()
        self._words.SetBackgroundOpacity(0.85)
        self._ends: tuple[Vector, ...] = ()

    @property
    def props(self) -> tuple[vtkProp, ...]:
        """All that there is to draw now."""
        return (self._halo, self._line, self.label)[: 2 if len(self._ends) < 2 else 3] if self._ends else ()

    @property
    def all_props(self) -> tuple[vtkProp, ...]:
        """All that there may be to draw."""
        return self._halo, self._line, self.label

    def show(self, ends: tuple[Vector, ...], unit: str) -> None:
        """Lie between at most two points, whose places are in `unit`."""
        self._ends = ends
        points, dots, lines = vtkPoints(), vtkCellArray(), vtkCellArray()
        for number, end in enumerate(ends):
            points.InsertNextPoint(*end)
            dots.InsertNextCell(1, [number])
        if len(ends) == 2:
            lines.InsertNextCell(2, [0, 1])
            self.label.SetInput(length_words(ends, unit))
            self.label.GetPositionCoordinate().SetValue(*((a + b) / 2 for a, b in zip(*ends, strict=True)))
        self._data.SetPoints(points)
        self._data.SetVerts(dots)
        self._data.SetLines(lines)

    def place(self, scale: float, surroundings: Surroundings) -> None:
        """Set sizes for a display scale, and the colours."""
        for actor, width, colour in (
            (self._halo, HALO, surroundings.background),
            (self._line, LINE, surroundings.text),
        ):
            actor.GetProperty().SetLineWidth(width * scale)
            actor.GetProperty().SetPointSize((END + width) * scale)
            actor.GetProperty().SetColor(*colour)
        self._words.SetFontSize(round(TEXT * scale))
        self._words.SetLineOffset(ABOVE * scale)
        self._words.SetColor(*surroundings.text)
        self._words.SetBackgroundColor(*surroundings.background)


def length_words(ends: tuple[Vector, ...], unit: str) -> str:
    """The distance of two points in words."""
    return f"{math.dist(*ends):.1f} {unit}"
