"""One view of the scene: a renderer with its title, frame and scale bar."""

import math
from collections.abc import Iterable, Sequence

from vtkmodules.vtkCommonCore import vtkMath
from vtkmodules.vtkRenderingCore import vtkActor, vtkCamera, vtkRenderer

from microdesigner.view3d.annotations import Frame, Pixel, ScaleBar, Title
from microdesigner.view3d.camera import Bounds
from microdesigner.view3d.drawing import camera_light
from microdesigner.view3d.look import Area
from microdesigner.view3d.marking import Marking
from microdesigner.view3d.palettes import Colour, Surroundings
from microdesigner.view3d.phase_actors import PhaseActors, surface_look
from microdesigner.view3d.ruler import Ruler
from microdesigner.view3d.sorted_blend import SortedBlend
from microdesigner.view3d.surfaces import PART_TRIANGLES

Pixels = tuple[int, int]  # a width and a height
WholeView = tuple[Pixels, Pixel]  # pixels of the whole view, lower left corner of what is drawn


class View:
    """A tile of the window that looks through the shared camera."""

    def __init__(self, title: str, camera: vtkCamera) -> None:
        self.renderer = vtkRenderer()
        self.renderer.SetActiveCamera(camera)
        self.renderer.SetAutomaticLightCreation(False)
        self.renderer.EraseOff()  # the scene clears the whole window
        self.renderer.UseOITOff()  # it averages what lies behind each other instead of sorting it
        self.renderer.AddLight(camera_light())
        self.title = Title(title)
        self.frame = Frame()
        self.scale_bar = ScaleBar()
        self.unit = "nm"  # of lengths, or "voxels"
        self.renderer.AddActor(self.frame.actor)
        self.ruler, self.marking = Ruler(), Marking()
        self._overlay = (self.title.actor, self.scale_bar.bar, self.scale_bar.label)
        for prop in (*self._overlay, *self.marking.props, *self.ruler.all_props):
            self.renderer.AddViewProp(prop)
        self.bare = False  # without title and scale bar
        self._bounds: Bounds = (0.0, 1.0, 0.0, 1.0, 0.0, 1.0)
        self.planes: list[vtkActor] = []
        self._closed = False
        self.surfaces: list[PhaseActors] = []
        self._blended: list[PhaseActors] = []
        self._fine_blend: SortedBlend | None = None
        self._coarse_blend: SortedBlend | None = None

    def clear(self) -> None:
        """Remove everything of the volume."""
        self.set_planes(())
        self.set_surfaces(())

    def set_planes(self, planes: Iterable[vtkActor], closed: bool = False) -> None:
        """Show these flat actors in place of the last ones; they may close a box, their fronts outside."""
        self._remove(self.planes)
        self.planes = list(planes)
        self._closed = closed
        for actor in self.planes:
            self.renderer.AddActor(actor)

    def set_surfaces(self, surfaces: Iterable[PhaseActors]) -> None:
        """Show these surfaces in place of the last ones."""
        self._remove(actor for surface in self.surfaces for actor in surface.actors)
        self.surfaces = list(surfaces)
        for surface in self.surfaces:
            for actor in surface.actors:
                self.renderer.AddActor(actor)
        self._blend([])

    def style(self, colours: Sequence[Colour], opacity: Sequence[float], visible: Sequence[bool]) -> None:
        """Set colour, opacity in 0..1 and visibility of each phase by its label."""
        for surface in self.surfaces:
            surface.style(colours[surface.label], opacity[surface.label], visible[surface.label])
        members = [surface for surface in self.surfaces if surface.translucent]
        if members != self._blended:
            self._blend(members)
        for blend in (self._fine_blend, self._coarse_blend):
            if blend is not None:
                blend.colour([member.colour for member in members], [member.opacity for member in members])

    @property
    def parts(self) -> list[vtkActor]:
        """What is drawn one after the other in full detail: opaque phases, then translucent ones from the back."""
        solid = [part for surface in self.surfaces if surface.solid for part in surface.parts]
        return solid + (self._fine_blend.actors if self._fine_blend is not None else [])

    def show_all(self, coarse: bool) -> None:
        """Draw everything in the next picture, in full detail or the coarse twins."""
        blend = self._coarse_blend if coarse else self._fine_blend
        if blend is not None:
            blend.sort(self.renderer.GetActiveCamera())
        solid = [part for s in self.surfaces if s.solid for part in ([s.coarse] if coarse else s.parts)]
        self._show({id(actor) for actor in (*solid, *(blend.actors if blend is not None else ()))})
        self._show_step(True, True)

    def show_part(self, step: int) -> None:
        """Draw one part in the next picture on top of the parts before it; titles come with the last."""
        parts = self.parts
        if self._fine_blend is not None and parts[step] is self._fine_blend.actors[0]:
            self._fine_blend.sort(self.renderer.GetActiveCamera())
        self._show({id(part) for part in parts[step : step + 1]})
        self._show_step(step == 0, step >= len(parts) - 1)

    def _blend(self, members: list[PhaseActors]) -> None:
        """Draw these phases sorted by depth."""
        self._remove(self._blend_actors())
        self._blended, self._fine_blend, self._coarse_blend = members, None, None
        if members:
            look = surface_look(members[0].smooth)
            self._fine_blend = SortedBlend([member.mesh.fine for member in members], look, PART_TRIANGLES)
            coarse = [member.mesh.coarse for member in members]
            self._coarse_blend = SortedBlend(coarse, look, sum(mesh.GetNumberOfCells() for mesh in coarse))
        for actor in self._blend_actors():
            self.renderer.AddActor(actor)

    def _blend_actors(self) -> list[vtkActor]:
        return [
            actor for blend in (self._fine_blend, self._coarse_blend) if blend is not None for actor in blend.actors
        ]

    def _show(self, drawn: set[int]) -> None:
        own = [actor for surface in self.surfaces for actor in surface.actors]
        for actor in (*own, *self._blend_actors()):
            actor.SetVisibility(id(actor) in drawn)

    def _show_step(self, first: bool, last: bool) -> None:
        for prop in (*self.planes, self.frame.actor):
            prop.SetVisibility(first)
        for prop in self._overlay:
            prop.SetVisibility(last and not self.bare)
        for prop in self.marking.props:
            prop.SetVisibility(last and self.marking.shown)
        for prop in self.ruler.all_props:
            prop.SetVisibility(last and prop in self.ruler.props)

    def _remove(self, actors: Iterable[vtkActor]) -> None:
        for actor in actors:
            self.renderer.RemoveActor(actor)
            actor.ReleaseGraphicsResources(self.renderer.GetVTKWindow())

    def decorate(self, bounds: Bounds, surroundings: Surroundings) -> None:
        """Fit the frame to the volume."""
        self._bounds = bounds
        self.frame.update(bounds, surroundings)

    def prepare(
        self,
        window: Pixels,
        visible_height: float,
        scale: float,
        surroundings: Surroundings,
        whole: WholeView | None = None,
    ) -> None:
        """Place title and scale bar for the next picture in a window of `window` pixels, a part of `whole`."""
        left, bottom, right, top = self.renderer.GetViewport()
        size = max(1, round((right - left) * window[0])), max(1, round((top - bottom) * window[1]))
        (width, height), corner = whole or (size, (0, 0))
        self.frame.actor.GetProperty().SetLineWidth(max(1.0, scale))
        self.title.place(height, corner, scale, surroundings)
        self.scale_bar.place(width, corner, visible_height / height, scale, surroundings, self.unit)
        self.ruler.place(scale, surroundings)
        self.marking.place(scale, surroundings)
        self.renderer.ResetCameraClippingRange(*self._bounds)  # by the volume, not by the part that is drawn
        hidden = self._closed and not vtkMath.PointIsWithinBounds(
            self.renderer.GetActiveCamera().GetPosition(), self._bounds, (0, 0, 0)
        )
        for plane in self.planes:
            plane.GetProperty().SetBackfaceCulling(hidden)


def layout(count: int) -> list[Area]:
    """Tiles (left, bottom, right, top) of `count` views in reading order; three get one tall tile and two beside it."""
    if count == 3:
        return [(0, 0, 0.5, 1), (0.5, 0.5, 1, 1), (0.5, 0, 1, 0.5)]
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    tiles: list[Area] = []
    for index in range(count):
        row, column = divmod(index, columns)
        tiles.append((column / columns, 1 - (row + 1) / rows, (column + 1) / columns, 1 - row / rows))
    return tiles
