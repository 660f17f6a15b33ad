"""The session in the window: stored all the time, brought back at the start, saved and opened on request."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QFileDialog, QWidget

from microdesigner.app.request_model import RequestModel
from microdesigner.app.store.session import SUFFIX, Session, last_session
from microdesigner.app.store.settings import Settings
from microdesigner.app.view_state import ViewModel, ViewState
from microdesigner.core.errors import MicrodesignerError
from microdesigner.core.microstructure import Microstructure
from microdesigner.gui.command import Command
from microdesigner.gui.current_sample import CurrentSampleController
from microdesigner.gui.store_thread import StoreThread
from microdesigner.gui.widgets.replacing import ask_where

PAUSE_MS = 2000
TITLE = "microdesigner"
FILTER = f"Session (*{SUFFIX})"
NOT_SAVED = "The session could not be written"
COMPLAINT = "The session could not be stored"


class SessionController(QObject):
    """Writes the session two seconds after each change and when the window closes."""

    volume_requested = Signal(object)  # Path of an opened volume
    sample_requested = Signal(object)  # Request of a stored sample
    message = Signal(str)
    failed = Signal(str)
    saved = Signal(object)  # Path

    def __init__(
        self, model: RequestModel, look: ViewModel, shown: CurrentSampleController, undo: QUndoStack,
        thread: StoreThread, settings: Settings, window: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._model, self._look, self._shown, self._undo = model, look, shown, undo
        self._thread, self._settings, self._window = thread, settings, window
        self.restoring: Path | None = None  # the volume of a session on its way, whose targets are set already
        self.path: Path | None = None  # of the session's own file
        self._stored: Session | None = None  # as it is there
        self._view: ViewState | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._store)
        self.saved.connect(self._remember)
        for changed in (model.changed, look.changed, shown.changed):
            changed.connect(lambda *_: self._timer.start())
            changed.connect(lambda *_: self._tell_title())

    def current(self) -> Session | None:
        """The session as it stands; None without a model."""
        request = self._model.request() or self._model.request(kept=None)  # without a kept part that cannot be one
        if request is None:
            return None
        return Session(
            request, self._model.state.options.seed_locked, self._shown.alone(), self._shown.source,
            self._view or self._look.state,
        )  # fmt: skip

    def restore_last(self) -> bool:
        """Bring back how the program was left; whether there was something to show."""
        path = last_session()
        return path.is_file() and self.open(path)

    def open(self, path: Path) -> bool:
        """Bring back a session; whether there was something to show."""
        try:
            session = Session.read(path)
        except MicrodesignerError as error:
            self.failed.emit(str(error))
            return False
        self._model.recall(session.request)
        self._model.set_options(seed_locked=session.seed_locked)
        self._undo.clear()
        self._view, self.restoring = session.view, None
        if path != last_session():
            self.path, self._stored = path, None  # until its film is on show
            self._tell_title()
        if session.opened is not None and session.opened.is_file():
            self.restoring = session.opened
            self.volume_requested.emit(session.opened)
        elif session.shown is not None:
            self.sample_requested.emit(session.shown)
        return session.opened is not None or session.shown is not None

    def save(self, path: Path) -> None:
        """Write the session with the film on show to a file of the user's; `saved` is emitted when it is there."""
        session, sample = self.current(), self._shown.sample
        if self._model.targets is not None and self._model.request() is None:
            self.failed.emit(self._model.impossible())
        elif session is not None:
            film = None if sample is None else sample.microstructure
            self._thread.do(NOT_SAVED, partial(self._write, session, path, film))

    def _write(self, session: Session, path: Path, film: Microstructure | None) -> None:
        session.write(path, film)
        self.saved.emit(path)

    def _remember(self, path: Path) -> None:
        self._settings.remember_file(path)
        self._name(path)
        self.message.emit(f"Written: {path}")

    def _name(self, path: Path) -> None:
        """The window shows what is in this file, until something changes."""
        self.path, self._stored = path, self._content()
        self._tell_title()

    def _content(self) -> Session | None:
        """What is worth a mark in the title when it changes; a turned camera is not."""
        session = self.current()
        return None if session is None else replace(session, view=None, opened=None)

    def _tell_title(self) -> None:
        if self.path is not None:
            self._window.setWindowTitle(f"{self.path.name}[*] – {TITLE}")
            self._window.setWindowModified(self._stored is not None and self._content() != self._stored)

    def ask_save(self) -> None:
        """Let the user choose where to save."""
        proposal = self.path or self._folder() / f"session{SUFFIX}"
        ask_where(self._window, "Save session", proposal, "Session", SUFFIX, self.save)

    def save_again(self) -> None:
        """Save to the session's own file; where it has none yet, ask for one."""
        if self.path is None:
            self.ask_save()
        else:
            self.save(self.path)

    def ask_open(self) -> None:
        """Let the user choose what to open."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open session", str(self._folder()), FILTER)
        if name:
            self.open(Path(name))

    def commands(self) -> list[Command]:
        """What can be done with sessions."""
        return [
            Command("File", "Open session…", self.ask_open),
            Command("File", "Save session", self.save_again, ("Ctrl+S",)),
            Command("File", "Save session as…", self.ask_save, ("Ctrl+Shift+S",)),
        ]

    def apply_view(self) -> None:
        """Look at the volume that is shown now as the session did, once."""
        if self._view is not None:
            view, self._view = self._view, None
            self._look.restore(view)
            self._undo.clear()
        if self.path is not None and self._stored is None:
            self._name(self.path)

    def close(self) -> None:
        """Store the session for the next start."""
        self._timer.stop()
        self._store()

    def _store(self) -> None:
        session = self.current()
        if session is not None:
            self._thread.do(COMPLAINT, lambda: session.write(last_session()))

    def _folder(self) -> Path:
        return Path(self._settings.export_folder or Path.home())
