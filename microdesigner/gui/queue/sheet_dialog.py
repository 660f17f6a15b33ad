"""The sheet of a sweep: pictures, and a heat map of one over two conditions; a click on a film shows it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from microdesigner.app.store.jobs import Job
from microdesigner.app.sweep import finished_steps, sweep_table, swept_names
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.paths import atomic_path, write_text_atomic
from microdesigner.gui.queue.contact_sheet import Sheet, contact_sheet
from microdesigner.gui.queue.heat_map import heat_map, quantities
from microdesigner.gui.widgets.basics import fit_screen, named
from microdesigner.gui.widgets.replacing import ask_where

START_SIZE = QSize(900, 680)
PICTURES = "Pictures"


class SheetDialog(QDialog):
    """Shows the sheet as large as fits; saves PNG and CSV side by side."""

    film_requested = Signal(object)  # Job

    def __init__(
        self, steps: Sequence[Job], pictures: Sequence[bytes | None], folder: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Contact sheet")
        self._steps, self._pictures, self._folder = steps, pictures, folder
        self.table = sweep_table(finished_steps(steps))
        self.view = SheetView()
        self.view.clicked.connect(self._choose)
        self.shown = named(QComboBox(), "Shown", "The pictures of the films, or what they measure as colours.")
        self.shown.addItem(PICTURES, "")
        if len(swept_names(steps[0].swept)) > 1:
            for name in quantities(steps):
                self.shown.addItem(f"Heat map: {spec_of(name).words}", name)
        self.shown.setVisible(self.shown.count() > 1)
        self.shown.currentIndexChanged.connect(lambda _: self._show())
        self.words = QLabel("Click a film to show it.")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save_button = buttons.addButton("Save picture and table…", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button = buttons.addButton("Copy table", QDialogButtonBox.ButtonRole.ActionRole)
        self.save_button.clicked.connect(self._ask)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.table))
        buttons.rejected.connect(self.reject)
        head = QHBoxLayout()
        head.addWidget(self.shown)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addWidget(self.view, 1)
        column.addWidget(self.words)
        column.addWidget(buttons)
        fit_screen(self, START_SIZE)
        self._show()

    def save(self, path: Path) -> None:
        """Write the picture to `path` and the table beside it."""
        with atomic_path(path.with_suffix(".png")) as temporary:
            if not self.view.sheet.image.save(str(temporary)):
                raise OSError(f"{path} could not be written")
        write_text_atomic(path.with_suffix(".csv"), self.table)
        self.words.setText(
            f"Written: {path.with_suffix('.png').name} and {path.with_suffix('.csv').name} in {path.parent}"
        )

    def _show(self) -> None:
        name = self.shown.currentData()
        self.view.show_sheet(heat_map(self._steps, name) if name else contact_sheet(self._steps, self._pictures))

    def _choose(self, index: int) -> None:
        if self._steps[index].samples:
            self.film_requested.emit(self._steps[index])

    def _ask(self) -> None:
        proposal = Path(self._folder) / "sweep.png"
        ask_where(
            self, "Save sheet", proposal, "PNG", ".png", self._save,
            files=lambda path: (path, path.with_suffix(".csv")),
        )  # fmt: skip

    def _save(self, path: Path) -> None:
        try:
            self.save(path)
        except OSError as error:
            self.words.setText(f"The sheet could not be written ({error}); choose another folder.")


class SheetView(QWidget):
    """A sheet as large as fits; `clicked` tells which step of it."""

    clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        named(self, "Contact sheet", "The films of the sweep with targets and measured values; a click shows one.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 150)
        self.setMouseTracking(True)
        self.sheet: Sheet

    def show_sheet(self, sheet: Sheet) -> None:
        """Show this one."""
        self.sheet = sheet
        self.update()

    def place_of(self, index: int) -> QPointF:
        """Where in this widget the middle of a step is."""
        return self.sheet.places[index].center() * self._scale() + self._frame().topLeft()

    def step_at(self, point: QPointF) -> int | None:
        """Which step is at a point of this widget."""
        place = (point - self._frame().topLeft()) / self._scale()
        return next((index for index, rect in enumerate(self.sheet.places) if rect.contains(place)), None)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the sheet in the middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ratio, frame = self.devicePixelRatioF(), self._frame()
        size = (frame.size() * ratio).toSize()
        smooth = Qt.TransformationMode.SmoothTransformation
        painter.drawImage(frame, self.sheet.image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell by the pointer what can be clicked."""
        over = self.step_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Choose a step."""
        if event.button() == Qt.MouseButton.LeftButton and (index := self.step_at(event.position())) is not None:
            self.clicked.emit(index)

    def _scale(self) -> float:
        image = self.sheet.image
        return max(min(self.width() / image.width(), self.height() / image.height()), 1e-6)

    def _frame(self) -> QRectF:
        size = self.sheet.image.size().toSizeF() * self._scale()
        return QRectF(
            (self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height()
        )
