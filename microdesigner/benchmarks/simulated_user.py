"""A simulated user for `benchmark --gui`, who waits and drags, and what measures how the event loop answers."""

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from microdesigner.core.errors import MicrodesignerError

PATIENCE_S = 300.0
CHECK_MS = 10
MOUSE_MS = 8
INTERVAL_MS = 16


class GapWatcher(QObject):
    """Records the longest time in ms that the event loop kept a 16 ms timer waiting beyond its due time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.longest_ms = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._tick)
        self._last = 0.0

    def start(self) -> None:
        """Forget the past and watch."""
        self.longest_ms = 0.0
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> float:
        """Stop watching; returns the longest gap in ms."""
        self._timer.stop()
        return self.longest_ms

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000 - INTERVAL_MS)
        self._last = now


class Drag(QObject):
    """A pointer that goes in circles with the left button down, and counts what is painted meanwhile."""

    def __init__(self, view: QObject) -> None:
        super().__init__(view)
        self._view = view
        self.painted = self._moves = 0
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Count."""
        self.painted += event.type() == QEvent.Type.Paint
        return False

    def frames_per_second(self, seconds: float) -> float:
        """Drag for this long."""
        self._send(QEvent.Type.MouseButtonPress)
        self.painted = 0
        seconds = repeat(self._move, MOUSE_MS, seconds)
        rate = self.painted / seconds
        self._send(QEvent.Type.MouseButtonRelease)
        return rate

    def _move(self) -> None:
        self._moves += 1
        self._send(QEvent.Type.MouseMove)

    def _send(self, kind: QEvent.Type) -> None:
        angle = 2 * np.pi * self._moves / 200
        point = QPointF(300 + 120 * np.cos(angle), 300 + 120 * np.sin(angle))
        button = Qt.MouseButton.LeftButton
        QApplication.sendEvent(
            self._view, QMouseEvent(kind, point, point, button, button, Qt.KeyboardModifier.NoModifier)
        )


def repeat(act: Callable[[], object], milliseconds: int, seconds: float) -> float:
    """Do something again and again for so many seconds; returns how many it took."""
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(act)
    timer.start(milliseconds)
    started = time.perf_counter()
    wait(lambda: time.perf_counter() - started > seconds)
    timer.stop()
    return time.perf_counter() - started


def wait(condition: Callable[[], bool]) -> None:
    """Let the window live until `condition` holds."""
    loop, check = QEventLoop(), QTimer()
    end = time.monotonic() + PATIENCE_S
    check.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
    check.start(CHECK_MS)
    if not condition():
        loop.exec()
    if not condition():
        raise MicrodesignerError(f"The window did not get there within {PATIENCE_S:.0f} s; close other programs.")
