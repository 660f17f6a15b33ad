"""Volumes that a training drew at its validations, in 3-D, the newest unless an earlier one is chosen."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QVBoxLayout, QWidget

from microdesigner import io
from microdesigner.app.training_progress import STAGE_TITLES
from microdesigner.core.errors import InputError
from microdesigner.gui import theme
from microdesigner.gui.widgets.basics import named
from microdesigner.gui.widgets.mesh_builder import MeshBuilder
from microdesigner.gui.widgets.volume_view import VolumeView

NOTHING_YET = "The first sample comes with the first validation."


class SampleView(QWidget):
    """One view of all phases with a slider through the samples."""

    def __init__(self) -> None:
        super().__init__()
        self.view = VolumeView()
        self.view.setMinimumSize(240, 180)
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.slider = named(QSlider(Qt.Orientation.Horizontal), "Sample", "Earlier samples, the newest on the right.")
        self.caption = QLabel()
        self._builder = MeshBuilder(self)
        self._builder.built.connect(self._swap)
        self._files: list[Path] = []
        row = QHBoxLayout()
        row.addWidget(self.caption)
        row.addWidget(self.slider, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view, 1)
        column.addLayout(row)
        self.slider.valueChanged.connect(self._order)
        self.slider.hide()
        self.view.say(NOTHING_YET)

    def show_files(self, files: list[Path]) -> None:
        """Take over all samples drawn so far; the newest is shown unless an earlier one was chosen."""
        if files == self._files:
            return
        newest = self.slider.value() >= len(self._files) - 1
        self._files = list(files)
        self.slider.setVisible(len(files) > 1)
        self.slider.setRange(0, max(0, len(files) - 1))
        if newest and self.slider.value() != len(files) - 1:
            self.slider.setValue(len(files) - 1)
        elif newest and files:
            self._order(len(files) - 1)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        scene = self.view.scene
        if scene is not None:
            self._style()
            scene.restyle()
            self.view.redraw()

    def close_scene(self) -> None:
        """End the mesh thread and free the graphics resources."""
        self._builder.close()
        self.view.close_scene()

    def _order(self, index: int) -> None:
        if not self._files or not self._prepared():
            return
        path = self._files[index]
        try:
            volume = io.read(path)
        except (InputError, OSError):
            return
        stage, _, step = path.stem.partition("-")
        self.caption.setText(f"{STAGE_TITLES.get(stage, stage)}, step {int(step)}")
        from microdesigner.view3d.surfaces import Shaping

        self._builder.order(volume, Shaping())

    def _prepared(self) -> bool:
        if self.view.scene is None:
            from microdesigner.view3d.graphics import graphics_problem, prefer_headless

            problem = graphics_problem()
            if problem is not None:
                self.view.say(problem)
                return False
            prefer_headless()
            from microdesigner.view3d.scene import Scene

            self.view.attach(Scene())
        return True

    def _style(self) -> None:
        from microdesigner.view3d.palettes import DARK, LIGHT

        scene = self.view.scene
        if scene is not None:
            scene.surroundings = DARK if theme.is_dark() else LIGHT
            scene.visible = [True] * len(scene.phase_names)
            scene.opacity = [1.0] * len(scene.phase_names)

    def _swap(self, geometry: object) -> None:
        scene = self.view.scene
        if scene is None:
            return
        names = geometry.microstructure.phase_names  # type: ignore[attr-defined]
        scene.visible, scene.opacity = [True] * len(names), [1.0] * len(names)
        self._style()
        scene.show(geometry)  # type: ignore[arg-type]
        scene.maximise(0)
        self.view.redraw()
