"""From the command to the window: the window first, then VTK, then the engine's process."""

import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, Qt, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from microdesigner.app.catalogue import installed_models
from microdesigner.app.crash import CrashGuard
from microdesigner.app.instance import Instance
from microdesigner.app.log import last_lines, start_file_log
from microdesigner.app.store.settings import Settings
from microdesigner.app.workers.engine import ENGINE
from microdesigner.core.paths import shipped, user_data
from microdesigner.core.shortages import shortage_of
from microdesigner.gui import theme
from microdesigner.gui.file_open_events import FileOpenEvents
from microdesigner.gui.gui_thread_gc import GuiThreadGC
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.screen import check_fonts, prepare_screen

_log = logging.getLogger("microdesigner.gui")
DESKTOP_FILE = "org.microdesigner.microdesigner"
LINES_BEFORE_CRASH = 30
LISTEN_MS = 250
UNFORESEEN = "Something went wrong that was not foreseen; your targets are kept, try again."
MILESTONES = {"window": "window up", "three_d": "3-D ready", "first_volume": "first volume drawn"}
"""What a start comes to, one after the other."""
_IMPORTED = time.perf_counter()
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def run(argv: Sequence[str] | None = None, paths: Sequence[Path] = ()) -> int:
    """Open the desktop and `paths` in it; returns its exit code when the window closes.

    Where a window is open already, that one is raised and opens the files.
    """
    instance = Instance(user_data())
    if _is_open_already(instance, paths):
        return 0
    prepare_screen()
    app = make_application(argv)
    handed_over = FileOpenEvents(app)
    qInstallMessageHandler(_log_qt_message)
    check_fonts()
    guard = CrashGuard(user_data())
    lost = _begin(guard)
    collector = GuiThreadGC(app)
    window = open_window(app)
    listener = _listen(instance, window, paths)
    handed_over.serve(window.open_path)
    once = Qt.ConnectionType.SingleShotConnection
    window.generation.ready.connect(lambda *_: QTimer.singleShot(0, collector, collector.spare), once)
    sys.excepthook = lambda kind, error, trace: _report(window, kind, error, trace)
    QTimer.singleShot(0, window, lambda: window.help.welcome(lost))
    code = app.exec()
    listener.stop()
    instance.release()
    collector.end()
    sys.excepthook = sys.__excepthook__
    guard.end()
    return code


def _is_open_already(instance: Instance, paths: Sequence[Path]) -> bool:
    """Whether another window has been asked to open `paths`; one that does not answer is left alone."""
    try:
        return not instance.claim() and instance.hand_over(paths)
    except OSError as error:
        _log.warning("Whether a window is open already is not known: %s", error)
        return False


def _listen(instance: Instance, window: MainWindow, paths: Sequence[Path]) -> QTimer:
    """Open `paths` when the window is ready, and what programs started later hand over."""

    def take() -> None:
        for opening in instance.take():
            window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
            window.raise_()
            window.activateWindow()
            for path in opening:
                window.open_path(path)

    timer = QTimer(window)
    timer.timeout.connect(take)
    timer.start(LISTEN_MS)
    for path in paths:
        QTimer.singleShot(0, window, partial(window.open_path, path))
    return timer


def _begin(guard: CrashGuard) -> str | None:
    """Start the log file and the watch; what is known about a sudden end of the last run, with the log's last lines."""
    try:
        before = last_lines(LINES_BEFORE_CRASH)
        start_file_log()
        lost = guard.begin()
    except OSError as error:
        _log.warning("The log could not be begun: %s", error)
        return None
    return None if lost is None else f"{lost}\n\nThe log ended with:\n{before}"


def make_application(argv: Sequence[str] | None = None) -> QApplication:
    """The Qt application with its names and look, following the system between light and dark."""
    app = QApplication(list(argv) if argv is not None else sys.argv[:1])
    app.setApplicationName("microdesigner")
    app.setApplicationDisplayName("microdesigner")
    app.setDesktopFileName(DESKTOP_FILE)
    app.setWindowIcon(QIcon(str(shipped("resources") / "icon.svg")))
    theme.follow(app)
    app.styleHints().colorSchemeChanged.connect(lambda _: theme.follow(app))
    return app


def open_window(app: QApplication, factory: str = ENGINE, settings: Settings | None = None) -> MainWindow:
    """Show the window at once; what is slow to load follows from the event loop."""
    settings = settings or Settings.load()
    theme.choose(app, settings.theme)
    window = MainWindow(installed_models(), settings, factory)
    window.views.view.first_drawn.connect(lambda: _note(window, "first_volume"))
    window.show()
    app.processEvents()
    _note(window, "window")
    QTimer.singleShot(0, window, lambda: _prepare(window))
    return window


def _prepare(window: MainWindow) -> None:
    window.prepare()
    _note(window, "three_d")
    window.start_engine()
    for problem in window.settings.take_problems():
        window.error_bar.show_error(problem)
    if not window.session.restore_last():
        window.workspace.volume_loader.open_example()


def _note(window: MainWindow, name: str) -> None:
    window.timings[name] = seconds_since_start()
    _log.info("Start: %s after %.2f s.", MILESTONES[name], window.timings[name])


def seconds_since_start() -> float:
    """Seconds since this process started; where the system does not tell, since this module was imported."""
    try:
        fields = Path("/proc/self/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError):
        return time.perf_counter() - _IMPORTED


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:  # noqa: ARG001 - Qt's interface
    _log.log(_LEVELS.get(kind, logging.WARNING), "%s", message)


def _report(window: MainWindow, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        window.close()
        return
    details = "".join(traceback.format_exception(kind, error, trace))
    if threading.current_thread() is threading.main_thread():
        shortage = shortage_of(error)
        window.error_bar.show_error(str(shortage) if shortage else UNFORESEEN, details)
    else:
        _log.error("%s", details)
