"""One flat slice through a volume, with a crosshair where the two others cross it."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from microdesigner.view3d.look import SliceLook
from microdesigner.view3d.palettes import AXES, LIGHT, Surroundings
from microdesigner.view3d.slice_figure import IN_PLANE, position_words

Voxel = tuple[int, int, int]
NAMES = ("yz", "xz", "xy")
MARGIN, HEAD, NOTCH, FAST, ZOOM = 10.0, 22.0, 120, 10, 1.15
MOST_ZOOM = 40.0
KEYS = (
    "the pointer moves the crosshair, the wheel the slice; arrow keys and Page up and down move by one voxel, with "
    "Shift by ten; Ctrl and the wheel zoom, the right button moves, 5 fits"
)


class SlicePanel(QWidget):
    """Shows the layer across `axis` at the crosshair; `placed` tells where the user moves it, `hovered` the voxel under
    the pointer, or None."""

    placed = Signal(object)  # Voxel
    hovered = Signal(object)  # Voxel or None
    maximise_wanted = Signal()

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis
        self.crosshair: Voxel = (0, 0, 0)
        self._size: NDArray[np.float64] = np.ones(3)  # nm, or voxels
        self._voxels: Voxel = (1, 1, 1)
        self._unit = "nm"
        self._image = QImage()
        self._smooth = True
        self._surroundings: Surroundings = LIGHT
        self._zoom, self._shift = 1.0, QPointF()
        self._grip: QPointF | None = None
        self.setAccessibleName(f"Slice {NAMES[axis]}; {KEYS}")
        self.setToolTip(f"Slice {NAMES[axis]}: {KEYS}.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 80)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As the 3-D view beside it."""
        return QSize(430, 340)

    def show_size(self, voxels: Voxel, edges: tuple[float, float, float], unit: str) -> None:
        """Of a volume of so many voxels with these edges."""
        if voxels != self._voxels:
            self._zoom, self._shift = 1.0, QPointF()
        self._voxels, self._size, self._unit = voxels, np.multiply(voxels, edges), unit
        self.update()

    def show_layer(self, pixels: NDArray[np.uint8], smooth: bool, crosshair: Voxel, surroundings: Surroundings) -> None:
        """RGBA pixels [first axis, second axis] of the layer at the crosshair."""
        rows = np.ascontiguousarray(pixels.transpose(1, 0, 2)[::-1])  # the second axis points up
        self._image = QImage(
            rows.data, rows.shape[1], rows.shape[0], 4 * rows.shape[1], QImage.Format.Format_RGBA8888
        ).copy()
        self._smooth, self.crosshair, self._surroundings = smooth, crosshair, surroundings
        self.update()

    def voxel_at(self, place: QPointF) -> Voxel | None:
        """The voxel of the layer at a place of the widget, if it lies in the volume."""
        area = self._area()
        across, up = IN_PLANE[self.axis]
        shares = (place.x() - area.left()) / area.width(), (area.bottom() - place.y()) / area.height()
        if not all(0 <= share < 1 for share in shares):
            return None
        voxel = list(self.crosshair)
        voxel[across], voxel[up] = (int(s * self._voxels[n]) for s, n in zip(shares, (across, up), strict=True))
        return voxel[0], voxel[1], voxel[2]

    def place_of(self, voxel: Voxel) -> QPointF:
        """Where the middle of a voxel of the layer lies in the widget."""
        area = self._area()
        across, up = IN_PLANE[self.axis]
        x, y = ((voxel[n] + 0.5) / self._voxels[n] for n in (across, up))
        return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())

    def look(self, picture: QRectF) -> SliceLook:
        """What it shows, in a picture of this part of the widget that holds it."""
        panel = QRectF(self.geometry())
        area = self._area().translated(panel.topLeft())
        return SliceLook(self.axis, self.crosshair, self._voxels, share_of(panel, picture), share_of(area, picture))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The layer, the crosshair and what is to be read."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), _colour(self._surroundings.background))
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
            area = self._area()
            painter.drawImage(area, self._image)
            painter.setPen(QPen(_colour(self._surroundings.frame), 1))
            painter.drawRect(area)
            self._paint_crosshair(painter, area)
            self._paint_words(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight(), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Place the crosshair, or take hold of the layer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._place(event.position())
        elif event.button() in (Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
            self._grip = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Move what is held; tell what lies under the pointer."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._place(event.position())
        elif self._grip is not None and event.buttons() & (Qt.MouseButton.RightButton | Qt.MouseButton.MiddleButton):
            self._shift += event.position() - self._grip
            self._grip = event.position()
            self.update()
        self.hovered.emit(self.voxel_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Let this slice fill the place of all, or show all again."""
        self.maximise_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """To the next layer, with Ctrl nearer."""
        notches = (event.angleDelta().y() or event.angleDelta().x()) / NOTCH  # Shift may turn it sideways
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_at(event.position(), ZOOM**notches)
        elif notches:
            steps = math.copysign(max(1, round(abs(notches))), notches)
            self._step(self.axis, int(steps) * _speed(event.modifiers()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Move the crosshair voxel by voxel."""
        across, up = IN_PLANE[self.axis]
        steps = {
            Qt.Key.Key_Left: (across, -1), Qt.Key.Key_Right: (across, 1), Qt.Key.Key_Down: (up, -1),
            Qt.Key.Key_Up: (up, 1), Qt.Key.Key_PageDown: (self.axis, -1), Qt.Key.Key_PageUp: (self.axis, 1),
        }  # fmt: skip
        if event.key() in steps:
            axis, by = steps[Qt.Key(event.key())]
            self._step(axis, by * _speed(event.modifiers()))
        elif event.key() == Qt.Key.Key_5:
            self._zoom, self._shift = 1.0, QPointF()
            self.update()
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self._zoom_at(QPointF(self.rect().center()), 1 / ZOOM if event.key() == Qt.Key.Key_Minus else ZOOM)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: object) -> None:  # noqa: N802
        """Nothing lies under the pointer."""
        self.hovered.emit(None)

    def _place(self, place: QPointF) -> None:
        area = self._area()
        inside = QPointF(
            min(max(place.x(), area.left()), area.right() - 1e-6), min(max(place.y(), area.top() + 1e-6), area.bottom())
        )
        voxel = self.voxel_at(inside)
        if voxel is not None and voxel != self.crosshair:
            self.placed.emit(voxel)

    def _step(self, axis: int, by: int) -> None:
        voxel = list(self.crosshair)
        voxel[axis] = min(self._voxels[axis] - 1, max(0, voxel[axis] + by))
        if voxel[axis] != self.crosshair[axis]:
            self.placed.emit((voxel[0], voxel[1], voxel[2]))

    def _zoom_at(self, place: QPointF, factor: float) -> None:
        zoom = min(MOST_ZOOM, max(1.0, self._zoom * factor))
        area, factor = self._area(), zoom / self._zoom
        self._zoom = zoom
        self._shift += (place - area.center()) * (1 - factor) if zoom > 1 else -self._shift
        self.update()

    def _area(self) -> QRectF:
        """Where the whole layer lies."""
        across, up = IN_PLANE[self.axis]
        room = QRectF(self.rect()).adjusted(MARGIN, HEAD, -MARGIN, -MARGIN)
        scale = self._zoom * min(room.width() / self._size[across], room.height() / self._size[up])
        area = QRectF(0, 0, scale * self._size[across], scale * self._size[up])
        area.moveCenter(room.center() + self._shift)
        return area

    def _paint_crosshair(self, painter: QPainter, area: QRectF) -> None:
        across, up = IN_PLANE[self.axis]
        at = self.place_of(self.crosshair)
        lines = {across: (QPointF(at.x(), area.top()), QPointF(at.x(), area.bottom())),
                 up: (QPointF(area.left(), at.y()), QPointF(area.right(), at.y()))}  # fmt: skip
        halo = _colour(self._surroundings.background)
        halo.setAlpha(170)
        for axis, (start, end) in lines.items():
            for colour, width in ((halo, 3.0), (QColor(AXES[axis]), 1.0)):
                painter.setPen(QPen(colour, width))
                painter.drawLine(start, end)

    def _paint_words(self, painter: QPainter) -> None:
        head = QRectF(MARGIN, 0, self.width() - 2 * MARGIN, HEAD)
        painter.fillRect(QRectF(0, 0, self.width(), HEAD), _colour(self._surroundings.background))
        painter.fillRect(QRectF(MARGIN, HEAD / 2 - 4, 8, 8), QColor(AXES[self.axis]))
        painter.setPen(_colour(self._surroundings.text))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(head.adjusted(14, 0, 0, 0), middle, NAMES[self.axis])
        axis = self.axis
        where = position_words(axis, self.crosshair[axis], self._voxels[axis], self._size[axis], self._unit)
        painter.drawText(head, middle | Qt.AlignmentFlag.AlignRight, where)


def share_of(part: QRectF, whole: QRectF) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of a part in shares of the whole, from its lower left corner."""
    left, right = ((x - whole.left()) / whole.width() for x in (part.left(), part.right()))
    bottom, top = ((whole.bottom() - y) / whole.height() for y in (part.bottom(), part.top()))
    return left, bottom, right, top


def _speed(modifiers: Qt.KeyboardModifier) -> int:
    return FAST if modifiers & Qt.KeyboardModifier.ShiftModifier else 1


def _colour(shares: tuple[float, float, float]) -> QColor:
    return QColor.fromRgbF(*shares)
