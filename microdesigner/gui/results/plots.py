"""Four plots that follow the volume on show: composition over height, chords, paths to the electrodes, correlation."""

from collections.abc import Callable
from html import escape

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.workers.measuring import CHORDS, CORRELATION, PROFILE, TORTUOSITY, Line, LinesTask
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.phases import has_donor_and_acceptor
from microdesigner.core.quantity import titled
from microdesigner.gui.results.phase_plot import PhasePlot
from microdesigner.gui.widgets.basics import SPACING, named, quiet

CHORD_PLOT = "chords"
PLOTS = {
    PROFILE: (
        "Height profile",
        "Share of each phase in every layer of the film, from z = 0 up.",
        "Height z (nm)",
        "Share of the layer",
    ),
    CHORD_PLOT: (
        "Chord lengths",
        "How long straight lines run within a phase: the share of lines from interface to interface of each length "
        "(Torquato and Lu 1993). Lines cut off by a surface of the film do not count.",
        "Length (nm)",
        "Share of the chords",
    ),
    TORTUOSITY: (
        "Tortuosity",
        "Shortest path inside the phase over the straight height, for each voxel connected to {}. 1 is "
        "straight; above 3 is not shown.",
        "Tortuosity, path over height",
        "Share of the voxels",
    ),
    CORRELATION: (
        "Correlation S₂",
        "Two-point correlation (Torquato 2002): how likely two points this far apart lie both in the phase. Its "
        "fraction at 0, the square of it far away; the first minimum is about half a period of the structure.",
        "Distance r (nm)",
        "S₂",
    ),
}
ELECTRODES = "its electrode: donor and mixed to the anode, acceptor to the cathode"
LOWER_FACE = "the lower face, z = 0"
Colours = NDArray[np.uint8]


class PlotsPanel(QWidget):
    """Asks for one statistic after the other, the quickest first, and only while it is on the screen."""

    task_requested = Signal(object)  # LinesTask
    failed = Signal(str)

    def __init__(self, colours: Callable[[], Colours]) -> None:
        super().__init__()
        self._colours = colours
        self._volume: Microstructure | None = None
        self._lines: dict[str, list[Line]] = {}
        self._pending: LinesTask | None = None
        self._readers: list[Callable[[dict[str, bytes]], None]] = []
        self.plots: dict[str, PhasePlot] = {}
        self.words = quiet("Plots of the volume on show.")
        self.words.setWordWrap(False)
        self.legend = QLabel()
        self.legend.setToolTip("Colours of the phases, as in the views.")
        self.direction = named(QComboBox(self), "Direction of the chords", "Along which axis the chords run.")
        for statistic, axis in CHORDS.items():
            self.direction.addItem(axis, statistic)
        self.direction.currentIndexChanged.connect(lambda _: self._turn())
        self._lay_out()

    def show_volume(self, volume: Microstructure) -> None:
        """Follow this volume from now on."""
        if volume is not self._volume:
            self._serve_readers()  # with what there is: it would be of another volume from now on
            self._volume, self._lines = volume, {}
            for plot in self.plots.values():
                plot.clear()
            self._ask()

    def whole(self, take: Callable[[dict[str, bytes]], None]) -> None:
        """Call `take` with the `drawings` of the volume on show once all are computed, on the screen or not."""
        self._readers.append(take)
        if not self.plots:
            self._make_plots()
        self._ask()

    def take(self, task: object, lines: list[Line]) -> None:
        """Show an answer, unless another volume is on show by now."""
        if task is not self._pending:
            return
        self._pending = None
        if isinstance(task, LinesTask) and task.microstructure is self._volume:
            self._lines[task.statistic] = lines
            self._draw(task.statistic)
        self._ask()

    def show_progress(self, task: object, done: int, total: int) -> None:
        """How far the statistic under way is."""
        if isinstance(task, LinesTask) and task is self._pending:
            title = PLOTS[CHORD_PLOT if task.statistic in CHORDS else task.statistic][0]
            self.words.setText(f"Computing: {title}, phase {done + 1} of {total}…")

    def take_failure(self, task: object, message: str) -> None:
        """Leave out a statistic that cannot be computed."""
        if task is self._pending and isinstance(task, LinesTask):
            self.failed.emit(message)
            self.take(task, [])

    def drawings(self) -> dict[str, bytes]:
        """The plots that have curves, as SVG by title."""
        return {plot.title: plot.svg() for plot in self.plots.values() if not plot.empty}

    def restyle(self) -> None:
        """Take over a changed look or palette; a hidden page does so when it is shown."""
        if not self.isVisible():
            return
        for plot in self.plots.values():
            plot.recolour(self._rgb())
        self._show_legend()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Make the plots when they are first seen, and compute what is missing."""
        super().showEvent(event)
        if not self.plots:
            self._make_plots()
        self.restyle()
        self._ask()

    @property
    def complete(self) -> bool:
        """Whether everything that is on the screen has been computed."""
        return self._volume is not None and all(statistic in self._lines for statistic in self._statistics())

    def _statistics(self) -> list[str]:
        return [PROFILE, self.direction.currentData(), TORTUOSITY, CORRELATION]

    def _ask(self) -> None:
        if self._volume is None or self._pending is not None or not (self.isVisible() or self._readers):
            return
        missing = [statistic for statistic in self._statistics() if statistic not in self._lines]
        self.words.setText("Computing…" if missing else "Of the volume on show; the numbers can be copied.")
        if missing:
            self._pending = LinesTask(self._volume, missing[0])
            self.task_requested.emit(self._pending)
        else:
            self._serve_readers()

    def _serve_readers(self) -> None:
        readers, self._readers = self._readers, []
        for take in readers:
            take(self.drawings())

    def _turn(self) -> None:
        if self.direction.currentData() in self._lines:
            self._draw(self.direction.currentData())
        elif CHORD_PLOT in self.plots:
            self.plots[CHORD_PLOT].clear()
        self._ask()

    def _draw(self, statistic: str) -> None:
        if statistic in CHORDS and statistic != self.direction.currentData():
            return
        if self._volume is not None and self.plots:
            plot = self.plots[CHORD_PLOT if statistic in CHORDS else statistic]
            plot.show_lines(self._volume.phase_names, self._lines[statistic], self._rgb())
            of_graspi = has_donor_and_acceptor(self._volume.phase_names)
            plot.plot.setToolTip(plot.meaning.format(ELECTRODES if of_graspi else LOWER_FACE))
            self._show_legend()

    def _rgb(self) -> list[tuple[int, int, int]]:
        count = len(self._volume.phase_names) if self._volume is not None else 0
        return [(int(red), int(green), int(blue)) for red, green, blue in self._colours()[:count]]

    def _show_legend(self) -> None:
        names = self._volume.phase_names if self._volume is not None else ()
        parts = [
            f'<span style="color:rgb({red},{green},{blue})">■</span> {escape(titled(name))}'
            for name, (red, green, blue) in zip(names, self._rgb(), strict=True)
        ]
        self.legend.setText("&nbsp;&nbsp;&nbsp;".join(parts))

    def _make_plots(self) -> None:
        for place, (statistic, words) in enumerate(PLOTS.items()):
            plot = self.plots[statistic] = PhasePlot(*words)
            plot.failed.connect(self.failed)
            self._grid.addWidget(plot, place // 2, place % 2)
        self.plots[CHORD_PLOT].head.insertSpacing(1, SPACING)
        self.plots[CHORD_PLOT].head.insertWidget(2, self.direction)
        for statistic in self._lines:
            self._draw(statistic)

    def _lay_out(self) -> None:
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACING)
        for half in (0, 1):
            self._grid.setRowStretch(half, 1)
            self._grid.setColumnStretch(half, 1)
        head = QHBoxLayout()
        head.addWidget(self.words, 1)
        head.addWidget(self.legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 8, 4, 8)
        column.addLayout(head)
        column.addLayout(self._grid, 1)
