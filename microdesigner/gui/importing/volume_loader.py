"""From a file to the window: dropped, chosen, or shipped as the first result."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from microdesigner.app.store.settings import Settings
from microdesigner.app.volume_open import Opened, first_result
from microdesigner.gui.importing.voxel_dialog import Edges, VoxelDialog
from microdesigner.gui.volume_files import VolumeFiles

WITHOUT_UNIT = "{name} records how large its voxels are but not in which unit. Give the voxel edges in nm."


class VolumeLoader(QObject):
    """Asks for a voxel size that a file does not record before it hands the volume over."""

    opened = Signal(object)  # Opened
    example = Signal(object)  # Opened

    def __init__(self, files: VolumeFiles, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._files = files
        self._settings = settings
        self._window = parent
        self._example: Path | None = None  # the shipped result, on its way without the user having opened it
        files.opened.connect(self._take)

    def open(self, path: Path) -> None:
        """Read a volume that the user chose."""
        if path == self._example:
            self._example = None
        self._files.open(path)

    def reopen(self, path: Path) -> None:
        """Read the volume that a session showed."""
        if path == first_result():
            self._example = path
        self._files.open(path)

    def open_example(self) -> None:
        """Read the result that ships with the program, where there is one."""
        path = first_result()
        if path is not None:
            self.reopen(path)

    def _take(self, opened: Opened) -> None:
        if opened.path == self._example:
            self._example = None
            self.example.emit(opened)
        elif opened.voxel_known:
            self._hand_over(opened)
        else:
            self._ask(opened)

    def _ask(self, opened: Opened) -> None:
        volume = opened.sample.microstructure
        recorded = opened.edges_without_unit
        dialog = VoxelDialog(opened.path.name, volume.shape, recorded or self._settings.last_voxel_nm(), self._window)
        if recorded:
            dialog.words.setText(WITHOUT_UNIT.format(name=opened.path.name))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.given.connect(lambda edges: self._take_size(opened, edges))
        dialog.open()

    def _take_size(self, opened: Opened, edges: Edges) -> None:
        self._settings.voxel_nm = " ".join(f"{edge:g}" for edge in edges)
        self._hand_over(opened.with_voxel_nm(edges))

    def _hand_over(self, opened: Opened) -> None:
        self._settings.remember_file(opened.path)
        self.opened.emit(opened)
