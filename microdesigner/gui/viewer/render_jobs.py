"""Pictures and movies of the views, drawn in a process of their own: the window stays free and both can be stopped."""

import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from microdesigner.gui.background_task import BackgroundTask
from microdesigner.gui.viewer.panel import ViewsPanel
from microdesigner.gui.widgets.task_bar import TaskBar
from microdesigner.view3d.picture_choice import PictureChoice

if TYPE_CHECKING:
    from microdesigner.view3d.look import RenderJob

RENDER_PICTURE, RENDER_MOVIE, RENDER_FILMS = (
    "microdesigner.view3d.pictures:render_picture",
    "microdesigner.view3d.movies:render_movie",
    "microdesigner.view3d.movies:render_films",
)


class RenderJobs(QObject):
    """Serves one order after the other; `bar` shows how far it is and stops it."""

    written = Signal(str)  # path
    copied = Signal()  # a picture lies in the clipboard
    failed = Signal(str, str)  # sentence, details

    def __init__(self, views: ViewsPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views = views
        self._orders: deque[tuple[str, tuple[Any, ...]]] = deque()
        self._path = Path()
        self._clipboard: tempfile.TemporaryDirectory[str] | None = None  # of a picture on its way there
        self.task = BackgroundTask(self)
        self.bar = TaskBar(self.task)
        self.bar.cancel.setToolTip("Stop drawing; no file is written.")
        self.task.finished.connect(self._tell)
        self.task.failed.connect(self.failed)
        for end in (self.task.finished, self.task.failed, self.task.cancelled):
            end.connect(self._next)

    def render_picture(self, path: Path, scale: int) -> None:
        """Write the views as a PNG, `scale` times as large as on the screen."""
        self._take(RENDER_PICTURE, self._views.render_job(scale), path)

    def render_chosen(self, path: Path, choice: PictureChoice) -> None:
        """Write a picture of the views as it was chosen."""
        job = self._views.render_job(choice.scale)
        if job is not None:
            chosen = replace(job, annotations=choice.annotations, background=choice.background)
            self._take(RENDER_PICTURE, chosen, path)

    def copy(self, choice: PictureChoice) -> None:
        """Put such a picture into the clipboard."""
        if self._clipboard is None:
            self._clipboard = tempfile.TemporaryDirectory(prefix="microdesigner-")
        self.render_chosen(Path(self._clipboard.name) / "views.png", choice)

    def render_movie(self, path: Path, motion: str) -> None:
        """Write a movie of the views, "turntable" or "slices", GIF or MP4 by the suffix of `path`."""
        self._take(RENDER_MOVIE, self._views.render_job(1), path, motion)

    def render_films(self, path: Path, films: Sequence[Path]) -> None:
        """Write a movie of volumes in files, one after the other, looked at as the one on show."""
        self._take(RENDER_FILMS, self._views.render_job(1), path, films)

    def unfinished(self) -> str:
        """What would be lost if the window closed now, in words; "" for nothing."""
        if not self.task.running:
            return ""
        waiting = f" and {len(self._orders)} more that wait for it" if self._orders else ""
        return f"{self._path.name}{waiting} would not be written: it is being drawn."

    def close(self) -> None:
        """Stop everything; what is not written yet will not be."""
        self._orders.clear()
        self.task.close()
        if self._clipboard is not None:
            self._clipboard.cleanup()

    def _tell(self) -> None:
        if self._clipboard is not None and self._path.parent == Path(self._clipboard.name):
            QGuiApplication.clipboard().setImage(QImage(str(self._path)))
            self.copied.emit()
        else:
            self.written.emit(str(self._path))

    def _take(self, function: str, job: "RenderJob | None", *arguments: Any) -> None:
        if job is None:
            return
        self._orders.append((function, (job, *arguments)))
        if not self.task.running:
            self._next()

    def _next(self) -> None:
        if self._orders:
            function, arguments = self._orders.popleft()
            self._path = arguments[1]
            self.task.start(function, *arguments)
