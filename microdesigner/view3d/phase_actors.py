"""One phase in one view: its surface in parts that are drawn one after the other, and its coarse twin."""

from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkProperty

from microdesigner.view3d.drawing import still_actor
from microdesigner.view3d.palettes import Colour
from microdesigner.view3d.surfaces import PhaseMesh


class PhaseActors:
    """Actors of one mesh; every one keeps its own mapper, so that nothing is uploaded twice.

    A translucent phase is drawn by the view, together with the other translucent ones.
    """

    def __init__(self, label: int, mesh: PhaseMesh, smooth: bool) -> None:
        self.label = label
        self.mesh = mesh
        self.smooth = smooth
        self.shown = True
        self.colour: Colour = (1.0, 1.0, 1.0)
        self.opacity = 1.0
        self._look = surface_look(smooth)
        self.parts = [_actor(part, self._look) for part in mesh.parts]
        self.coarse = _actor(mesh.coarse, self._look)

    @property
    def actors(self) -> list[vtkActor]:
        """All actors."""
        return [*self.parts, self.coarse]

    @property
    def solid(self) -> bool:
        """Whether the phase is shown and opaque."""
        return self.shown and self.opacity >= 1

    @property
    def translucent(self) -> bool:
        """Whether the phase is shown and lets others shine through."""
        return self.shown and self.opacity < 1

    def style(self, colour: Colour, opacity: float, shown: bool) -> None:
        """Set colour, opacity in 0..1 and whether the phase is shown at all."""
        self.colour, self.opacity, self.shown = colour, opacity, shown
        self._look.SetColor(*colour)


def surface_look(smooth: bool) -> vtkProperty:
    """How light falls on a surface; voxels have flat faces."""
    look = vtkProperty()
    look.SetAmbient(0.34)
    look.SetDiffuse(0.78)
    look.SetSpecular(0.12)
    look.SetSpecularPower(20)
    look.BackfaceCullingOn()
    if not smooth:
        look.SetInterpolationToFlat()
    return look


def _actor(data: vtkPolyData, look: vtkProperty) -> vtkActor:
    actor = still_actor(data)
    actor.SetProperty(look)
    actor.ForceOpaqueOn()
    return actor
