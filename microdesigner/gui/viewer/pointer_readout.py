"""Voxel and phase under the pointer, in one line."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel

from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.widgets.volume_view import VolumeView

PAUSE_MS = 30


class PointerReadout(QObject):
    """Writes into `label` which voxel of the film in `view` lies under the pointer; nothing over a coarse preview."""

    def __init__(self, view: VolumeView) -> None:
        super().__init__(view)
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setToolTip("Index, position and phase of the voxel under the pointer, counted from 0.")
        self._view = view
        self._film: Microstructure | None = None
        self._place = QPointF()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._look)
        view.setMouseTracking(True)
        view.installEventFilter(self)

    def show_film(self, film: Microstructure | None) -> None:
        """Read from this film; from none while a preview is shown."""
        self._film = film
        self.label.clear()

    def show_voxel(self, voxel: tuple[int, int, int] | None) -> None:
        """Tell of a voxel that lies under the pointer elsewhere."""
        if self._film is None or voxel is None:
            self.label.clear()
            return
        x, y, z = ((place + 0.5) * edge for place, edge in zip(voxel, self._film.spacing, strict=True))
        self._tell(self._film, voxel, (x, y, z))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the pointer while no button is down."""
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._place = event.position()
            if event.buttons() == Qt.MouseButton.NoButton and not self._pause.isActive():
                self._pause.start()
        elif event.type() == QEvent.Type.Leave:
            self._pause.stop()
            self.label.clear()
        return False

    def _look(self) -> None:
        scene, film = self._view.scene, self._film
        if scene is None or film is None or self._view.width() == 0:
            return
        hit = scene.pick(self._place.x() / self._view.width(), self._place.y() / self._view.height())
        if hit is None:
            self.label.clear()
            return
        self._tell(film, hit.voxel, hit.point)

    def _tell(self, film: Microstructure, voxel: tuple[int, int, int], point: tuple[float, float, float]) -> None:
        place = ", ".join(f"{value:.1f}" for value in point)
        phase = film.phase_names[int(film.phases[voxel])]
        self.label.setText(f"voxel {', '.join(map(str, voxel))} · {place} {film.length_unit} · {phase}")
