"""A layer of a volume in grey beside the phases that it becomes, and the grey values of the whole volume."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.workers.importing import Preview
from microdesigner.gui.importing.grey_histogram import GreyHistogram
from microdesigner.gui.widgets.basics import quiet

EDGE, HISTOGRAM_STRETCH = 170, 1000
CONTRAST = (1, 99)  # percentiles of grey that become black and white


class LayerPreview(QWidget):
    """Hidden until there is something to show; follows a dragged limit at once."""

    limits_chosen = Signal(tuple)

    def __init__(self, edge: int = EDGE, below: bool = False) -> None:
        """Pictures of at most `edge` pixels, with the histogram beside or `below` them."""
        super().__init__()
        self._edge = edge
        self.pictures = (QLabel(), QLabel())
        self.histogram = GreyHistogram()
        self.words = quiet()
        self.title = "The middle layer"
        self.shown: Preview | None = None
        row = QHBoxLayout()
        for picture in self.pictures:
            row.addWidget(picture)
        if not below:
            row.addWidget(self.histogram, HISTOGRAM_STRETCH)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        if below:
            column.addWidget(self.histogram)
        column.addWidget(self.words)
        self.histogram.dragged.connect(lambda limits: self._divide(limits))
        self.histogram.released.connect(self.limits_chosen)
        self.hide()

    def show_preview(self, preview: Preview) -> None:
        """Show a layer, and the histogram where there are limits in it."""
        from microdesigner.view3d.palettes import PALETTES

        self.shown = preview
        low, high = np.percentile(preview.grey, CONTRAST)
        grey = (255 * np.clip((preview.grey - low) / max(high - low, 1e-12), 0, 1)).astype(np.uint8)
        labels = range(max(3, int(preview.phases.max(initial=0)) + 1))
        colours = np.round(255 * np.array([PALETTES["paper"].colour(label) for label in labels])).astype(np.uint8)
        for label, pixels in zip(
            self.pictures, (np.repeat(grey[..., None], 3, 2), colours[preview.phases]), strict=True
        ):
            label.setPixmap(_pixmap(pixels, self._edge))
        self.histogram.setVisible(bool(preview.limits))
        if preview.limits:
            self.histogram.show_preview(preview)
        shares = ", ".join(f"{name}: {100 * share:.1f} %" for name, share in preview.fractions.items())
        self.words.setText(f"{self.title}, and the phases that it becomes. In the whole volume: {shares}.")
        self.show()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        self.histogram.restyle()

    def _divide(self, limits: tuple[float, ...]) -> None:
        if self.shown is not None:
            self.show_preview(self.shown.divided(limits))


def _pixmap(pixels: np.ndarray, edge: int) -> QPixmap:
    """A picture of [x, y, RGB] whose longer side is `edge` pixels, y upwards."""
    upright = np.ascontiguousarray(pixels.transpose(1, 0, 2)[::-1])
    rows, columns = upright.shape[:2]
    image = QImage(upright.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image.copy()).scaled(
        edge, edge, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
    )
