"""A distance in the views by two clicks."""

import math

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from microdesigner.gui.widgets.camera_interactor import CameraInteractor

STILL_PIXELS = 4  # a press that moves farther is a drag
BEGIN = "Click two points of the volume; M or Esc ends it."
NOTHING = "There is nothing of the volume; click on a surface or a slice."
FROM = "From {}; click where to."


class RulerTool(QObject):
    """While it is on, a click in the widget that `interactor` moves sets an end of the scene's ruler; drags still turn.

    M turns it on and off, Escape off; then the ruler is taken away.
    """

    changed = Signal()  # the scene's ruler
    toggled = Signal(bool)
    message_changed = Signal(str)

    def __init__(self, interactor: CameraInteractor, widget: QWidget) -> None:
        super().__init__(widget)
        self.on = False
        self._interactor = interactor
        self._widget = widget
        self._pressed: QPointF | None = None
        widget.installEventFilter(self)  # it gets the events before the interactor

    def turn(self, on: bool) -> None:
        """Begin or end to measure."""
        if on == self.on or self._interactor.scene is None:
            return
        self.on = on
        self._widget.setCursor(Qt.CursorShape.CrossCursor) if on else self._widget.unsetCursor()
        self._put(())
        self.message_changed.emit(BEGIN if on else "")
        self.toggled.emit(on)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take clicks and the keys that begin and end; everything else goes its way."""
        kind = event.type()
        if isinstance(event, QKeyEvent):
            return self._press(event)
        if not self.on or not isinstance(event, QMouseEvent) or event.button() != Qt.MouseButton.LeftButton:
            return False
        if kind == QEvent.Type.MouseButtonPress:
            self._pressed = event.position()
        elif kind == QEvent.Type.MouseButtonDblClick:  # would maximise a view
            self._pressed = None
            return True
        elif kind == QEvent.Type.MouseButtonRelease and self._pressed is not None:
            moved, self._pressed = event.position() - self._pressed, None
            if math.hypot(moved.x(), moved.y()) <= STILL_PIXELS:
                self._click(event.position())
        return False

    def _press(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if self.on and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:  # else Escape would cancel the generation
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                self.turn(False)
            return True
        if plain and event.key() == Qt.Key.Key_M and event.type() == QEvent.Type.KeyPress:
            self.turn(not self.on)
            return True
        return False

    def _click(self, place: QPointF) -> None:
        scene = self._interactor.scene
        if scene is None:
            return
        hit = scene.pick(place.x() / self._widget.width(), place.y() / self._widget.height())
        if hit is None:
            self.message_changed.emit(NOTHING)
            return
        end, unit = hit.point, scene.length_unit
        ends = (*scene.ruler, end) if len(scene.ruler) == 1 else (end,)
        self._put(ends)
        self.message_changed.emit(_distance(ends, unit) if len(ends) == 2 else FROM.format(_place(end, unit)))

    def _put(self, ends: tuple[tuple[float, float, float], ...]) -> None:
        scene = self._interactor.scene
        if scene is not None:
            scene.measure(ends)
            self.changed.emit()


def _distance(ends: tuple[tuple[float, float, float], ...], unit: str) -> str:
    along = ", ".join(f"{abs(b - a):.1f} along {axis}" for axis, a, b in zip("xyz", *ends, strict=True))
    return f"Distance {math.dist(*ends):.1f} {unit} ({along})."


def _place(point: tuple[float, float, float], unit: str) -> str:
    return f"({', '.join(f'{value:.1f}' for value in point)}) {unit}"
