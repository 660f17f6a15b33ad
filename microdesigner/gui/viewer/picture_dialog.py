"""What a picture of the views shows beside the film, how large it is and in which format."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from microdesigner.gui.widgets.basics import SPACING, named, quiet, section
from microdesigner.view3d.picture_choice import Annotations, Background, PictureChoice

if TYPE_CHECKING:
    from microdesigner.view3d.look import RenderJob
    from microdesigner.view3d.scene import Scene

FORMATS = {
    "png": "PNG picture",
    "tif": "TIFF picture",
    "svg": "SVG drawing, letters and lines stay editable",
    "pdf": "PDF page, letters and lines stay editable",
}
SCALES = (1, 2, 4, 8)
BACKGROUNDS: dict[Background, str] = {"as shown": "As on the screen", "white": "White", "transparent": "Transparent"}
PARTS = {
    "titles": ("Names of the views", "Which phase each view shows, in its upper left corner."),
    "scale_bar": ("Scale bar", "A round length in each view, true at the middle of the film."),
    "directions": ("Directions x, y, z", "Arrows in the lower right corner."),
    "legend": ("Legend", "Names of the phases beside their colours."),
    "axes": ("Axes with lengths", "Ticks and numbers along three edges of the film."),
    "electrodes": ("Electrodes", "Cathode at z = 0 and anode at the top, where it stands upright."),
    "crosshair": ("Crosshair", "Where the slices cross each other."),
    "kept": ("Kept part", "Lines around what is kept of the film; flat pictures fade where it is not."),
}
PREVIEW = QSize(600, 520)
PAUSE_MS = 60
SQUARE, SQUARES = 8, ("#ffffff", "#dadde1")  # behind what is transparent


class PictureDialog(QDialog):
    """Shows what comes of the choice; `save_wanted` and `copy_wanted` tell it."""

    save_wanted = Signal(object)  # PictureChoice
    copy_wanted = Signal(object)

    def __init__(self, choice: PictureChoice, job: "RenderJob", scene: "Scene", parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Picture of the views")
        self._job, self._scene = job, scene
        self.format = named(
            QComboBox(), "Format", "Pixels, or a drawing whose letters and lines stay sharp and editable."
        )
        self.size_choice = named(QComboBox(), "Size", "Letters and lines grow with the picture.")
        self.background = named(QComboBox(), "Background", "What lies behind the film.")
        self.parts = {name: named(QCheckBox(title), title, tip) for name, (title, tip) in PARTS.items()}
        self.preview = QLabel()
        self.words = quiet()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._draw)
        self._fill()
        self._lay_out()
        self.show_choice(choice)
        self._connect()
        self._draw()

    def choice(self) -> PictureChoice:
        """What is chosen."""
        annotations = Annotations(**{name: box.isChecked() for name, box in self.parts.items()})
        return PictureChoice(
            self.format.currentData(), self.size_choice.currentData(), annotations, self.background.currentData()
        )

    def show_choice(self, choice: PictureChoice) -> None:
        """Begin with an earlier choice."""
        for box, value in (
            (self.format, choice.suffix),
            (self.size_choice, choice.scale),
            (self.background, choice.background),
        ):
            box.setCurrentIndex(max(0, box.findData(value)))
        for name, check in self.parts.items():
            check.setChecked(getattr(choice.annotations, name))

    def _draw(self) -> None:
        """A small picture of the choice."""
        from microdesigner.view3d.pictures import preview

        chosen = self.choice()
        ratio = self.devicePixelRatioF()
        width, height = self._job.size
        share = ratio * min(PREVIEW.width() / width, PREVIEW.height() / height)
        size = max(2, round(share * width)), max(2, round(share * height))
        job = replace(
            self._job,
            size=size,
            scale=share * self._job.scale,
            annotations=chosen.annotations,
            background=chosen.background,
        )
        picture = on_squares(preview(job, self._scene))
        picture.setDevicePixelRatio(ratio)
        self.preview.setPixmap(picture)
        self.words.setText(
            "The film is a picture in it; it is as sharp as the size allows." if chosen.suffix in ("svg", "pdf")
            else "Edges are smoothed; the film on show is drawn in full detail."
        )  # fmt: skip

    def _fill(self) -> None:
        for suffix, title in FORMATS.items():
            self.format.addItem(f"{title} (.{suffix})", suffix)
        width, height = self._job.size
        for scale in SCALES:
            words = "as on the screen" if scale == 1 else f"{scale} times as large"
            self.size_choice.addItem(f"{scale * width} × {scale * height} pixels, {words}", scale)
        for background, title in BACKGROUNDS.items():
            self.background.addItem(title, background)

    def _connect(self) -> None:
        for box in (self.format, self.size_choice, self.background):
            box.currentIndexChanged.connect(lambda _: self._pause.start())
        for check in self.parts.values():
            check.toggled.connect(lambda _: self._pause.start())

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACING)
        form.addRow("Format", self.format)
        form.addRow("Size", self.size_choice)
        form.addRow("Background", self.background)
        column = QVBoxLayout()
        column.setSpacing(SPACING)
        column.addLayout(form)
        column.addSpacing(SPACING)
        column.addWidget(section("Shown in the picture"))
        for box in self.parts.values():
            column.addWidget(box)
        self.parts["crosshair"].setVisible(bool(self._job.slices))
        self.parts["kept"].setVisible(self._job.marked is not None)
        column.addStretch(1)
        column.addWidget(self.words)
        buttons = QDialogButtonBox()
        save = buttons.addButton("Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        copy = buttons.addButton("Copy", QDialogButtonBox.ButtonRole.ActionRole)
        copy.setToolTip("Put the picture into the clipboard, as pixels.")
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        save.clicked.connect(lambda: self.save_wanted.emit(self.choice()))
        copy.clicked.connect(lambda: self.copy_wanted.emit(self.choice()))
        copy.clicked.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.preview.setFixedSize(PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setFrameShape(QLabel.Shape.StyledPanel)
        halves = QHBoxLayout()
        halves.setSpacing(2 * SPACING)
        halves.addWidget(self.preview, 1, Qt.AlignmentFlag.AlignTop)
        halves.addLayout(column)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        whole.setSpacing(2 * SPACING)
        whole.addLayout(halves)
        whole.addWidget(buttons)


def on_squares(pixels: NDArray[np.uint8]) -> QPixmap:
    """Pixels [height, width, RGBA] on the squares that mean that there is nothing."""
    height, width = pixels.shape[:2]
    image = QImage(np.ascontiguousarray(pixels).data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    result = QPixmap(width, height)
    tile = QPixmap(2 * SQUARE, 2 * SQUARE)
    tile.fill(QColor(SQUARES[0]))
    painter = QPainter(tile)
    for place in (0, SQUARE):
        painter.fillRect(place, place, SQUARE, SQUARE, QColor(SQUARES[1]))
    painter.end()
    painter = QPainter(result)
    painter.fillRect(result.rect(), QBrush(tile))
    painter.drawImage(0, 0, image)
    painter.end()
    return result
