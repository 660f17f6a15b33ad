"""The steps of a sweep side by side in one picture."""

import math
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QLabel, QSizePolicy, QVBoxLayout, QWidget

from microdesigner.app.store.jobs import Job
from microdesigner.core.descriptor_spec import spec_of
from microdesigner.core.paths import atomic_path, write_text_atomic
from microdesigner.gui.widgets.basics import fit_screen, named
from microdesigner.gui.widgets.thumbnails import EDGE, HEIGHT

TILE_ENLARGED = 3
MAX_COLUMNS = 5
MARGIN, HEAD, CAPTION = 24, 64, 72  # pixels
INK, QUIET, PAPER = QColor("#1d2126"), QColor("#5d656e"), QColor("#ffffff")


def contact_sheet(steps: Sequence[Job], pictures: Sequence[bytes | None]) -> QImage:
    """A title and a tile per step: its picture above its target and the value measured."""
    columns = min(MAX_COLUMNS, math.ceil(math.sqrt(len(steps))))
    rows = math.ceil(len(steps) / columns)
    tile_width, tile_height = TILE_ENLARGED * EDGE, TILE_ENLARGED * HEIGHT + CAPTION
    image = QImage(
        MARGIN + columns * (tile_width + MARGIN),
        MARGIN + HEAD + rows * (tile_height + MARGIN),
        QImage.Format.Format_RGB32,
    )
    image.fill(PAPER)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    _write(painter, QRectF(MARGIN, MARGIN, image.width() - 2 * MARGIN, HEAD), title(steps), 24, INK)
    for index, (step, picture) in enumerate(zip(steps, pictures, strict=True)):
        left = MARGIN + index % columns * (tile_width + MARGIN)
        top = MARGIN + HEAD + index // columns * (tile_height + MARGIN)
        _draw_tile(painter, QRectF(left, top, tile_width, tile_height), step, picture)
    painter.end()
    return image


def title(steps: Sequence[Job]) -> str:
    """What was swept, and what stayed."""
    swept, request = steps[0].swept, steps[0].request
    others = [
        f"{spec_of(name).title.lower()} {value:.{spec_of(name).decimals}f}"
        for name, value in request.targets.items()
        if name != swept
    ]
    return f"{spec_of(swept).title}: {len(steps)} steps at {', '.join([*others, f'seed {request.seed}'])}"


def _draw_tile(painter: QPainter, place: QRectF, step: Job, picture: bytes | None) -> None:
    above = place.adjusted(0, 0, 0, -CAPTION)
    if picture is None:
        painter.fillRect(above, QColor("#eef0f2"))
        _write(painter, above, step.message or str(step.state), 18, QUIET, Qt.AlignmentFlag.AlignCenter)
    else:
        painter.drawImage(above, QImage.fromData(picture))
    spec = spec_of(step.swept)
    value = step.samples[0]["measured"].get(step.swept) if step.samples else None
    target = f"{spec.title} {step.request.targets[step.swept]:.{spec.decimals}f}"
    measured = "" if value is None else f"measured {value:.{spec.decimals}f}"
    below = place.adjusted(0, place.height() - CAPTION, 0, 0)
    _write(painter, below, target, 22, INK, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    _write(painter, below, measured, 18, QUIET, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)


def _write(
    painter: QPainter,
    place: QRectF,
    text: str,
    pixels: int,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    font = painter.font()
    font.setPixelSize(pixels)
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(place, int(align) | int(Qt.TextFlag.TextWordWrap), text)


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
