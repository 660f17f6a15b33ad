"""Reading and writing volumes beside the GUI thread."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Microstructure

EXPORTS = {
    "vti": "VTK image data (*.vti)",
    "vtk": "Legacy VTK (*.vtk)",
    "raw": "Raw labels with JSON header (*.raw)",
    "png": "Picture of the views (*.png)",
}


class VolumeFiles(QObject):
    """Serves one file after the other in a thread of its own."""

    written = Signal(str)  # path
    opened = Signal(object)  # Opened
    failed = Signal(str)  # sentence

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="files")

    def export(self, microstructure: Microstructure, path: Path) -> None:
        """Write a volume; the suffix of `path` chooses the format."""
        self._pool.submit(self._guarded, path, "written", lambda: self._write(microstructure, path))

    def open(self, path: Path) -> None:
        """Read a volume with what is known about it."""
        self._pool.submit(self._guarded, path, "read", lambda: self._read(path))

    def close(self) -> None:
        """Finish what was ordered: a file is written whole or not at all."""
        self._pool.shutdown(wait=True)

    def _write(self, microstructure: Microstructure, path: Path) -> None:
        from microdesigner.io import registry

        registry.write(microstructure, path)
        self.written.emit(str(path))

    def _read(self, path: Path) -> None:
        from microdesigner.app.opening import open_volume

        self.opened.emit(open_volume(path))

    def _guarded(self, path: Path, done: str, work: Callable[[], None]) -> None:
        try:
            work()
        except MicrodesignerError as error:
            self.failed.emit(str(error))
        except Exception as error:
            self.failed.emit(f"{path.name} could not be {done} ({error}); try another file or folder.")
