"""The session in the window: kept all the time, brought back at the start, saved and opened on request."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

from microdesigner.app.store.session import SUFFIX, Session, last_session
from microdesigner.app.view_state import ViewState
from microdesigner.core.errors import MicrodesignerError

if TYPE_CHECKING:
    from microdesigner.gui.main_window import MainWindow

PAUSE_MS = 2000
FILTER = f"Session (*{SUFFIX})"
COMPLAINT = "The session could not be kept"


class SessionController(QObject):
    """Writes the session two seconds after each change and when the window closes."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self.restoring = False  # the sample of a session is on its way, its targets are set already
        self._view: ViewState | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._keep)
        window.targets.targets_changed.connect(self._timer.start)
        window.targets.options.changed.connect(self._timer.start)
        window.views.touched.connect(self._timer.start)
        window.views.shown.connect(self._look)
        window.current_sample.changed.connect(lambda *_: self._showing())
        window.history.service.reloaded.connect(window.show_kept)

    def current(self) -> Session | None:
        """The session as it stands; None without a model."""
        window = self._window
        request = window.targets.request()
        if request is None:
            return None
        return Session(
            request, window.targets.options.locked.isChecked(), window.current_sample.alone(),
            window.current_sample.source, self._view or window.views.state(),
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
            self._window.error_bar.tell(str(error))
            return False
        window = self._window
        window.targets.restore(session.request)
        window.targets.options.locked.setChecked(session.seed_locked)
        window.undo.clear()
        self._view = session.view
        if session.opened is not None and session.opened.is_file():
            self.restoring = True
            window.volume_loader.open(session.opened)
        elif session.shown is not None:
            window.history.service.reload(session.shown)
        return session.opened is not None or session.shown is not None

    def save(self, path: Path) -> None:
        """Write the session to a file of the user's."""
        session = self.current()
        if session is None:
            return
        try:
            session.write(path)
        except OSError as error:
            self._window.error_bar.tell(f"The session could not be written ({error}); choose another folder.")
            return
        self._window.settings.remember_file(path)
        self._window.status_line.setText(f"Written: {path}")

    def ask_save(self) -> None:
        """Let the user choose where to save."""
        proposal = str(self._folder() / f"session{SUFFIX}")
        name, _ = QFileDialog.getSaveFileName(self._window, "Save session", proposal, FILTER)
        if name:
            self.save(Path(name).with_suffix(SUFFIX))

    def ask_open(self) -> None:
        """Let the user choose what to open."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Open session", str(self._folder()), FILTER)
        if name:
            self.open(Path(name))

    def close(self) -> None:
        """Keep the session for the next start."""
        self._timer.stop()
        self._keep()

    def _showing(self) -> None:
        self.restoring = False
        self._timer.start()

    def _keep(self) -> None:
        session = self.current()
        if session is not None:
            self._window.history.service.do(COMPLAINT, lambda: session.write(last_session()))

    def _look(self) -> None:
        if self._view is not None:
            view, self._view = self._view, None
            self._window.views.apply(view)
            self._window.undo.clear()

    def _folder(self) -> Path:
        return Path(self._window.settings.export_folder or Path.home())
