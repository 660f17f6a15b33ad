"""Is the recipe true? Below it: a simulation of it, and what that film measures."""

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from microdesigner.app.targets import with_implied
from microdesigner.app.time_left import TimeLeft
from microdesigner.app.training_progress import duration
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.result import Sample
from microdesigner.core.verification import Verification
from microdesigner.gui import theme
from microdesigner.gui.results.tolerance_colours import tolerance_colour
from microdesigner.gui.widgets.basics import named, quiet

HINT = "Anneals the predicted recipe in a simulation and measures the film that comes out."
COLUMNS = ("target", "measured", "simulated")


class VerificationPanel(QWidget):
    """A button, its progress, and a table of the simulated film beside the generated one."""

    verification_requested = Signal()
    cancelled = Signal()
    film_shown = Signal(bool)  # the simulated film instead of the generated one
    compared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.verify = named(QPushButton("Verify by simulation"), "Verify by simulation", HINT)
        self.cancel = named(QPushButton("Cancel"), "Cancel the simulation", "Stop the simulation.")
        self.bar = named(QProgressBar(), "Progress of the simulation", "How far the annealing has come.")
        self.left = quiet()
        self.left.setWordWrap(False)
        self._time_left = TimeLeft()
        self.words = quiet()
        self.show_film = named(
            QPushButton("Show simulated film"), "Show simulated film", "Show the simulated film in the views."
        )
        self.show_film.setCheckable(True)
        self.compare = named(
            QPushButton("Compare…"), "Compare with the simulated film", "Generated and simulated film side by side."
        )
        self.cells: dict[str, tuple[QLabel, ...]] = {}
        self._shown: Verification | None = None
        self._table = QWidget()
        self._lay_out()
        self.verify.clicked.connect(lambda: self.verification_requested.emit())
        self.cancel.clicked.connect(lambda: self.cancelled.emit())
        self.show_film.toggled.connect(self.film_shown)
        self.compare.clicked.connect(lambda: self.compared.emit())
        self.show_running(False)
        self.show_result(None)
        self.hide()

    def show_sample(self, sample: Sample) -> None:
        """Offer to verify a sample that has a recipe."""
        self.setVisible(bool(sample.process))

    def show_running(self, running: bool) -> None:
        """Offer to start, or to cancel."""
        self.verify.setVisible(not running)
        self.cancel.setVisible(running)
        self.bar.setVisible(running)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.left.setVisible(running)
        self.left.setText("Starting…")
        self._time_left.begin()

    def show_progress(self, done: int, total: int) -> None:
        """How far it is."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        seconds = self._time_left.seconds("anneal", done, total, time.monotonic())
        self.left.setText("Annealing" if seconds is None else f"Annealing: about {duration(seconds)} left")

    def show_result(self, verification: Verification | None) -> None:
        """Show what came out, or nothing."""
        self._shown = verification
        done = verification is not None and verification.volume is not None
        self.words.setVisible(verification is not None)
        self.show_film.blockSignals(True)
        self.show_film.setChecked(False)
        self.show_film.blockSignals(False)
        for widget in (self.show_film, self.compare):
            widget.setVisible(done)
        fresh = QWidget()
        self.cells = {}
        if verification is not None and done:
            self._fill(QGridLayout(fresh), verification)
        self._column.replaceWidget(self._table, fresh)
        self._table.deleteLater()
        self._table = fresh
        fresh.setVisible(done)
        if verification is not None:
            self.words.setText(summary(verification))

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        film = self.show_film.isChecked()
        self.show_result(self._shown)
        self.show_film.blockSignals(True)
        self.show_film.setChecked(film)
        self.show_film.blockSignals(False)

    def _fill(self, grid: QGridLayout, verification: Verification) -> None:
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        for column, head in enumerate(COLUMNS, 1):
            grid.addWidget(quiet(head), 0, column, Qt.AlignmentFlag.AlignRight)
        targets = with_implied(verification.target, verification.measured)
        for row, (name, simulated) in enumerate(verification.simulated.items(), 1):
            spec = spec_of(name)
            title = QLabel(spec.title)
            title.setWordWrap(True)
            title.setToolTip(spec.meaning)
            grid.addWidget(title, row, 0)
            target, measured = targets.get(name), verification.measured.get(name)
            texts = ["–" if v is None else spec.written(v) for v in (target, measured, simulated)]
            self.cells[name] = tuple(QLabel(text) for text in texts)
            for column, label in enumerate(self.cells[name], 1):
                grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignRight)
            self._judge(self.cells[name][-1], simulated, measured if target is None else target)

    def _judge(self, cell: QLabel, simulated: float | None, reference: float | None) -> None:
        if simulated is not None and reference is not None:
            cell.setStyleSheet(f"color: {theme.status_colour(tolerance_colour(simulated - reference))}")
            cell.setToolTip(f"{simulated - reference:+.3f} against {reference:.3f}.")

    def _lay_out(self) -> None:
        running = QHBoxLayout()
        running.addWidget(self.verify)
        running.addWidget(self.bar, 1)
        running.addWidget(self.cancel)
        after = QHBoxLayout()
        after.addWidget(self.show_film)
        after.addWidget(self.compare)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(running)
        self._column.addWidget(self.left)
        self._column.addWidget(self.words)
        self._column.addWidget(self._table)
        self._column.addLayout(after)


def summary(verification: Verification) -> str:
    """What came out, in a sentence."""
    if verification.reason:
        return verification.reason
    gap = largest_gap(verification)
    if gap is None:
        return "The simulated film has none of the values to compare with."
    return f"The recipe simulated: the largest difference to the targets is {gap:.3f}."


def largest_gap(verification: Verification) -> float | None:
    """Largest difference of the simulated film to what was asked for, or to what was measured where nothing was."""
    references = verification.target or verification.measured
    gaps = [
        abs(value - reference)
        for name, value in verification.simulated.items()
        if value is not None and (reference := references.get(name)) is not None
    ]
    return max(gaps, default=None)
