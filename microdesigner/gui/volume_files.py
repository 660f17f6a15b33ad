"""Writing volumes beside the GUI thread."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.one_thread import OneThread
from microdesigner.core.paths import write_text_atomic
from microdesigner.core.shortages import Shortage, shortage_of

SURFACES = {"stl": "STL surface of each phase", "ply": "PLY surface of each phase", "obj": "OBJ surface of each phase"}
MESH = {"vtu": "VTU mesh of hexahedra"}
PICTURE = "png"
MOVIES = {"gif": "GIF movie", "mp4": "MP4 movie"}
REPORT = {"html": "Report with picture, values, recipe and plots"}


def volume_formats() -> dict[str, str]:
    """Title of every format of volumes by the suffix that is written."""
    from microdesigner.io.registry import FORMATS

    return {entry.extensions[0].lstrip("."): entry.title for entry in FORMATS.values()}


def volume_suffixes(suffix: str) -> tuple[str, ...]:
    """All suffixes that files of the format that writes `suffix` may have; none where no format of volumes does."""
    from microdesigner.io.registry import FORMATS

    return next((entry.extensions for entry in FORMATS.values() if entry.extensions[0] == f".{suffix}"), ())


def holds_mixed(path: Path) -> bool:
    """Whether what is exported to a file of this name can hold a mixed phase."""
    from microdesigner.io.registry import FORMATS

    refusing = (entry for entry in FORMATS.values() if not entry.holds_mixed)
    return not any(path.name.lower().endswith(entry.extensions) for entry in refusing)


class VolumeFiles(QObject):
    """Serves one file after the other in a thread of its own."""

    written = Signal(str)  # what was written where
    failed = Signal(str)  # sentence

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = OneThread("files")

    def export(
        self, microstructure: Microstructure, path: Path, smooth: bool = True, donor_share: float | None = None
    ) -> None:
        """Write a volume, its surfaces or its mesh; the suffix of `path` chooses. `donor_share` of mixed voxels become
        donor where it is given, the others acceptor."""
        self._thread.do(self._guarded, path, lambda: self._write(microstructure, path, smooth, donor_share))

    def save_report(self, page: str, path: Path) -> None:
        """Write the page of a report."""
        self._thread.do(self._guarded, path, lambda: self._save_page(page, path))

    def close(self) -> None:
        """Finish what was ordered: a file is written whole or not at all."""
        self._thread.close()

    def _write(self, microstructure: Microstructure, path: Path, smooth: bool, donor_share: float | None) -> None:
        suffix = path.suffix.lower().lstrip(".")
        if suffix in SURFACES:
            from microdesigner.view3d.exports import write_surfaces

            names = [file.name for file in write_surfaces(microstructure, path, smooth)]
            self.written.emit(f"{', '.join(names)} in {path.parent}")
            return
        if suffix in MESH:
            from microdesigner.meshing.formats.vtu import write_voxels

            write_voxels(microstructure, path)
        else:
            from microdesigner.io import volumes
            from microdesigner.io.mixed_phase import without_mixed

            if donor_share is not None:
                microstructure = without_mixed(microstructure, donor_share)
            volumes.write(microstructure, path)
        self.written.emit(str(path))

    def _save_page(self, page: str, path: Path) -> None:
        write_text_atomic(path, page)
        self.written.emit(str(path))

    def _guarded(self, path: Path, work: Callable[[], None]) -> None:
        try:
            work()
        except MicrodesignerError as error:
            self.failed.emit(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            shortage = shortage_of(error) or Shortage(str(error), "try another file or folder")
            self.failed.emit(f"{path.name} could not be written ({shortage.reason}); {shortage.remedy}.")
