"""Linked views of a volume, drawn off screen: all phases together and one view per phase."""

from collections.abc import Sequence

import numpy as np
import vtkmodules.vtkRenderingFreeType
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (registers the OpenGL factories)
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkActor, vtkCamera, vtkPolyDataMapper, vtkRenderWindow

from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.view3d.annotations import Axes
from microdesigner.view3d.camera import CameraControl
from microdesigner.view3d.palettes import LIGHT, PALETTES, Palette, Surroundings
from microdesigner.view3d.planes import box_faces, colour_table, slice_planes
from microdesigner.view3d.surfaces import Geometry, PhaseMesh
from microdesigner.view3d.view import View, layout


class Scene:
    """Owns the off-screen window. Everything here needs the thread that made it; `render` gives pixels.

    View 0 shows all phases, view 1 + k phase k. Setters change the state only; the next `render` shows it.
    """

    def __init__(self, phase_names: Sequence[str] = PHASE_NAMES) -> None:
        self.window = vtkRenderWindow()
        self.window.SetMultiSamples(0)
        self.window.SetOffScreenRendering(True)
        self.window.SetNumberOfLayers(2)
        self.camera = CameraControl(vtkCamera())
        self.axes = Axes()
        self.palette: Palette = PALETTES["paper"]
        self.surroundings: Surroundings = LIGHT
        self.visible: list[bool] = []
        self.opacity: list[float] = []
        self.slices = False
        self.slice_positions = (0.5, 0.5, 0.5)
        self.scale = 1.0
        self.geometry: Geometry | None = None
        self.views: list[View] = []
        self.maximised: int | None = None
        self._surfaces: list[tuple[vtkActor, PhaseMesh, int]] = []
        self._buffer = vtkUnsignedCharArray()
        self._coarse = False
        self._set_phases(tuple(phase_names))
        self.window.AddRenderer(self.axes.renderer)

    def show(self, geometry: Geometry) -> None:
        """Replace the volume; the camera keeps its direction and moves only when the size in nm changed."""
        names = geometry.microstructure.phase_names
        if names != self.phase_names:
            self._set_phases(names)
        sizes = [
            edge * nm for edge, nm in zip(geometry.microstructure.shape, geometry.microstructure.voxel_nm, strict=True)
        ]
        bounds = (0.0, sizes[0], 0.0, sizes[1], 0.0, sizes[2])
        first, resized = self.geometry is None, bounds != self.camera.bounds
        self.geometry = geometry
        self.camera.bounds = bounds
        if first:
            self.camera.look("isometric")
        elif resized:
            self.camera.fit()
        self.rebuild()

    def rebuild(self) -> None:
        """Make the actors anew after a change of visibility, opacity, palette, slices or surroundings."""
        for view in self.views:
            view.clear()
            view.decorate(self.camera.bounds, self.surroundings)
        self._surfaces = []
        if self.geometry is None:
            return
        for label, mesh in enumerate(self.geometry.meshes):
            if mesh is not None and self.visible[label]:
                self._add_surface(self.views[1 + label], label, mesh)
        self._fill_overview(self.geometry)

    def set_coarse(self, on: bool) -> None:
        """Show the coarse twins (while the camera moves) or the fine meshes."""
        self._coarse = on
        for actor, mesh, _ in self._surfaces:
            actor.GetMapper().SetInputData(mesh.coarse if on else mesh.fine)

    def maximise(self, index: int | None) -> None:
        """Let one view fill the window; None shows all again."""
        self.maximised = index if index is not None and index < len(self.views) else None
        for number, (view, area) in enumerate(zip(self.views, layout(len(self.views)), strict=True)):
            alone = self.maximised == number
            view.renderer.SetViewport(*((0, 0, 1, 1) if alone else area))
            view.renderer.SetDraw(alone or self.maximised is None)

    def view_at(self, x: float, y: float) -> int:
        """Index of the view at a point, as shares of the window from its upper left corner."""
        if self.maximised is not None:
            return self.maximised
        for index, area in enumerate(layout(len(self.views))):
            if area[0] <= x <= area[2] and area[1] <= 1 - y <= area[3]:
                return index
        return 0

    def render(self, width: int, height: int) -> NDArray[np.uint8]:
        """Pixels uint8 [height, width, RGBA], the lowest row first; valid until the next call."""
        if tuple(self.window.GetSize()) != (width, height):
            self.window.SetSize(width, height)
        for view in self.views:
            if view.renderer.GetDraw():
                view.prepare((width, height), self.camera.visible_height(), self.scale, self.surroundings)
        self.axes.place((width, height), self.scale, self.camera.camera, self.surroundings)
        self.window.Render()
        self.window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, self._buffer)
        return np.asarray(vtk_to_numpy(self._buffer)).reshape(height, width, 4)

    def close(self) -> None:
        """Free the graphics resources; the scene is unusable afterwards."""
        for view in self.views:
            view.clear()
        self._surfaces = []
        self.window.Finalize()

    def _set_phases(self, names: tuple[str, ...]) -> None:
        for view in self.views:
            self.window.RemoveRenderer(view.renderer)
        self.phase_names = names
        titles = ["All phases", *(name.capitalize() for name in names)]
        self.views = [View(title, self.camera.camera) for title in titles]
        for view in self.views:
            self.window.AddRenderer(view.renderer)
            view.decorate(self.camera.bounds, self.surroundings)
        self.visible = [True] * len(names)
        self.opacity = [1.0] * len(names)
        self.maximise(None)

    def _fill_overview(self, geometry: Geometry) -> None:
        overview = self.views[0]
        colours = colour_table(self.palette, tuple(self.visible))
        if self.slices:
            overview.add(slice_planes(geometry, self.slice_positions, colours))
        elif self._is_solid(geometry):
            overview.add(box_faces(geometry, colours))
        else:
            for label, mesh in enumerate(geometry.meshes):
                if mesh is not None and self.visible[label]:
                    self._add_surface(overview, label, mesh)

    def _is_solid(self, geometry: Geometry) -> bool:
        return all(self.visible) and min(self.opacity) >= 1 and geometry.shaping.threshold <= 0

    def _add_surface(self, view: View, label: int, mesh: PhaseMesh) -> None:
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(mesh.coarse if self._coarse else mesh.fine)
        mapper.ScalarVisibilityOff()
        actor = vtkActor()
        actor.SetMapper(mapper)
        look = actor.GetProperty()
        look.SetColor(*self.palette.colour(label))
        look.SetOpacity(self.opacity[label])
        look.SetAmbient(0.18)
        look.SetDiffuse(0.82)
        look.SetSpecular(0.15)
        look.SetSpecularPower(20)
        look.BackfaceCullingOn()
        if self.geometry is not None and not self.geometry.shaping.smooth:
            look.SetInterpolationToFlat()
        view.add([actor])
        self._surfaces.append((actor, mesh, label))
