"""Writing the volume shown to a file, beside the GUI thread."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Microstructure

VOLUME_FORMATS = {
    "vti": "VTK image data (*.vti)",
    "vtk": "Legacy VTK (*.vtk)",
    "raw": "Raw bytes with header (*.raw)",
}


class Exporter(QObject):
    """Writes volumes one after the other in a thread of its own."""

    written = Signal(str)  # path
    failed = Signal(str)  # sentence

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="export")

    def export(self, microstructure: Microstructure, path: Path) -> None:
        """Write a volume; the suffix of `path` chooses the format."""
        self._pool.submit(self._write, microstructure, path)

    def close(self) -> None:
        """Finish what was ordered: a file is written whole or not at all."""
        self._pool.shutdown(wait=True)

    def _write(self, microstructure: Microstructure, path: Path) -> None:
        try:
            from microdesigner.io import registry

            registry.write(microstructure, path)
        except MicrodesignerError as error:
            self.failed.emit(str(error))
        except Exception as error:
            self.failed.emit(f"{path.name} could not be written ({error}); choose another folder.")
        else:
            self.written.emit(str(path))
