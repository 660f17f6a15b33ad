"""Small pictures of volumes: three faces of the box, drawn without VTK so that any thread can make them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter, QPolygonF, QTransform

from microdesigner.core.microstructure import Microstructure

Colours = NDArray[np.uint8]
EDGE, HEIGHT = 144, 104  # pixels, sharp at twice the size it is shown in
_SHADES = (1.0, 0.86, 0.7)


def thumbnail(microstructure: Microstructure, colours: Colours, enlarged: int = 1) -> bytes:
    """A PNG of the volume seen from its upper corner, `enlarged` times; `colours` are RGB of the labels."""
    labels = microstructure.phases
    x, y, z = (edge * nm for edge, nm in zip(microstructure.shape, microstructure.spacing, strict=True))
    across, along, up = np.array([0.87 * x, 0.3 * x]), np.array([0.87 * y, -0.3 * y]), np.array([0.0, -z])
    size = np.array([0.87 * (x + y), 0.3 * (x + y) + z])
    room = enlarged * np.array([EDGE, HEIGHT])
    scale = ((room - 2) / size).min()
    origin = (room - scale * size) / 2 + scale * np.array([0.0, 0.3 * y + z])
    across, along, up = scale * across, scale * along, scale * up
    faces = (
        (labels[:, :, -1].T, origin + up, across, along),
        (labels[:, 0, :].T, origin, across, up),
        (labels[-1].T, origin + across, along, up),
    )
    image = QImage(int(room[0]), int(room[1]), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    for (face, corner, right, far), shade in zip(faces, _SHADES, strict=True):
        _draw_face(painter, (colours[face] * shade).astype(np.uint8), corner, right, far)
    painter.end()
    return png(image)


def _draw_face(
    painter: QPainter,
    pixels: NDArray[np.uint8],
    corner: NDArray[np.float64],
    right: NDArray[np.float64],
    far: NDArray[np.float64],
) -> None:
    rows, columns = pixels.shape[:2]
    pixels = np.ascontiguousarray(pixels)
    picture = QImage(pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
    place = QPolygonF([QPointF(*point) for point in (corner, corner + right, corner + right + far, corner + far)])
    source = QPolygonF([QPointF(0, 0), QPointF(columns, 0), QPointF(columns, rows), QPointF(0, rows)])
    transform = QTransform()
    QTransform.quadToQuad(source, place, transform)
    painter.setTransform(transform)
    painter.drawImage(0, 0, picture)


def png(image: QImage) -> bytes:
    """An image as the content of a PNG file."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(content.data())
