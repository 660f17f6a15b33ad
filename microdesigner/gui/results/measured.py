"""Target against measured value of each feature of the sample shown."""

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from microdesigner.app.targets import comparison
from microdesigner.app.value_words import signed
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.request import Request
from microdesigner.core.result import Sample
from microdesigner.gui import theme
from microdesigner.gui.results.tolerance_colours import CLOSE, ON_TARGET, tolerance_colour
from microdesigner.gui.widgets.basics import heading, quiet, tool_button


class MeasuredPanel(QWidget):
    """A line per feature: what was asked, what the voxels hold, how far apart."""

    targets_requested = Signal()  # what is measured is to be asked for

    def __init__(self) -> None:
        super().__init__()
        self.words = quiet("Measured on the voxels of the sample shown.")
        self.lines: dict[str, tuple[QLabel, QLabel]] = {}
        self._shown: tuple[Request, Sample] | None = None
        self._grid_widget = QWidget()
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.use = tool_button(
            "Use as targets", "Use values as targets", "Use the values of this film as targets (Ctrl+Shift+T).",
            self.targets_requested.emit,
        )  # fmt: skip
        head = QHBoxLayout()
        head.addWidget(heading("Target and measured"), 1)
        head.addWidget(self.use)
        self.use.setEnabled(False)
        column.addLayout(head)
        column.addWidget(self.words)
        column.addWidget(self._grid_widget)

    def show_sample(self, request: Request, sample: Sample) -> None:
        """Compare a sample with what was asked for."""
        self._shown = request, sample
        self.use.setEnabled(any(value is not None for value in sample.measured.values()))
        fresh = QWidget()
        grid = QGridLayout(fresh)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        self.lines = {}
        compared = comparison(request, sample.measured)
        for index, (name, (target, measured)) in enumerate(compared.items()):
            self._add_line(grid, 2 * index, name, target, measured, sample.reasons.get(name, ""))
        self._column.replaceWidget(self._grid_widget, fresh)
        self._grid_widget.deleteLater()
        self._grid_widget = fresh
        self.words.setText(_summary([(t, m) for t, m in compared.values()]) if sample.measured else "Being measured…")

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self._shown is not None:
            self.show_sample(*self._shown)

    def _add_line(
        self, grid: QGridLayout, row: int, name: str, target: float | None, measured: float | None, reason: str
    ) -> None:
        spec = spec_of(name)
        title = QLabel(spec.title)
        title.setToolTip(spec.meaning)
        title.setWordWrap(True)
        value = QLabel("–" if measured is None else spec.written(measured))
        words, pair = _judgement(target, measured)
        error = QLabel(words)
        if pair is not None:
            error.setStyleSheet(f"QLabel:enabled {{ color: {theme.status_colour(pair)} }}")
        error.setToolTip(reason or ("" if target is None else f"Asked for {spec.written(target)}."))
        value.setToolTip(reason)
        bar = TargetBar()
        bar.show_values(target, measured, (max(spec.low, 0.0), min(spec.high, 1.0)))
        for column, label in enumerate((title, value, error)):
            grid.addWidget(label, row, column)
        grid.setColumnMinimumWidth(2, 92)
        grid.addWidget(bar, row + 1, 0, 1, 3)
        self.lines[name] = (value, error)


def _judgement(target: float | None, measured: float | None) -> tuple[str, tuple[str, str] | None]:
    if measured is None:
        return "does not exist", theme.EDGE
    if target is None:
        return "free", None
    return signed(measured - target, 3), tolerance_colour(round(measured - target, 3))


def _summary(values: list[tuple[float | None, float | None]]) -> str:
    errors = [abs(m - t) for t, m in values if t is not None and m is not None]
    if not errors:
        return "Measured on the voxels of the volume on show; no target was set."
    worst = max(errors)
    words = "On target" if worst <= ON_TARGET else "Close to the targets" if worst <= CLOSE else "Off target"
    return f"{words}: the largest of {len(errors)} errors is {worst:.3f}."


class TargetBar(QWidget):
    """A bar up to the measured value with a mark at the target."""

    def __init__(self) -> None:
        super().__init__()
        self._target: float | None = None
        self._measured: float | None = None
        self._span = (0.0, 1.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802
        """A thin line of any width."""
        return QSize(80, 12)

    def show_values(self, target: float | None, measured: float | None, span: tuple[float, float]) -> None:
        """Show values within `span`; None leaves one out."""
        self._target, self._measured, self._span = target, measured, span
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw groove, bar and mark."""
        painter = QPainter(self)
        height = self.height()
        groove = QRectF(0, height / 2 - 3, self.width(), 6)
        painter.fillRect(groove, self.palette().midlight())
        if self._measured is not None:
            groove.setWidth(self._x(self._measured))
            painter.fillRect(groove, self.palette().highlight())
        if self._target is not None:
            painter.setPen(QPen(self.palette().windowText(), 2))
            x = min(self.width() - 1.0, max(1.0, self._x(self._target)))
            painter.drawLine(round(x), 0, round(x), height)
        painter.end()

    def _x(self, value: float) -> float:
        low, high = self._span
        return self.width() * min(1.0, max(0.0, (value - low) / (high - low)))
