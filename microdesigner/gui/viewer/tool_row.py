"""The row above the views: where to look from, how the film is drawn, which tools are open."""

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QWidget

from microdesigner.app.view_state import ViewModel, ViewState
from microdesigner.gui.viewer.palette_choice import PaletteChoice
from microdesigner.gui.widgets.basics import toggle_button, tool_button
from microdesigner.gui.widgets.volume_view import VolumeView

STANDARD_VIEWS = (("isometric", "Iso", "6"), ("x", "X", "7"), ("y", "Y", "8"), ("z", "Z", "9"))
MEASURE_TIP = "Distance of two points that you click on a surface or a slice (M; Esc ends it)."
SLICES_TIP = "Three flat slices with a crosshair beside the 3-D view (F6)."


class ToolRow(QWidget):
    """Buttons for `view`, and those that stay down as the views' state says."""

    def __init__(self, model: ViewModel, view: VolumeView) -> None:
        super().__init__()
        state = model.state
        self.palette_choice = PaletteChoice(model)
        self.smooth = toggle_button(
            "Smooth", "Smooth surfaces", "Smooth surfaces, or the voxels as they are.", state.smooth
        )
        self.orthographic = toggle_button(
            "Ortho", "Orthographic", "Parallel projection, without perspective.", state.orthographic
        )
        self.orthogonal = toggle_button("Slices", "Orthogonal slices", SLICES_TIP, state.orthogonal)
        self.measure = toggle_button("Measure", "Measure a distance", MEASURE_TIP, False)
        self.cut_toggle = toggle_button(
            "Cut…", "Clip, slices and threshold", "Clip box, three slices and threshold.", False
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for name, text, key in STANDARD_VIEWS:
            tip = f"Look {'from the corner' if name == 'isometric' else f'along {name}'} ({key})."
            row.addWidget(tool_button(text, f"View {name}", tip, partial(view.camera_interactor.look, name)))
        for button in (self.orthographic, self.smooth, self.orthogonal, self.cut_toggle, self.measure):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.palette_choice)

    def show_state(self, state: ViewState) -> None:
        """Show a state, without telling anyone."""
        controls = (self.palette_choice, self.smooth, self.orthographic, self.orthogonal)
        for control in controls:
            control.blockSignals(True)
        self.palette_choice.show_state(state)
        self.smooth.setChecked(state.smooth)
        self.orthographic.setChecked(state.orthographic)
        self.orthogonal.setChecked(state.orthogonal)
        for control in controls:
            control.blockSignals(False)
