"""The contact sheet of a sweep, to look at and to save with its table."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QLabel, QSizePolicy, QVBoxLayout, QWidget

from microdesigner.core.paths import atomic_path, write_text_atomic
from microdesigner.gui.widgets.basics import fit_screen, named

START_SIZE = QSize(900, 680)


class SheetDialog(QDialog):
    """Shows the picture as large as fits; saves PNG and CSV side by side."""

    def __init__(self, sheet: QImage, table: str, folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Contact sheet")
        self.sheet = sheet
        self.table = table
        self._folder = folder
        self.picture = named(QLabel(), "Contact sheet", "The steps of the sweep with target and measured value.")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.words = QLabel()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save_button = buttons.addButton("Save picture and table…", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button = buttons.addButton("Copy table", QDialogButtonBox.ButtonRole.ActionRole)
        self.save_button.clicked.connect(self._ask)
        self.copy_button.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.table))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.picture, 1)
        column.addWidget(self.words)
        column.addWidget(buttons)
        fit_screen(self, START_SIZE)

    def save(self, path: Path) -> None:
        """Write the picture to `path` and the table beside it."""
        with atomic_path(path.with_suffix(".png")) as temporary:
            if not self.sheet.save(str(temporary)):
                raise OSError(f"{path} could not be written")
        write_text_atomic(path.with_suffix(".csv"), self.table)
        self.words.setText(
            f"Written: {path.with_suffix('.png').name} and {path.with_suffix('.csv').name} in {path.parent}"
        )

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Fit the picture into the window."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(self.sheet).scaled(
            self.picture.size() * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(ratio)
        self.picture.setPixmap(pixmap)

    def _ask(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save sheet", str(Path(self._folder) / "sweep.png"), "PNG (*.png)")
        if name:
            try:
                self.save(Path(name))
            except OSError as error:
                self.words.setText(f"The sheet could not be written ({error}); choose another folder.")
