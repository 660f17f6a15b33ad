"""One phase in one view: its surface in parts that are drawn one after the other, and its coarse twin."""

from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkProperty

from microdesigner.view3d.palettes import Colour
from microdesigner.view3d.surfaces import PhaseMesh


class PhaseActors:
    """Actors of one mesh; every one keeps its own mapper, so that nothing is uploaded twice."""

    def __init__(self, label: int, mesh: PhaseMesh, smooth: bool) -> None:
        self.label = label
        self.shown = True
        self._look = _surface_look(smooth)
        self.parts = [_actor(part, self._look) for part in mesh.parts]
        self.coarse = _actor(mesh.coarse, self._look)

    @property
    def actors(self) -> list[vtkActor]:
        """All actors."""
        return [*self.parts, self.coarse]

    def style(self, colour: Colour, opacity: float, shown: bool) -> None:
        """Set colour, opacity in 0..1 and whether the phase is shown at all."""
        self.shown = shown
        self._look.SetColor(*colour)
        self._look.SetOpacity(opacity)
        for actor in self.actors:
            actor.SetForceOpaque(opacity >= 1)


def _actor(data: vtkPolyData, look: vtkProperty) -> vtkActor:
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.ScalarVisibilityOff()
    mapper.SetStatic(True)
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.SetProperty(look)
    return actor


def _surface_look(smooth: bool) -> vtkProperty:
    look = vtkProperty()
    look.SetAmbient(0.18)
    look.SetDiffuse(0.82)
    look.SetSpecular(0.15)
    look.SetSpecularPower(20)
    look.BackfaceCullingOn()
    if not smooth:
        look.SetInterpolationToFlat()
    return look
