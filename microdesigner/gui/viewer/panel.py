"""The middle column: the linked views and everything that changes them."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from microdesigner.app.view_state import ViewModel, ViewState
from microdesigner.core.given import Mask
from microdesigner.core.microstructure import Microstructure, PhaseArray
from microdesigner.gui import theme
from microdesigner.gui.undo import UndoMerge
from microdesigner.gui.viewer.colour_dialog import ColourDialog
from microdesigner.gui.viewer.cut_mark import CutMark
from microdesigner.gui.viewer.phase_bar import PhaseBar
from microdesigner.gui.viewer.pointer_readout import PointerReadout
from microdesigner.gui.viewer.scene_state import MESHED, STYLED, coarse_film, differ, spacing_of, style_scene
from microdesigner.gui.viewer.tool_row import ToolRow
from microdesigner.gui.widgets.mesh_builder import MeshBuilder
from microdesigner.gui.widgets.volume_view import VolumeView
from microdesigner.view3d.palettes import palette_of, text_of

if TYPE_CHECKING:
    from microdesigner.view3d.look import RenderJob
    from microdesigner.view3d.scene import Scene

Voxels = tuple[int, int, int]


class ViewsPanel(QWidget):
    """Shows one volume as the view model says; meshes are built beside the GUI thread and swapped in when ready."""

    shown = Signal()
    restyled = Signal()  # colours, opacities, slices, projection or surroundings changed

    def __init__(self, model: ViewModel) -> None:
        super().__init__()
        self._model, self._applied = model, model.state
        self._merge = UndoMerge()
        self._names: tuple[str, ...] = ()  # of the phases that the state is about
        self.microstructure: Microstructure | None = None
        self._voxels = model.state.steps  # of the volume that it is or stands for
        self._mark: Callable[[Microstructure, Voxels], Mask | None] = lambda *_: None
        self.view = VolumeView()
        self.cut_mark = CutMark()
        self.readout = PointerReadout(self.view)
        self.builder = MeshBuilder(self)
        self.phases = PhaseBar()
        self.tools = tools = ToolRow(model, self.view)
        self.palette_choice, self.smooth, self.orthographic = tools.palette_choice, tools.smooth, tools.orthographic
        self.orthogonal, self.measure, self.cut_toggle = tools.orthogonal, tools.measure, tools.cut_toggle
        self._lay_out()
        self._connect()

    def prepare(self) -> None:
        """Load VTK and make the scene and the controls that need it; called once the window is up."""
        from microdesigner.gui.viewer.cut import CutPanel
        from microdesigner.gui.viewer.orthogonal import OrthogonalSlices
        from microdesigner.view3d.graphics import graphics_problem, prefer_headless

        if (problem := graphics_problem()) is not None:
            self.view.say(problem)
            return
        prefer_headless()
        from microdesigner.view3d.scene import Scene

        self.slices = OrthogonalSlices(self.view, self._stack, self)
        self.slices.placed.connect(lambda voxel: self._change(positions=voxel))
        self.slices.hovered.connect(self.readout.show_voxel)
        self.cut = CutPanel()
        self.cut.hide()
        self.cut.changed.connect(lambda: self._change(**self.cut.values()))
        self.cut_toggle.toggled.connect(self._open_cut)
        self._column.insertWidget(self._column.indexOf(self.phases) + 1, self.cut)
        scene = Scene()
        self.view.attach(scene)
        scene.camera.set_orthographic(self._model.state.orthographic)
        self._show_controls(self._model.state)
        self._restyle(scene)

    def show_volume(self, microstructure: Microstructure) -> None:
        """Show a volume as soon as its meshes are built."""
        self._show_film(microstructure, microstructure.shape)

    def show_look(self, microstructure: Microstructure, size: tuple[int, int, int]) -> None:
        """Show what stands for a volume of `size` voxels."""
        self._show_film(microstructure, size)

    def show_preview(
        self, phases: PhaseArray, size: tuple[int, int, int], voxel_nm: tuple[float, float, float],
        names: tuple[str, ...],
    ) -> None:  # fmt: skip
        """Show coarse labels of a whole volume of `size` voxels in its place, unless the last are still being built."""
        if not self.builder.busy:
            self._show_film(coarse_film(phases, size, voxel_nm, names), size)

    def render_job(self, scale: int) -> "RenderJob | None":
        """What is shown, `scale` times as large as on the screen, to be drawn elsewhere; None while that is nothing."""
        from microdesigner.view3d.look import RenderJob

        scene = self.view.scene
        if scene is None or scene.geometry is None:
            return None
        factor = scale * self.view.devicePixelRatioF()
        whole, views, slices = self.slices.picture()
        size = round(factor * whole.width()), round(factor * whole.height())
        return RenderJob(
            scene.geometry.microstructure, scene.look(), size, factor, views=views, slices=slices, marked=scene.marked
        )  # fmt: skip

    def on_show(self) -> QImage:
        """The views, and the slices beside them, as they are on the screen."""
        return self.slices.on_show()

    def mark(self, find: Callable[[Microstructure, Voxels], Mask | None]) -> None:
        """Mark from now on the voxels that `find` names of a volume that stands for a film of so many voxels."""
        self._mark = find
        self.restyle()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self.view.scene is not None:
            self._restyle(self.view.scene)

    def close_scene(self) -> None:
        """End the mesh thread and free the graphics resources."""
        self._model.changed.disconnect(self._show)
        self.builder.close()
        self.view.close_scene()

    def _show_film(self, microstructure: Microstructure, voxels: tuple[int, int, int]) -> None:
        """Show what is, or stands for, a volume of so many voxels."""
        self.microstructure, self._voxels = microstructure, voxels
        self._order()

    def _open_cut(self, opened: bool) -> None:
        """What Cut leaves out is shown again when it closes."""
        self.cut.setVisible(opened)
        if not opened:
            self._model.show_whole()

    def _change(self, **entries: Any) -> None:
        self._model.change(self._merge.key, **entries)

    def _moved(self) -> None:
        scene = self.view.scene
        if scene is not None and scene.geometry is not None:
            orthogonal = self._model.state.orthogonal  # which leaves room for one view
            if orthogonal:
                scene.maximise(0)
            maximised = self._model.state.maximised if orthogonal else scene.maximised
            self._change(pose=scene.camera.pose(), maximised=maximised)

    def _show(self, state: ViewState) -> None:
        """Let controls and scene show a state of the model."""
        before, self._applied = self._applied, state
        self._show_controls(state)
        scene = self.view.scene
        if scene is None:
            return
        if differ(before, state, MESHED):
            self._order()
        if before.orthographic != state.orthographic:
            scene.camera.set_orthographic(state.orthographic)
        scene.maximise(0 if state.orthogonal else state.maximised)
        if scene.geometry is not None and scene.camera.pose() != state.pose:
            scene.camera.place(state.pose)
        if differ(before, state, STYLED):
            self._restyle(scene)
        else:
            self.view.redraw()
            self.restyled.emit()

    def _show_controls(self, state: ViewState) -> None:
        controls: list[QWidget] = [self.phases, *([self.cut] if hasattr(self, "cut") else [])]
        for control in controls:
            control.blockSignals(True)
        self.tools.show_state(state)
        self.phases.restore(state.visible, state.opacity)
        if hasattr(self, "cut"):
            self.cut.show_state(state)
        self.cut_mark.show_state(state)
        for control in controls:
            control.blockSignals(False)

    def _order(self) -> None:
        if self.microstructure is None or self.view.scene is None:
            return
        from microdesigner.view3d.surfaces import Shaping

        state = self._model.state
        self.builder.order(self.microstructure, Shaping(state.smooth, state.threshold_share, state.clip_box))

    def _swap(self, geometry: Any) -> None:
        """Show a volume whose meshes are ready; it may leave another camera, and has phases of its own."""
        scene, names = self.view.scene, geometry.microstructure.phase_names
        if scene is None:
            return
        state = self._model.state
        if names != self._names:
            self._names = names
            state = replace(state, visible=(True,) * len(names), opacity=(100,) * len(names))
        volume = geometry.microstructure
        self.cut.show_spacing(spacing_of(volume, self._voxels), volume.length_unit)
        self.slices.show_volume(volume, self._voxels, spacing_of(volume, self._voxels))
        self.readout.show_film(None if volume.shape != self._voxels else volume)
        state = state.in_steps(self._voxels)
        self._style(scene, state, names, volume)
        scene.show(geometry)
        if state.orthogonal:
            scene.maximise(0)
        maximised = state.maximised if state.orthogonal else scene.maximised
        self._applied = replace(state, pose=scene.camera.pose(), maximised=maximised)
        self._model.count_voxels(self._voxels)
        self._model.restore(self._applied)
        self._show_controls(self._applied)
        self.view.redraw()
        self.shown.emit()

    def _restyle(self, scene: "Scene") -> None:
        shown = scene.geometry.microstructure if scene.geometry else None
        self._style(scene, self._model.state, scene.phase_names, shown)
        scene.restyle()
        self.view.redraw()
        self.restyled.emit()

    def _style(self, scene: "Scene", state: ViewState, names: tuple[str, ...], volume: Microstructure | None) -> None:
        from microdesigner.view3d.planes import colour_table

        marked = self._mark(volume, self._voxels) if volume is not None else None
        style_scene(scene, state, len(names), marked)
        self.phases.show_phases(names, [scene.palette.colour(label) for label in range(len(names))])
        self.slices.show_state(
            state, colour_table(scene.palette, state.visible or (True,) * len(names)), theme.is_dark(), marked
        )

    def _ask_colour(self, label: int) -> None:
        now = text_of(palette_of(self._model.state.palette).colour(label))
        dialog = ColourDialog(f"Colour of {self.phases.boxes[label].text().lower()}", QColor(now), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda colour: self.palette_choice.set_colour(label, colour.name()))
        dialog.open()

    def _connect(self) -> None:
        self.measure.toggled.connect(self.view.ruler_tool.turn)
        self.view.ruler_tool.toggled.connect(self.measure.setChecked)
        self.view.moved.connect(self._moved)
        self.builder.built.connect(self._swap)
        self.phases.changed.connect(
            lambda: self._change(visible=tuple(self.phases.visible()), opacity=self.phases.percents())
        )
        self.phases.colour_requested.connect(self._ask_colour)
        self.palette_choice.changed.connect(lambda entries: self._change(**entries))
        self.smooth.toggled.connect(lambda on: self._change(smooth=on))
        self.orthogonal.toggled.connect(lambda on: self._change(orthogonal=on))
        self.orthographic.toggled.connect(lambda on: self._change(orthographic=on))
        self.cut_mark.whole_requested.connect(self._model.show_whole)
        self._model.changed.connect(self._show)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 8, 4, 8)
        self._column.addWidget(self.tools)
        self._stack = stack = QGridLayout()  # the mark lies on the view, but is no part of its picture
        stack.setSpacing(4)
        stack.addWidget(self.view, 0, 1)
        stack.addWidget(self.cut_mark, 0, 1, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        self._column.addLayout(stack, 1)
        self._column.addWidget(self.phases)
