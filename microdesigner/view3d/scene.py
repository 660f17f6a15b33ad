"""Linked views of a volume, drawn off screen: all phases together and one view per phase."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import vtkmodules.vtkRenderingFreeType
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401  (registers the OpenGL factories)
from numpy.typing import NDArray
from vtkmodules.vtkRenderingCore import vtkCamera, vtkRenderWindow

from microdesigner.app.view_state import Vector
from microdesigner.core.microstructure import PHASE_NAMES
from microdesigner.core.quantity import titled
from microdesigner.view3d.annotations import Axes
from microdesigner.view3d.camera import CameraControl, Crop
from microdesigner.view3d.contents import fill
from microdesigner.view3d.drawing import WindowPixels, backdrop, drawn_by_hardware, off_screen_window
from microdesigner.view3d.look import WHOLE, Area, Look
from microdesigner.view3d.marking import Mask, Outline, resampled
from microdesigner.view3d.palettes import LIGHT, PALETTES, Palette, Surroundings
from microdesigner.view3d.picking import Hit, Ray, pick
from microdesigner.view3d.planes import Marked
from microdesigner.view3d.surfaces import OVERVIEW, PART_TRIANGLES, Geometry
from microdesigner.view3d.view import Pixels, View, WholeView, layout

HARDWARE_TRIANGLES = 6_000_000  # a card that draws 400 million a second, as laptops do, keeps 60 frames/s


class Scene:
    """Draws into an off-screen window of its own, where `render` gives pixels, or into the `window` of a widget, which
    asks `arrange` for each picture. Everything here needs the thread that made it.

    View 0 shows all phases, view 1 + k phase k. Setters change the state only; the next picture shows it.
    """

    def __init__(self, phase_names: Sequence[str] = PHASE_NAMES, window: vtkRenderWindow | None = None) -> None:
        self.window = window or off_screen_window()
        self.window.SetNumberOfLayers(2)
        self._backdrop = backdrop(self.window)
        self.camera = CameraControl(vtkCamera())
        self.axes = Axes()
        self.palette: Palette = PALETTES["paper"]
        self.surroundings: Surroundings = LIGHT
        self.visible: list[bool] = []
        self.opacity: list[float] = []
        self.slices = False
        self.slice_positions = (0.5, 0.5, 0.5)
        self.scale = 1.0
        self.bare = False  # without titles, scale bars and axes
        self.geometry: Geometry | None = None
        self.marked: Mask | None = None  # voxels of the volume, or of a finer one that it stands for
        self._outline = Outline()
        self.views: list[View] = []
        self.maximised: int | None = None
        self.ruler: tuple[Vector, ...] = ()
        self._aspect = self.camera.aspect
        self._pixels = WindowPixels(self.window)
        self._set_phases(tuple(phase_names))
        self.window.AddRenderer(self.axes.renderer)

    def show(self, geometry: Geometry) -> None:
        """Replace the volume; the camera keeps its direction and moves only when the size in nm changed.

        The entry "title" of its provenance names the view of all phases."""
        names = geometry.microstructure.phase_names
        if names != self.phase_names:
            self._set_phases(names)
        x, y, z = geometry.size_nm
        bounds = (0.0, x, 0.0, y, 0.0, z)
        before, self.geometry = self.geometry, geometry
        if before is None or before.microstructure is not geometry.microstructure:
            self.measure(())
        thinned = f", surfaces of every {geometry.every}. voxel" if geometry.every > 1 else ""
        self.views[0].title.actor.SetInput(geometry.microstructure.provenance.get("title", OVERVIEW) + thinned)
        if before is None:
            self.camera.bounds = bounds
            self.camera.look("isometric")
        elif bounds != self.camera.bounds:
            self.camera.enclose(bounds)
        for view in self.views:
            view.clear()
            view.unit = self.length_unit
        self.restyle()

    def restyle(self) -> None:
        """Take over a change of visibility, opacity, palette, slices or surroundings; surfaces stay as they are."""
        for view in self.views:
            view.decorate(self.camera.bounds, self.surroundings)
        if self.geometry is None:
            return
        fill(self.views, self.geometry, self.look(), self._mark(self.geometry))
        colours = [self.palette.colour(label) for label in range(len(self.phase_names))]
        for view in self.views:
            view.style(colours, self.opacity, self.visible)

    def look(self) -> Look:
        """How the volume is shown; only with a volume."""
        assert self.geometry is not None
        return Look(
            self.geometry.shaping, self.palette, self.surroundings, tuple(self.visible), tuple(self.opacity),
            self.slices, self.slice_positions, self.maximised, self.camera.orthographic, self.camera.pose(), self.ruler,
        )  # fmt: skip

    def apply_look(self, look: Look) -> None:
        """Show the volume as `look` tells, apart from its shaping, which the geometry has already."""
        self.palette, self.surroundings = look.palette, look.surroundings
        if len(look.visible) == len(look.opacity) == len(self.phase_names):
            self.visible, self.opacity = list(look.visible), list(look.opacity)
        self.slices, self.slice_positions = look.slices, look.slice_positions
        self.maximise(look.maximised)
        self.camera.set_orthographic(look.orthographic)
        if look.pose is not None:
            self.camera.place(look.pose)
        self.measure(look.ruler)
        self.restyle()

    @property
    def length_unit(self) -> str:
        """Of all places and lengths: nm, or voxels where the volume does not tell their edges."""
        return "nm" if self.geometry is None else self.geometry.microstructure.length_unit

    @property
    def triangles(self) -> int:
        """Of all surfaces in full detail."""
        meshes = [mesh for mesh in self.geometry.meshes if mesh is not None] if self.geometry is not None else []
        return sum(mesh.fine.GetNumberOfCells() for mesh in meshes)

    @property
    def light(self) -> bool:
        """Whether the whole scene in full detail is as quick to draw as one part of a large one in software."""
        sorted_each_frame = any(0 < share < 1 for share in self.opacity)
        bound = PART_TRIANGLES if sorted_each_frame or not self.hardware else HARDWARE_TRIANGLES
        return self.triangles <= bound

    @cached_property
    def hardware(self) -> bool:
        """Whether a graphics card draws; asked for after the first picture."""
        return drawn_by_hardware(self.window)

    def set_aspect(self, aspect: float) -> None:
        """Take over width over height of the window; a volume that fitted its views fits again."""
        self._aspect = aspect
        tiles = layout(len(self.views))
        self.camera.set_aspect(aspect * min((right - left) / (top - bottom) for left, bottom, right, top in tiles))

    def maximise(self, index: int | None) -> None:
        """Let one view fill the window; None shows all again."""
        self.maximised = index if index is not None and index < len(self.views) else None
        for number in self.shown_views():
            self.views[number].renderer.SetViewport(*self.area(number))

    def view_at(self, x: float, y: float) -> int:
        """Index of the view at a point, as shares of the window from its upper left corner."""
        for index in self.shown_views():
            left, bottom, right, top = self.area(index)
            if left <= x <= right and bottom <= 1 - y <= top:
                return index
        return 0

    def pick(self, x: float, y: float) -> Hit | None:
        """What of the volume is seen at a place, in shares of the window from its upper left corner, if anything."""
        if self.geometry is None:
            return None
        view = self.view_at(x, y)
        left, bottom, right, top = self.area(view)
        across, height = (x - (left + right) / 2) * self._aspect, top - bottom
        ray = self.camera.ray(across / height, (1 - y - (bottom + top) / 2) / height)
        return pick(self.geometry, self.look(), view, Ray(*ray))

    def measure(self, ends: tuple[Vector, ...]) -> None:
        """Show the distance of two points in all views; fewer are shown without."""
        self.ruler = ends
        for view in self.views:
            view.ruler.show(ends, self.length_unit)

    def shown_views(self) -> list[int]:
        """Indices of the views that are not hidden by a maximised one."""
        return [self.maximised] if self.maximised is not None else list(range(len(self.views)))

    def area(self, index: int) -> Area:
        """Left, bottom, right, top of a shown view in shares of the window."""
        return WHOLE if self.maximised == index else layout(len(self.views))[index]

    def render(self, width: int, height: int, coarse: bool = False) -> NDArray[np.uint8]:
        """Pixels uint8 [height, width, RGBA] of the window, the lowest row first; valid until the next call."""
        self.arrange(width, height, coarse)
        self._pixels.draw((width, height))
        return self._pixels.fetched((width, height), WHOLE)

    def arrange(self, width: int, height: int, coarse: bool = False) -> None:
        """Let the next picture of the window, of this size in pixels, show everything."""
        for index in self.shown_views():
            self.views[index].bare = self.bare
            self.views[index].show_all(coarse)
        self._place((width, height), self.shown_views(), first=True, last=True)

    def steps(self, index: int) -> int:
        """How many calls of `render_step` make the picture of a view in full detail."""
        return max(1, len(self.views[index].parts))

    def render_step(self, index: int, step: int, width: int, height: int) -> NDArray[np.uint8] | None:
        """Draw one part of a view of a window of `width` × `height`; the last gives the pixels of the view.

        The steps of a view follow each other, with no change and no other picture of it in between.
        """
        self.views[index].show_part(step)
        last = step == self.steps(index) - 1
        self._place((width, height), [index], step == 0, last)
        self._pixels.draw((width, height))
        return self._pixels.fetched((width, height), self.area(index)) if last else None

    def render_crop(self, index: int, size: Pixels, crop: Crop, coarse: bool = False) -> NDArray[np.uint8]:
        """Pixels of a crop of view `index` as if it were `size` pixels wide and high.

        Axes come with the lower right corner.
        """
        maximised, last = self.maximised, max(self.shown_views())
        self.maximise(index)
        self.views[index].bare = self.bare
        self.views[index].show_all(coarse)
        with self.camera.cropped(size, crop):
            corner = index == last and crop.left + crop.width == size[0] and crop.bottom == 0
            self._place((crop.width, crop.height), [index], True, corner, (size, (crop.left, crop.bottom)))
            self._pixels.draw((crop.width, crop.height))
        pixels = self._pixels.fetched((crop.width, crop.height), WHOLE)
        self.maximise(maximised)
        return pixels

    def close(self) -> None:
        """Free the graphics resources; the scene is unusable afterwards."""
        for view in self.views:
            view.clear()
        self.window.Finalize()

    def _place(self, size: Pixels, views: list[int], first: bool, last: bool, whole: WholeView | None = None) -> None:
        self._backdrop.SetDraw(first)
        self._backdrop.SetBackground(*self.surroundings.background)
        for index, view in enumerate(self.views):
            view.renderer.SetDraw(index in views)
            if index in views:
                view.prepare(size, self.camera.visible_height(), self.scale, self.surroundings, whole)
        self.axes.renderer.SetDraw(last and not self.bare)  # drawing them forgets the depth of what lies behind
        self.axes.place(size, self.scale, self.camera.camera, self.surroundings)

    def _mark(self, geometry: Geometry) -> Marked | None:
        """Draw lines along the border of what is marked; returns it within the clip box."""
        if (segments := self._outline.changed(self.marked, geometry.size_nm)) is not None:
            for view in self.views:
                view.marking.show(segments)
        if self.marked is None:
            return None
        volume = geometry.microstructure
        first = (round(start / edge) for start, edge in zip(geometry.corner_nm, volume.spacing, strict=True))
        box = tuple(slice(start, start + edge) for start, edge in zip(first, geometry.labels.shape, strict=True))
        return Marked(resampled(self.marked, volume.shape)[box], self.surroundings.background)

    def _set_phases(self, names: tuple[str, ...]) -> None:
        for view in self.views:
            self.window.RemoveRenderer(view.renderer)
        self.phase_names = names
        self._outline.forget()
        titles = [OVERVIEW, *(titled(name) for name in names)]
        self.views = [View(title, self.camera.camera) for title in titles]
        for view in self.views:
            self.window.AddRenderer(view.renderer)
            view.decorate(self.camera.bounds, self.surroundings)
        self.visible = [True] * len(names)
        self.opacity = [1.0] * len(names)
        self.set_aspect(self._aspect)
        self.maximise(None)
