"""The scene in the window: an off-screen picture painted by a plain widget, so it needs no OpenGL from Qt."""

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

if TYPE_CHECKING:
    from microdesigner.view3d.scene import Scene

SETTLE_MS = 250
SLOW_FRAME_S = 0.04
BUDGET_S = 0.02
ZOOM_PER_NOTCH = 1.15
STEP = 1 / 24  # of a view's height, which turns by 7.5 degrees
ARROWS = {
    Qt.Key.Key_Left: (-STEP, 0.0), Qt.Key.Key_Right: (STEP, 0.0), Qt.Key.Key_Up: (0.0, STEP),
    Qt.Key.Key_Down: (0.0, -STEP),
}  # fmt: skip
ZOOMS = {Qt.Key.Key_Plus: ZOOM_PER_NOTCH, Qt.Key.Key_Equal: ZOOM_PER_NOTCH, Qt.Key.Key_Minus: 1 / ZOOM_PER_NOTCH}
VIEW_KEYS = {Qt.Key.Key_6: "isometric", Qt.Key.Key_7: "x", Qt.Key.Key_8: "y", Qt.Key.Key_9: "z"}


class VolumeView(QWidget):
    """Shows a Scene and turns mouse, wheel and keys into camera moves.

    Every change shows at once, a large volume coarsely; its details follow part by part between the user's events,
    while the camera moves only after 250 ms of rest.
    """

    first_drawn = Signal()
    moved = Signal()  # the user changed the camera or what is maximised

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene: Scene | None = None
        self.message = ""
        self.frame_seconds = 0.0
        self._whole = QImage()
        self._details: dict[int, QImage] = {}
        self._waiting: list[tuple[int, int]] = []  # view and step
        self._stale = False
        self._drawn = False
        self._moving = False
        self._half = False
        self._last = QPointF()
        self._continue = QTimer(self)
        self._continue.setSingleShot(True)
        self._continue.timeout.connect(self.update)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._settled)
        self.setAccessibleName("Views of the volume; keys 1 to 9 change them")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 160)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for four views."""
        return QSize(860, 680)

    def attach(self, scene: "Scene") -> None:
        """Show `scene` from now on."""
        self.scene = scene
        scene.set_aspect(self.width() / self.height())
        scene.render(self.width(), self.height())  # makes the graphics context while nobody waits for a volume
        self.redraw()

    def say(self, message: str) -> None:
        """Show a sentence instead of an empty view; an empty one removes it."""
        self.message = message
        self.update()

    def redraw(self) -> None:
        """Draw the scene anew at the next paint."""
        self._stale = self.scene is not None
        self._waiting = []
        self.update()

    @property
    def settled(self) -> bool:
        """Whether every view shows the scene as it is, in full detail."""
        return not self._stale and not self._waiting and not self._moving

    def pixels(self) -> NDArray[np.uint8]:
        """What is shown, as uint8 [height, width, RGBA]."""
        image = self.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
        return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()

    def maximise(self, index: int | None) -> None:
        """Let one view fill the widget, or show all again when it does already."""
        if self.scene is not None:
            self.scene.maximise(None if index == self.scene.maximised else index)
            self.redraw()
            self.moved.emit()

    def fit(self) -> None:
        """Show the whole volume."""
        if self.scene is not None:
            self.scene.camera.fit()
            self.redraw()
            self.moved.emit()

    def look(self, name: str) -> None:
        """Turn to a standard view."""
        if self.scene is not None:
            self.scene.camera.look(name)  # type: ignore[arg-type]
            self.redraw()
            self.moved.emit()

    def close_scene(self) -> None:
        """Free the graphics resources; nothing is drawn afterwards."""
        self._settle.stop()
        self._continue.stop()
        if self.scene is not None:
            self.scene.close()
            self.scene = None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the scene if it changed and paint its picture."""
        painter = QPainter(self)
        scene = self.scene
        if scene is not None and scene.geometry is not None:
            if self._stale:
                self._draw_whole(scene)
            elif self._waiting:
                self._draw_details(scene)
            self._paint_views(painter, scene)
            if self._waiting:
                self._continue.start()
            elif not self._drawn:
                self._drawn = True
                self.first_drawn.emit()
        else:
            self._paint_message(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight(), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_message(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), self.palette().base())
        painter.setPen(self.palette().placeholderText().color())
        area = self.rect().adjusted(60, 20, -60, -20)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.message)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Draw in the new size."""
        if self.scene is not None:
            self.scene.set_aspect(self.width() / max(1, self.height()))
        self.redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Remember where a drag starts."""
        self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Left button turns, middle or right or Shift moves, Ctrl zooms."""
        if self.scene is None or event.buttons() == Qt.MouseButton.NoButton:
            return
        moved = event.position() - self._last
        self._last = event.position()
        right, up = moved.x() / self.height(), -moved.y() / self.height()
        camera = self.scene.camera
        plain_left = bool(event.buttons() & Qt.MouseButton.LeftButton)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            camera.zoom(2.0 ** (2 * up))
        elif plain_left and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            camera.rotate(right, up)
        else:
            camera.pan(right * self._tiles(), up * self._tiles())
        self._move()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Maximise the view under the pointer, or show all again."""
        if self.scene is not None:
            point = event.position()
            self.maximise(self.scene.view_at(point.x() / self.width(), point.y() / self.height()))

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom."""
        if self.scene is not None:
            self.scene.camera.zoom(ZOOM_PER_NOTCH ** (event.angleDelta().y() / 120))
            self._move()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """1-4 maximise a view, 5 fits, 6-9 look along axes; arrows turn, with Shift move; plus and minus zoom."""
        key = Qt.Key(event.key())
        if self.scene is None:
            return
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_4:
            self.maximise(key - Qt.Key.Key_1)
        elif key == Qt.Key.Key_5:
            self.fit()
        elif key in VIEW_KEYS:
            self.look(VIEW_KEYS[key])
        elif key in ARROWS:
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            camera = self.scene.camera
            (camera.pan if shifted else camera.rotate)(*ARROWS[key])
            self._move()
        elif key in ZOOMS:
            self.scene.camera.zoom(ZOOMS[key])
            self._move()
        else:
            super().keyPressEvent(event)

    def _tiles(self) -> float:
        """How many views stand above each other: a drag is measured in one view's height."""
        return 1.0 if self.scene is None or self.scene.maximised is not None else 2.0

    def _move(self) -> None:
        self._moving = True
        self._settle.start()
        self.redraw()
        self.moved.emit()

    def _settled(self) -> None:
        self._moving = False
        self.redraw() if self._half else self._plan_details()
        self.update()

    def _plan_details(self) -> None:
        scene = self.scene
        if scene is not None and not self._moving and not scene.light:
            self._waiting = [(view, step) for view in scene.shown_views() for step in range(scene.steps(view))]

    def _draw_whole(self, scene: "Scene") -> None:
        """Draw all views in one go, a large volume coarsely and in half the resolution where a drag would be slow."""
        started = time.perf_counter()
        half = self._moving and self._half
        pixels = scene.render(*self._size(scene, 0.5 if half else 1.0), coarse=not scene.light)
        self._whole = _image(pixels)
        self._details = {}
        self._stale = False
        self.frame_seconds = time.perf_counter() - started
        if self._moving:
            self._half = self.frame_seconds > (SLOW_FRAME_S / 4 if half else SLOW_FRAME_S)
        self._plan_details()

    def _draw_details(self, scene: "Scene") -> None:
        """Draw waiting parts until the time is spent; at least one."""
        started = time.perf_counter()
        size = self._size(scene, 1.0)
        while self._waiting and time.perf_counter() - started < BUDGET_S:
            view, step = self._waiting.pop(0)
            pixels = scene.render_step(view, step, *size)
            if pixels is not None:
                self._details[view] = _image(pixels)

    def _size(self, scene: "Scene", share: float) -> tuple[int, int]:
        ratio = scene.scale = self.devicePixelRatioF() * share
        return max(2, round(self.width() * ratio)), max(2, round(self.height() * ratio))

    def _paint_views(self, painter: QPainter, scene: "Scene") -> None:
        painter.drawImage(QRectF(self.rect()), self._whole)
        for index, picture in self._details.items():
            left, bottom, right, top = scene.area(index)
            place = QRectF(left * self.width(), (1 - top) * self.height(), 0, 0)
            place.setRight(right * self.width())
            place.setBottom((1 - bottom) * self.height())
            painter.drawImage(place, picture)


def _image(pixels: NDArray[np.uint8]) -> QImage:
    rows, columns = pixels.shape[:2]
    picture = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBX8888)
    return picture.flipped(Qt.Orientation.Vertical)
