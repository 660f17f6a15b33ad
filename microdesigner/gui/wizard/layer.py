"""A layer of a volume in grey beside the phases that it becomes."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from microdesigner.app.dataset_work import Preview
from microdesigner.gui.widgets.basics import quiet

EDGE = 220


class LayerPreview(QWidget):
    """Hidden until there is something to show."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures = (QLabel(), QLabel())
        self.words = quiet()
        row = QHBoxLayout()
        for picture in self.pictures:
            row.addWidget(picture)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.words)
        self.hide()

    def show_layer(self, preview: Preview) -> None:
        """Show a layer."""
        from microdesigner.view3d.palettes import PALETTES

        low, high = np.percentile(preview.grey, [1, 99])
        grey = (255 * np.clip((preview.grey - low) / max(high - low, 1e-12), 0, 1)).astype(np.uint8)
        colours = np.round(255 * np.array([PALETTES["paper"].colour(label) for label in range(3)])).astype(np.uint8)
        for label, pixels in zip(
            self.pictures, (np.repeat(grey[..., None], 3, 2), colours[preview.phases]), strict=True
        ):
            label.setPixmap(_pixmap(pixels))
        shares = ", ".join(f"{name} {share:.1%}" for name, share in preview.fractions.items())
        self.words.setText(f"The middle layer, and what it becomes. The whole volume: {shares}.")
        self.show()


def _pixmap(pixels: np.ndarray) -> QPixmap:
    """A picture of [x, y, RGB], y upwards."""
    upright = np.ascontiguousarray(pixels.transpose(1, 0, 2)[::-1])
    rows, columns = upright.shape[:2]
    image = QImage(upright.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image.copy()).scaled(
        EDGE, EDGE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
    )
