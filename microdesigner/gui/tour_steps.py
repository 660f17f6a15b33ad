"""The steps of the tour: the way through the window, from the question to the answer."""

from typing import Protocol

from PySide6.QtWidgets import QMenuBar

from microdesigner.gui.central_area import BottomPanels
from microdesigner.gui.help.tour import Step
from microdesigner.gui.layout import WindowLayout
from microdesigner.gui.results.panel import ResultsPanel
from microdesigner.gui.targets.panel import TargetsPanel
from microdesigner.gui.viewer.panel import ViewsPanel


class Toured(Protocol):
    """What of the window the tour shows."""

    targets: TargetsPanel
    views: ViewsPanel
    results_panel: ResultsPanel
    bottom_panels: BottomPanels
    window_layout: WindowLayout

    def menuBar(self) -> QMenuBar:  # noqa: N802
        """The menus."""


def tour_steps(window: Toured) -> list[Step]:
    """What is told of each part, as far as it is to be seen or can be brought to sight."""
    targets = window.targets
    row = next(iter(targets.rows.values()), targets.model)
    steps = [
        Step(row, "Say what you want", "Each slider is a target; the shading shows where training data lie. "
             "Leave a target free, and the model chooses."),
        Step(targets.badge, "Know before you ask", "The badge tells how well the training data support all targets "
             "together, and moves them to the nearest supported ones."),
        Step(targets.run_bar, "Generate", "Ctrl+Enter starts, Esc stops. While one runs, the next waits in the queue; "
             "a sweep varies one target."),
        Step(window.views.view, "Look", "Drag to turn, wheel to zoom, double click for one view. Keys 1 to 9 do it "
             "too. Everything can be undone."),
        Step(window.results_panel, "Read", "What the voxels measure beside your targets, and the recipe that would "
             "make such a film. Export writes it to a file."),
        Step(window.bottom_panels, "Find it again", "Every result is stored here with its targets, and so is the "
             "queue, also when the program ends suddenly."),
        Step(window.menuBar(), "Everything else", "Every command is in the menus and under Ctrl+Shift+P. "
             "The Help menu repeats this tour."),
    ]  # fmt: skip
    return [step for step in steps if step.widget.isVisible() or window.window_layout.page_of(step.widget)]
