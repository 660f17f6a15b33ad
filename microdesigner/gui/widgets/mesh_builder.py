"""Builds meshes beside the GUI thread; only the newest order counts."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.one_thread import OneThread

if TYPE_CHECKING:
    from microdesigner.view3d.surfaces import Shaping


class MeshBuilder(QObject):
    """Turns volumes into geometries in one thread of its own; a large one is seen coarsely first."""

    built = Signal(object)  # Geometry
    failed = Signal(str)
    _looked = Signal(object, object)  # order number, Geometry of the first look
    _done = Signal(object, object)  # order number, Geometry or exception

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = OneThread("meshes")
        self._newest = 0
        self._last: Microstructure | None = None  # that was built
        self._pending = self._closed = False
        beside = Qt.ConnectionType.QueuedConnection  # also where no thread was left
        self._looked.connect(self._show_look, beside)
        self._done.connect(self._deliver, beside)

    @property
    def busy(self) -> bool:
        """Whether an order is under way."""
        return self._pending

    def order(self, microstructure: Microstructure, shaping: "Shaping") -> None:
        """Build the meshes of a volume; earlier orders that did not start are dropped."""
        if self._closed:
            return
        self._newest += 1
        self._pending = True
        self._thread.do(self._build, self._newest, microstructure, shaping)

    def close(self) -> None:
        """Wait for the order under way and end the thread."""
        self._closed = True
        self._thread.close(drop=True)

    def _build(self, number: int, microstructure: Microstructure, shaping: "Shaping") -> None:
        if number != self._newest or self._closed:
            return
        from microdesigner.view3d.surfaces import build_geometry, first_look

        def dropped() -> bool:
            return self._closed or number != self._newest

        try:
            if microstructure is not self._last and (look := first_look(microstructure)) is not None:
                self._looked.emit(number, build_geometry(look, shaping, dropped))
            outcome: object = build_geometry(microstructure, shaping, dropped)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            outcome = error
        if not dropped():
            self._last = microstructure
            self._done.emit(number, outcome)

    def _show_look(self, number: int, geometry: object) -> None:
        if number == self._newest and not self._closed:
            self.built.emit(geometry)

    def _deliver(self, number: int, outcome: object) -> None:
        if number != self._newest or self._closed:
            return
        self._pending = False
        if isinstance(outcome, Exception):
            self.failed.emit(f"The surfaces of this volume could not be built ({outcome}); show it as slices instead.")
        else:
            self.built.emit(outcome)
