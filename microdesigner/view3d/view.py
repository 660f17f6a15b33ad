"""One view of the scene: a renderer with its title, frame and scale bar."""

import math
from collections.abc import Iterable

from vtkmodules.vtkRenderingCore import vtkActor, vtkCamera, vtkLight, vtkRenderer

from microdesigner.view3d.annotations import Frame, ScaleBar, Title
from microdesigner.view3d.camera import Bounds
from microdesigner.view3d.palettes import Surroundings

Area = tuple[float, float, float, float]


class View:
    """A tile of the window that looks through the shared camera."""

    def __init__(self, title: str, camera: vtkCamera) -> None:
        self.renderer = vtkRenderer()
        self.renderer.SetActiveCamera(camera)
        self.renderer.SetAutomaticLightCreation(False)
        light = vtkLight()
        light.SetLightTypeToHeadlight()
        self.renderer.AddLight(light)
        self.title = Title(title)
        self.frame = Frame()
        self.scale_bar = ScaleBar()
        self.renderer.AddActor(self.frame.actor)
        for actor in (self.title.actor, self.scale_bar.bar, self.scale_bar.label):
            self.renderer.AddViewProp(actor)
        self._actors: list[vtkActor] = []

    def clear(self) -> None:
        """Remove the volume's actors."""
        for actor in self._actors:
            self.renderer.RemoveActor(actor)
            actor.ReleaseGraphicsResources(self.renderer.GetVTKWindow())
        self._actors = []

    def add(self, actors: Iterable[vtkActor]) -> None:
        """Add actors of the volume."""
        for actor in actors:
            self.renderer.AddActor(actor)
            self._actors.append(actor)

    def decorate(self, bounds: Bounds, surroundings: Surroundings) -> None:
        """Fit the frame to the volume and colour the background."""
        self.frame.update(bounds, surroundings)
        self.renderer.SetBackground(*surroundings.background)

    def prepare(self, window: tuple[int, int], visible_height: float, scale: float, surroundings: Surroundings) -> None:
        """Place title and scale bar for the next picture in a window of `window` pixels."""
        left, bottom, right, top = self.renderer.GetViewport()
        width, height = max(1, round((right - left) * window[0])), max(1, round((top - bottom) * window[1]))
        self.title.place(width, height, scale, surroundings)
        self.scale_bar.place(width, visible_height / height, scale, surroundings)
        self.renderer.ResetCameraClippingRange()


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
