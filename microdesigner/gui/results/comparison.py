"""Two results side by side: linked views, what both measure, and the difference."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.result import Sample
from microdesigner.gui import theme
from microdesigner.gui.results.tolerance_colours import tolerance_colour
from microdesigner.gui.widgets.basics import SPACING, heading, quiet
from microdesigner.gui.widgets.mesh_builder import MeshBuilder
from microdesigner.gui.widgets.volume_view import VolumeView

if TYPE_CHECKING:
    from microdesigner.view3d.palettes import Palette
    from microdesigner.view3d.scene import Scene

EMPTY = (
    "Select two results in the history with Ctrl+click and choose Compare the two selected, "
    "or verify a recipe and press Compare."
)


@dataclass(frozen=True)
class Compared:
    """One side: what to call it, what was asked for and the sample."""

    title: str
    targets: dict[str, float]
    sample: Sample


class ComparisonPanel(QWidget):
    """The views make their scenes when the first pair is shown; a move of one camera moves the other."""

    def __init__(self) -> None:
        super().__init__()
        self.views = (VolumeView(), VolumeView())
        self.titles = (heading(""), heading(""))
        self.cells: dict[str, tuple[QLabel, ...]] = {}
        self._builders = (MeshBuilder(self), MeshBuilder(self))
        self._pair: tuple[Compared, Compared] | None = None
        self._palette: Palette | None = None
        self._table = QWidget()
        self._lay_out()
        for index, (view, builder) in enumerate(zip(self.views, self._builders, strict=True)):
            view.setMinimumSize(160, 160)
            view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
            view.setAccessibleName(f"{'Left' if index == 0 else 'Right'} result")
            view.say(EMPTY)
            view.setVisible(index == 0)
            builder.built.connect(lambda geometry, index=index: self._swap(index, geometry))
            view.moved.connect(lambda index=index: self._follow(index))

    def show_pair(self, left: Compared, right: Compared, palette: "Palette", smooth: bool) -> None:
        """Compare two samples, in the colours and shapes of the main views."""
        from microdesigner.view3d.scene import OVERVIEW, Scene
        from microdesigner.view3d.surfaces import Shaping

        self._pair, self._palette = (left, right), palette
        for view, title, builder, side in zip(self.views, self.titles, self._builders, self._pair, strict=True):
            view.show()
            if view.scene is None:
                view.attach(Scene())
            title.setText(side.title)
            volume = side.sample.microstructure.with_provenance(title=OVERVIEW)  # the heading tells which film it is
            builder.order(volume, Shaping(smooth=smooth))
        self._fill()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        for view in self.views:
            if view.scene is not None:
                self._style(view.scene)
                view.scene.restyle()
                view.redraw()
        self._fill()

    @property
    def settled(self) -> bool:
        """Whether both volumes are on the screen."""
        scenes = [view.scene for view in self.views]
        return all(scene is not None and scene.geometry is not None for scene in scenes) and not any(
            builder.busy for builder in self._builders
        )

    def close_scenes(self) -> None:
        """End the mesh threads and free the graphics resources."""
        for view, builder in zip(self.views, self._builders, strict=True):
            builder.close()
            view.close_scene()

    def _swap(self, index: int, geometry: object) -> None:
        view, other = self.views[index], self.views[1 - index]
        scene = view.scene
        if scene is None:
            return
        first = scene.geometry is None
        self._style(scene)
        scene.show(geometry)  # type: ignore[arg-type]
        if first:
            scene.maximise(0)
        if other.scene is not None and other.scene.geometry is not None:
            scene.maximise(other.scene.maximised)
            scene.camera.place(other.scene.camera.pose())
        view.redraw()

    def _follow(self, index: int) -> None:
        leader, follower = self.views[index], self.views[1 - index]
        if leader.scene is not None and follower.scene is not None:
            follower.scene.maximise(leader.scene.maximised)
            follower.scene.camera.place(leader.scene.camera.pose())
            follower.redraw()

    def _style(self, scene: "Scene") -> None:
        from microdesigner.view3d.palettes import DARK, LIGHT

        scene.surroundings = DARK if theme.is_dark() else LIGHT
        if self._palette is not None:
            scene.palette = self._palette

    def _fill(self) -> None:
        if self._pair is None:
            return
        left, right = self._pair
        fresh = QWidget()
        grid = QGridLayout(fresh)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        for column, text in enumerate(("left", "right", "right − left"), 1):
            grid.addWidget(quiet(text), 0, column, Qt.AlignmentFlag.AlignRight)
            grid.setColumnMinimumWidth(column, 100)
        self.cells = {}
        names = dict.fromkeys([*left.sample.measured, *right.sample.measured])
        for row, name in enumerate(names, 1):
            self._add_line(grid, row, name, left.sample.measured.get(name), right.sample.measured.get(name))
        self._column.replaceWidget(self._table, fresh)
        self._table.deleteLater()
        self._table = fresh

    def _add_line(self, grid: QGridLayout, row: int, name: str, left: float | None, right: float | None) -> None:
        spec = spec_of(name)
        title = QLabel(spec.title)
        title.setToolTip(spec.meaning)
        grid.addWidget(title, row, 0)
        difference = None if left is None or right is None else right - left
        texts = ["–" if value is None else f"{value:.{spec.decimals}f}" for value in (left, right)]
        texts.append("–" if difference is None else f"{difference:+.{spec.decimals}f}")
        self.cells[name] = tuple(QLabel(text) for text in texts)
        for column, label in enumerate(self.cells[name], 1):
            grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignRight)
        if difference is not None:
            self.cells[name][-1].setStyleSheet(f"color: {theme.status_colour(tolerance_colour(difference))}")
        for label, side in zip(self.cells[name], self._pair or (), strict=False):
            if name in side.targets:
                label.setToolTip(f"Asked for {side.targets[name]:.{spec.decimals}f}.")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        for view, title in zip(self.views, self.titles, strict=True):
            side = QVBoxLayout()
            title.setWordWrap(True)
            side.addWidget(title)
            side.addWidget(view, 1)
            row.addLayout(side, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 8, 8, 8)
        self._column.addLayout(row, 1)
        self._column.addWidget(self._table)
