"""The middle column: the linked views and everything that changes them."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from microdesigner.app.store.settings import Settings
from microdesigner.app.view_state import ViewState
from microdesigner.core.card import ModelCard
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.gui import theme
from microdesigner.gui.viewer.colour_dialog import ColourDialog
from microdesigner.gui.viewer.palette_choice import PaletteChoice
from microdesigner.gui.viewer.phase_bar import PhaseBar
from microdesigner.gui.widgets.basics import toggle_button, tool_button
from microdesigner.gui.widgets.mesh_builder import MeshBuilder
from microdesigner.gui.widgets.volume_view import VolumeView
from microdesigner.view3d.palettes import text_of

if TYPE_CHECKING:
    from microdesigner.view3d.look import Shot
    from microdesigner.view3d.scene import Scene

STANDARD_VIEWS = (("isometric", "Iso", "6"), ("x", "X", "7"), ("y", "Y", "8"), ("z", "Z", "9"))

MEASURE_TIP = "Distance of two points that you click on a surface or a slice, in nm (M; Esc ends it)."


class ViewsPanel(QWidget):
    """Shows one volume; meshes are built beside the GUI thread and swapped in when they are ready."""

    shown = Signal()
    restyled = Signal()  # colours, opacities, slices, projection or surroundings changed
    touched = Signal()  # a control of the views was used

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.microstructure: Microstructure | None = None
        self.view = VolumeView()
        self.builder = MeshBuilder(self)
        self.phases = PhaseBar()
        self.palette_choice = PaletteChoice(settings.palette)
        self.smooth = toggle_button(
            "Smooth", "Smooth surfaces", "Smooth surfaces, or the voxels as they are.", settings.smooth
        )
        self.orthographic = toggle_button(
            "Ortho", "Orthographic", "Parallel projection, without perspective.", settings.orthographic
        )
        self.measure = toggle_button("Measure", "Measure a distance", MEASURE_TIP, False)
        self.cut_toggle = toggle_button(
            "Cut…", "Clip, slices and threshold", "Clip box, three slices and threshold.", False
        )
        self._lay_out()
        self.measure.toggled.connect(self.view.ruler_tool.turn)
        self.view.ruler_tool.toggled.connect(self.measure.setChecked)
        self.builder.built.connect(self._swap)
        self.phases.changed.connect(self._recolour)
        self.phases.colour_wanted.connect(self._ask_colour)
        self.palette_choice.changed.connect(self._recolour)
        self.smooth.toggled.connect(lambda _: self._order())
        self.orthographic.toggled.connect(self._set_orthographic)
        controls = self.phases.changed, self.palette_choice.changed, self.smooth.toggled, self.orthographic.toggled
        for signal in (*controls, self.view.moved):
            signal.connect(lambda *_: self.touched.emit())

    def prepare(self) -> None:
        """Load VTK and make the scene and the controls that need it; called once the window is up."""
        from microdesigner.gui.viewer.cut import CutPanel
        from microdesigner.view3d.graphics import graphics_problem, prefer_headless

        if (problem := graphics_problem()) is not None:
            self.view.say(problem)
            return
        prefer_headless()
        from microdesigner.view3d.scene import Scene

        self.cut = CutPanel()
        self.cut.hide()
        self.cut.shape_changed.connect(self._order)
        self.cut.slices_changed.connect(self._recolour)
        self.cut_toggle.toggled.connect(self.cut.setVisible)
        for signal in (self.cut.shape_changed, self.cut.slices_changed):
            signal.connect(lambda *_: self.touched.emit())
        self._column.insertWidget(self._column.indexOf(self.phases) + 1, self.cut)
        self.view.attach(Scene())
        self._set_orthographic(self.orthographic.isChecked())
        self._recolour()

    def state(self) -> ViewState | None:
        """How the volume is looked at; None while there is nothing to look at."""
        scene = self.view.scene
        if scene is None or scene.geometry is None:
            return None
        return ViewState(
            scene.camera.pose(), self.orthographic.isChecked(), scene.maximised, self.palette_choice.key(),
            self.smooth.isChecked(), tuple(self.phases.visible()), self.phases.percents(), *self.cut.state(),
        )  # fmt: skip

    def apply(self, state: ViewState) -> None:
        """Look at the volume as in an earlier `state`, as far as its phases allow."""
        scene = self.view.scene
        if scene is None:
            return
        self.palette_choice.choose(state.palette)
        self.smooth.setChecked(state.smooth)
        self.orthographic.setChecked(state.orthographic)
        self.phases.restore(state.visible, state.opacity)
        self.cut.restore(state.clip, state.slices, state.positions, state.threshold)
        scene.maximise(state.maximised)
        scene.camera.place(state.pose)
        self.view.redraw()
        self.restyled.emit()

    def show_volume(self, microstructure: Microstructure) -> None:
        """Show a volume as soon as its meshes are built."""
        self.microstructure = microstructure
        self._order()

    def show_preview(self, phases: PhaseArray, size: tuple[int, int, int], card: ModelCard) -> None:
        """Show coarse labels, full height, of a volume of `size` voxels, unless the last are still being built."""
        if not self.builder.busy:
            coarseness = size[2] / phases.shape[2]
            x, y, z = (coarseness * edge for edge in card.voxel_nm)
            whole = all(edge * coarseness >= full for edge, full in zip(phases.shape, size, strict=True))
            title = {"title": "Preview, coarse" if whole else "Preview of a corner, coarse"}
            self.show_volume(Microstructure(phases, (x, y, z), phase_names=card.phase_names, provenance=title))

    def shot(self, scale: int) -> "Shot | None":
        """What is shown, `scale` times as large as on the screen, to be drawn elsewhere; None while that is nothing."""
        from microdesigner.view3d.look import Shot

        scene = self.view.scene
        if scene is None or scene.geometry is None:
            return None
        factor = scale * self.view.devicePixelRatioF()
        size = round(factor * self.view.width()), round(factor * self.view.height())
        return Shot(scene.geometry.microstructure, scene.look(), size, factor)

    def colours(self) -> NDArray[np.uint8]:
        """Red, green, blue of the labels in the chosen palette, for pictures outside the scene."""
        chosen = self.palette_choice.chosen()
        return np.round(255 * np.array([chosen.colour(label) for label in range(256)])).astype(np.uint8)

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self._recolour()

    def close_scene(self) -> None:
        """End the mesh thread and free the graphics resources."""
        self._settings.palette = self.palette_choice.key()
        self._settings.smooth = self.smooth.isChecked()
        self._settings.orthographic = self.orthographic.isChecked()
        self.builder.close()
        self.view.close_scene()

    def _order(self) -> None:
        if self.microstructure is None or self.view.scene is None:
            return
        from microdesigner.view3d.surfaces import Shaping

        shaping = Shaping(self.smooth.isChecked(), self.cut.threshold_share(), self.cut.clip())
        self.builder.order(self.microstructure, shaping)

    def _swap(self, geometry: object) -> None:
        scene = self.view.scene
        if scene is None:
            return
        self.cut.show_size(geometry.size_nm)  # type: ignore[attr-defined]
        self._style(scene, geometry.microstructure.phase_names)  # type: ignore[attr-defined]
        scene.show(geometry)  # type: ignore[arg-type]
        self.view.redraw()
        self.shown.emit()

    def _recolour(self) -> None:
        scene = self.view.scene
        if scene is not None:
            self._style(scene, scene.phase_names)
            scene.restyle()
            self.view.redraw()
            self.restyled.emit()

    def _style(self, scene: "Scene", names: tuple[str, ...]) -> None:
        from microdesigner.view3d.palettes import DARK, LIGHT

        scene.palette = self.palette_choice.chosen()
        scene.surroundings = DARK if theme.is_dark() else LIGHT
        self.phases.show_phases(names, [scene.palette.colour(label) for label in range(len(names))])
        scene.visible, scene.opacity = self.phases.visible(), self.phases.opacity()
        scene.slices, scene.slice_positions = self.cut.slices_on.isChecked(), self.cut.slice_positions()

    def _ask_colour(self, label: int) -> None:
        now = text_of(self.palette_choice.chosen().colour(label))
        dialog = ColourDialog(f"Colour of {self.phases.boxes[label].text().lower()}", QColor(now), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda colour: self.palette_choice.set_colour(label, colour.name()))
        dialog.open()

    def _set_orthographic(self, on: bool) -> None:
        if self.view.scene is not None:
            self.view.scene.camera.set_orthographic(on)
            self.view.redraw()
            self.restyled.emit()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(4)
        for name, text, key in STANDARD_VIEWS:
            tip = f"Look {'from the corner' if name == 'isometric' else f'along {name}'} ({key})."
            tools.addWidget(tool_button(text, f"View {name}", tip, partial(self.view.camera_interactor.look, name)))
        for button in (self.orthographic, self.smooth, self.cut_toggle, self.measure):
            tools.addWidget(button)
        tools.addStretch(1)
        tools.addWidget(self.palette_choice)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 8, 4, 8)
        self._column.addLayout(tools)
        self._column.addWidget(self.view, 1)
        self._column.addWidget(self.phases)
