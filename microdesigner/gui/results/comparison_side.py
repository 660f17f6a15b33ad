"""One of the films that are compared: its title and its view, which follows the others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget
from superqt import QElidingLabel

from microdesigner.core.result import Sample
from microdesigner.gui import theme
from microdesigner.gui.widgets.mesh_builder import MeshBuilder
from microdesigner.gui.widgets.volume_view import VolumeView

if TYPE_CHECKING:
    from microdesigner.view3d.palettes import Palette


@dataclass(frozen=True)
class Compared:
    """One of them: what to call it, what was asked for and the sample."""

    title: str
    targets: dict[str, float]
    sample: Sample


class ComparisonSide(QObject):
    """Title and view of one film; the view makes its scene when the first film is shown."""

    swapped = Signal()  # the film is on the screen

    def __init__(self, parent: QWidget, number: int) -> None:
        super().__init__(parent)
        self.view, self.title, self.builder = VolumeView(), QElidingLabel(), MeshBuilder(self)
        self.title.setProperty("role", "name")
        self.view.setMinimumSize(160, 160)
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.view.setAccessibleName(f"Result {number}")
        self.palette: Palette | None = None
        self.builder.built.connect(self._swap)

    def show_film(self, film: Compared, title: str, palette: "Palette", smooth: bool) -> None:
        """Show a film as soon as its meshes are built, in the colours and shapes of the main views."""
        from microdesigner.view3d.scene import Scene
        from microdesigner.view3d.surfaces import OVERVIEW, Shaping

        self.palette = palette
        if self.view.scene is None:
            self.view.attach(Scene())
        self.title.setText(title)
        self.title.setToolTip(film.title)
        volume = film.sample.microstructure.with_provenance(title=OVERVIEW)  # the heading tells which film it is
        self.builder.order(volume, Shaping(smooth=smooth))

    def follow(self, leader: "ComparisonSide") -> None:
        """Look from where another looks."""
        if self.shown and leader.shown and self.view.scene is not None and leader.view.scene is not None:
            self.view.scene.maximise(leader.view.scene.maximised)
            self.view.scene.camera.place(leader.view.scene.camera.pose())
            self.view.redraw()

    @property
    def shown(self) -> bool:
        """Whether there is a film on the screen."""
        return self.view.scene is not None and self.view.scene.geometry is not None

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        from microdesigner.view3d.palettes import DARK, LIGHT

        scene = self.view.scene
        if scene is None:
            return
        scene.surroundings = DARK if theme.is_dark() else LIGHT
        if self.palette is not None:
            scene.palette = self.palette
        scene.restyle()
        self.view.redraw()

    def close(self) -> None:
        """End the mesh thread and free the graphics resources."""
        self.builder.close()
        self.view.close_scene()

    def _swap(self, geometry: object) -> None:
        scene = self.view.scene
        if scene is None:
            return
        first = scene.geometry is None
        scene.show(geometry)  # type: ignore[arg-type]
        if first:
            scene.maximise(0)
        self.restyle()
        self.swapped.emit()
