"""The scene in the window: an off-screen picture painted by a plain widget, so it needs no OpenGL from Qt."""

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from microdesigner.gui.widgets.camera_interactor import CameraInteractor
from microdesigner.gui.widgets.ruler_tool import RulerTool

if TYPE_CHECKING:
    from microdesigner.view3d.scene import Scene

SLOW_FRAME_S = 0.04
BUDGET_S = 0.02
FINE, MOST_PIXELS = 2.0, 24_000_000  # resolution of the details, and of a window that still gets it


class VolumeView(QWidget):
    """Shows a Scene; `camera_interactor` turns mouse, wheel and keys into camera moves.

    Every change shows at once, a large volume coarsely; its details follow part by part between the user's events,
    while the camera moves only after 250 ms of rest. They are drawn in twice the resolution, so that edges are smooth.
    """

    first_drawn = Signal()
    moved = Signal()  # the user changed the camera or what is maximised

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.camera_interactor = CameraInteractor(self)
        self.ruler_tool = RulerTool(self.camera_interactor, self)
        self.message = ""
        self.frame_seconds = 0.0
        self._whole = QImage()
        self._details: dict[int, QImage] = {}
        self._waiting: list[tuple[int, int]] = []  # view and step
        self._stale = False
        self._drawn = False
        self._half = False
        self._continue = QTimer(self)
        self._continue.setSingleShot(True)
        self._continue.timeout.connect(self.update)
        self.camera_interactor.dragged.connect(self._place)
        self.camera_interactor.placed.connect(self._place)
        self.camera_interactor.rested.connect(self._rest)
        self.ruler_tool.changed.connect(self.redraw)
        self.setAccessibleName("Views of the volume; keys 1 to 9 change them")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Room for four views."""
        return QSize(860, 680)

    @property
    def scene(self) -> "Scene | None":
        """What is shown."""
        return self.camera_interactor.scene

    def attach(self, scene: "Scene") -> None:
        """Show `scene` from now on."""
        self.camera_interactor.scene = scene
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
    def drawn(self) -> bool:
        """Whether the scene as it is has been drawn, if only coarsely."""
        return not self._stale

    @property
    def settled(self) -> bool:
        """Whether every view shows the scene as it is, in full detail."""
        return not self._stale and not self._waiting and not self.camera_interactor.moving

    def pixels(self) -> NDArray[np.uint8]:
        """What is shown, as uint8 [height, width, RGBA]."""
        image = self.grab().toImage().convertToFormat(QImage.Format.Format_RGBA8888)
        return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()

    def close_scene(self) -> None:
        """Free the graphics resources; nothing is drawn afterwards."""
        scene = self.scene
        self._continue.stop()
        self.camera_interactor.let_go()
        if scene is not None:
            scene.close()

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

    def _place(self) -> None:
        self.redraw()
        self.moved.emit()

    def _rest(self) -> None:
        self.redraw() if self._half else self._plan_details()
        self.update()

    def _plan_details(self) -> None:
        scene = self.scene
        if scene is not None and not self.camera_interactor.moving:
            self._waiting = [(view, step) for view in scene.shown_views() for step in range(scene.steps(view))]

    def _draw_whole(self, scene: "Scene") -> None:
        """Draw all views in one go, a large volume coarsely and in half the resolution where a drag would be slow."""
        started = time.perf_counter()
        half = self.camera_interactor.moving and self._half
        pixels = scene.render(*self._size(scene, 0.5 if half else 1.0), coarse=not scene.light)
        self._whole = _image(pixels)
        self._details = {}
        self._stale = False
        self.frame_seconds = time.perf_counter() - started
        if self.camera_interactor.moving:
            self._half = self.frame_seconds > (SLOW_FRAME_S / 4 if half else SLOW_FRAME_S)
        self._plan_details()

    def _draw_details(self, scene: "Scene") -> None:
        """Draw waiting parts until the time is spent; at least one."""
        started = time.perf_counter()
        size = self._size(scene, self._fineness())
        while self._waiting and time.perf_counter() - started < BUDGET_S:
            view, step = self._waiting.pop(0)
            pixels = scene.render_step(view, step, *size)
            if pixels is not None:
                self._details[view] = _image(pixels)

    def _fineness(self) -> float:
        """How many pixels are drawn along one of the screen's."""
        shown = self.width() * self.height() * self.devicePixelRatioF() ** 2
        return FINE if shown * FINE**2 <= MOST_PIXELS else 1.0

    def _size(self, scene: "Scene", share: float) -> tuple[int, int]:
        ratio = scene.scale = self.devicePixelRatioF() * share
        return max(2, round(self.width() * ratio)), max(2, round(self.height() * ratio))

    def _paint_views(self, painter: QPainter, scene: "Scene") -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, bool(self._details))
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
