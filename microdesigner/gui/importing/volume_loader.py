"""From a file to the window: dropped, chosen, or shipped as the first result."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from microdesigner.app.store.import_memory import ImportMemory
from microdesigner.app.store.settings import Settings
from microdesigner.app.volume_open import NO_CHOICES, Choices, Opened, first_result
from microdesigner.app.workers.opening import OpenTask, Question, Shape
from microdesigner.gui.compute_client import ComputeClient
from microdesigner.gui.importing.import_dialog import ImportDialog
from microdesigner.gui.importing.loading_bar import LoadingBar
from microdesigner.io.labelling import Coarse


class VolumeLoader(QObject):
    """Reads files in a process of its own, and asks what a file leaves open before it hands the volume over.

    One file at a time: a newer one takes the place of what is being read or asked about. What is on show stays until
    the new volume is there.
    """

    coarse = Signal(object, object)  # Microstructure, Shape: the first look at what is being read
    abandoned = Signal()  # nothing will come of what is being read
    opened = Signal(object)  # Opened
    slice_opened = Signal(object, object)  # Opened, SlicePlace in a film that is to be built around it
    example = Signal(object)  # Opened
    failed = Signal(str)  # sentence
    message = Signal(str)

    def __init__(self, settings: Settings, film: Callable[[], Shape | None], parent: QWidget) -> None:
        """`film` tells how many voxels the film to be generated has."""
        super().__init__(parent)
        self._film = film
        self._settings, self._window = settings, parent
        self._memory = ImportMemory()
        self._reader = ComputeClient(self, "The reading")
        self._task: OpenTask | None = None
        self._example_task: OpenTask | None = None
        self.dialog: ImportDialog | None = None
        self.bar = LoadingBar()
        self.bar.cancel.clicked.connect(self.cancel)
        self._reader.answered.connect(self._take)
        self._reader.failed.connect(self._fail)
        self._reader.progressed.connect(self._show_progress)
        self._reader.notified.connect(self._show_look)

    def open(self, path: Path) -> None:
        """Read a volume as the user said the last time, or as the file says; ask where that is not enough."""
        self._stop()
        self._read(path, self._memory.find(path) or NO_CHOICES)

    def open_with_options(self, path: Path) -> None:
        """Ask how a volume is to be read before it is opened."""
        self._stop()
        self._ask(path)

    def open_made(self, path: Path) -> None:
        """Read a volume that was just made here: what its file does not say, nobody knows, so nothing is asked."""
        self._memory.store(path, Choices())
        self.open(path)

    def reopen(self, path: Path) -> None:
        """Read the volume that a session showed; the shipped result stays an example."""
        if path == first_result():
            self._task = self._example_task = OpenTask(path, NO_CHOICES)
            self._reader.ask(self._task)
        else:
            self.open(path)

    def open_example(self) -> None:
        """Read the result that ships with the program, where there is one."""
        path = first_result()
        if path is not None:
            self.reopen(path)

    def cancel(self) -> None:
        """Stop what is being read; what is on show stays."""
        if self._task is not None:
            self.message.emit(f"Opening {self._task.path.name} was cancelled.")
        self._stop()

    def restyle(self) -> None:
        """Take over a changed light or dark look."""
        if self.dialog is not None:
            self.dialog.restyle()

    def close(self) -> None:
        """Stop everything."""
        self._stop()
        self._reader.close()

    def _stop(self) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        if self._reader.busy:
            self._reader.close()  # a library may read for minutes without an end
        self._end()

    def _end(self) -> None:
        """Nothing comes of what is being read."""
        self._task = None
        self.bar.hide()
        self.abandoned.emit()

    def _read(self, path: Path, choices: Choices) -> None:
        self._task = OpenTask(path, choices)
        self.bar.show_file(path.name)
        self._reader.ask(self._task)

    def _take(self, task: object, value: Any) -> None:
        if task is not self._task or self._task is None:
            return
        done = self._task
        if isinstance(value, Question) or not (value.voxel_known or self._answered(done)):
            self._end()
            self._ask(done.path)
        else:
            self._task = None
            self.bar.hide()
            self._hand_over(done, value)

    def _answered(self, task: OpenTask) -> bool:
        """Whether the user has seen the questions about this file and left the voxel edges unknown."""
        return task.choices is not NO_CHOICES

    def _ask(self, path: Path) -> None:
        last = self._settings.last_voxel_nm() if self._settings.voxel_nm != Settings.voxel_nm else None
        dialog = ImportDialog(path, self._reader, self._memory.find(path), last, self._window, film=self._film())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.given.connect(lambda choices: self._take_answers(path, choices))
        dialog.finished.connect(lambda _: self._forget(dialog))
        self.dialog = dialog
        dialog.show()

    def _take_answers(self, path: Path, choices: Choices) -> None:
        self._memory.store(path, choices)
        if choices.options.voxel_nm is not None:
            self._settings.voxel_nm = " ".join(f"{edge:g}" for edge in choices.options.voxel_nm)
        self._read(path, choices)

    def _forget(self, dialog: ImportDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None

    def _fail(self, task: object, sentence: str) -> None:
        if task is self._task:
            self._end()
            self.failed.emit(sentence)

    def _show_progress(self, task: object, done: int, total: int) -> None:
        if task is self._task:
            self.bar.show_progress(done, total)

    def _show_look(self, task: object, look: Coarse) -> None:
        if task is self._task and self._task is not None:
            title = f"{self._task.path.name}, coarse while it is read"
            self.coarse.emit(look.microstructure.with_provenance(title=title), look.size)

    def _hand_over(self, task: OpenTask, opened: Opened) -> None:
        if task is self._example_task:
            self.example.emit(opened)
        else:
            self._settings.remember_file(opened.path)
            place = task.choices.place
            if place is not None and 1 in opened.sample.microstructure.shape:
                self.slice_opened.emit(opened, place)
            else:
                self.opened.emit(opened)
