"""Mouse, wheel and keys as moves of a scene's camera, for any widget that shows a scene."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from microdesigner.view3d.scene import Scene

ZOOM_PER_NOTCH = 1.15
REST_MS = 250
STEP = 1 / 24  # of a view's height, which turns by 7.5 degrees
ARROWS = {
    Qt.Key.Key_Left: (-STEP, 0.0), Qt.Key.Key_Right: (STEP, 0.0), Qt.Key.Key_Up: (0.0, STEP),
    Qt.Key.Key_Down: (0.0, -STEP),
}  # fmt: skip
ZOOMS = {Qt.Key.Key_Plus: ZOOM_PER_NOTCH, Qt.Key.Key_Equal: ZOOM_PER_NOTCH, Qt.Key.Key_Minus: 1 / ZOOM_PER_NOTCH}
VIEW_KEYS = {Qt.Key.Key_6: "isometric", Qt.Key.Key_7: "x", Qt.Key.Key_8: "y", Qt.Key.Key_9: "z"}


class CameraInteractor(QObject):
    """Takes the events of `widget` that move the camera of `scene`; without a scene all go their way.

    Left button turns, middle or right or Shift moves, Ctrl and the wheel zoom, a double click maximises. Keys: 1-4
    maximise a view, 5 fits, 6-9 look along axes; arrows turn, with Shift move; plus and minus zoom.
    """

    dragged = Signal()  # one of many small moves
    rested = Signal()  # they have ended for REST_MS
    placed = Signal()  # a move of its own

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.scene: Scene | None = None
        self._widget = widget
        self._last = QPointF()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.rested)
        widget.installEventFilter(self)

    def maximise(self, index: int | None) -> None:
        """Let one view fill the widget, or show all again when it does already."""
        if self.scene is not None:
            self.scene.maximise(None if index == self.scene.maximised else index)
            self.placed.emit()

    def fit(self) -> None:
        """Show the whole volume."""
        if self.scene is not None:
            self.scene.camera.fit()
            self.placed.emit()

    def look(self, name: str) -> None:
        """Turn to a standard view."""
        if self.scene is not None:
            self.scene.camera.look(name)  # type: ignore[arg-type]
            self.placed.emit()

    @property
    def moving(self) -> bool:
        """Whether small moves follow each other."""
        return self._rest.isActive()

    def let_go(self) -> None:
        """Move no scene any more."""
        self._rest.stop()
        self.scene = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take what moves the camera."""
        if self.scene is None:
            return False
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            self._last = event.position()
            return False  # the widget takes the focus
        if kind == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            return self._drag(self.scene, event)
        if kind == QEvent.Type.MouseButtonDblClick and isinstance(event, QMouseEvent):
            point, size = event.position(), self._widget.size()
            self.maximise(self.scene.view_at(point.x() / size.width(), point.y() / size.height()))
            return True
        if kind == QEvent.Type.Wheel and isinstance(event, QWheelEvent):
            return self._zoom(self.scene, ZOOM_PER_NOTCH ** (event.angleDelta().y() / 120))
        return kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._press(self.scene, event)

    def _drag(self, scene: "Scene", event: QMouseEvent) -> bool:
        if event.buttons() == Qt.MouseButton.NoButton:
            return False
        moved = event.position() - self._last
        self._last = event.position()
        right, up = moved.x() / self._widget.height(), -moved.y() / self._widget.height()
        plain_left = bool(event.buttons() & Qt.MouseButton.LeftButton)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return self._zoom(scene, 2.0 ** (2 * up))
        if plain_left and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            scene.camera.rotate(right, up)
        else:  # a drag is measured in one view's height, and two stand above each other
            tiles = 1.0 if scene.maximised is not None else 2.0
            scene.camera.pan(right * tiles, up * tiles)
        self._report_drag()
        return True

    def _zoom(self, scene: "Scene", factor: float) -> bool:
        scene.camera.zoom(factor)
        self._report_drag()
        return True

    def _report_drag(self) -> None:
        self._rest.start()
        self.dragged.emit()

    def _press(self, scene: "Scene", event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_4:
            self.maximise(key - Qt.Key.Key_1)
        elif key == Qt.Key.Key_5:
            self.fit()
        elif key in VIEW_KEYS:
            self.look(VIEW_KEYS[key])
        elif key in ZOOMS:
            self._zoom(scene, ZOOMS[key])
        elif key in ARROWS:
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (scene.camera.pan if shifted else scene.camera.rotate)(*ARROWS[key])
            self._report_drag()
        else:
            return False
        return True
