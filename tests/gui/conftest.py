"""Windows for tests: off screen unless a display is there, and nothing may be left behind."""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from microdesigner.app.store.settings import Settings
from microdesigner.gui import application, layout
from microdesigner.gui.gui_thread_gc import GuiThreadGC
from microdesigner.gui.main_window import MainWindow
from tests.gui import stand_in

SECONDS_TO_END = 20
# said by the offscreen platform itself, whatever a program does
HARMLESS = ("This plugin does not support propagateSizeHints()", "This plugin does not support raise()")


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """The application class that pytest-qt makes."""
    return QApplication


@pytest.fixture(scope="session", autouse=True)
def collector(qapp: QApplication) -> Iterator[None]:
    """Garbage is collected in the GUI thread, as in the program."""
    collector = GuiThreadGC(qapp)
    yield
    collector.end()


@pytest.fixture(autouse=True)
def no_qt_warnings() -> Iterator[None]:
    """A test fails when Qt had to warn."""
    said: list[str] = []

    def listen(kind: QtMsgType, context: object, message: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and message not in HARMLESS:
            said.append(message)

    qInstallMessageHandler(listen)
    yield
    qInstallMessageHandler(None)
    assert not said


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A test fails when it leaves a thread or a child process."""
    threads, children = set(threading.enumerate()), set(multiprocessing.active_children())
    yield
    end = time.monotonic() + SECONDS_TO_END
    while time.monotonic() < end and not (
        set(threading.enumerate()) <= threads and set(multiprocessing.active_children()) <= children
    ):
        time.sleep(0.01)  # worker processes end by themselves, while nobody waits for them
    assert set(threading.enumerate()) <= threads
    assert set(multiprocessing.active_children()) <= children


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user folder without models, and a program that ships no first result."""
    monkeypatch.setenv("MICRODESIGNER_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("microdesigner.app.volume_open.shipped", lambda folder: tmp_path / "shipped" / folder)
    return tmp_path / "home"


@pytest.fixture
def stand_in_model(home: Path) -> Path:
    """The stand-in's card among the user's models."""
    stand_in.write_card(home / "models" / stand_in.MODEL)
    return home


@pytest.fixture
def open_window(
    qapp: QApplication, qtbot: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows and closes them at the end of the test."""
    monkeypatch.setattr(layout, "_start_size", lambda _: layout.START_SIZE)  # Qt's offscreen screen is a small one
    windows: list[MainWindow] = []

    def open_one(factory: str = stand_in.FACTORY, model: str = stand_in.MODEL) -> MainWindow:
        window = application.open_window(qapp, factory, Settings(model=model))
        windows.append(window)
        wait_until(lambda: "three_d" in window.timings)
        return window

    yield open_one
    for window in windows:
        end_work(window)
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()


def end_work(window: MainWindow) -> None:
    """End what a window would ask about before it closes: nobody is there to answer once a test has failed."""
    window.exporting.render_jobs.close()
    window.results.verifier.cancel()
    window.history.exporter.task.close()
    window.workspace.reconstruction.close()


@pytest.fixture
def window(stand_in_model: Path, open_window: Callable[..., MainWindow]) -> MainWindow:
    """A window whose engine is ready."""
    window = open_window()
    wait_until(lambda: "ready" in window.device.text())
    return window


def wait_until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Run the event loop until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        QCoreApplication.processEvents()
        time.sleep(0.002)


def generate(window: MainWindow) -> None:
    """Generate and wait until the volume is drawn and in the history, whose strip takes room from the views."""
    stored: list[object] = []
    window.history.service.added.connect(stored.append)
    window.workspace.store.failed.connect(stored.append)
    window.generate()
    wait_until(lambda: window.generation.running)
    wait_until(lambda: not window.generation.running, 120)
    wait_until(lambda: bool(stored))
    strip = window.history.panel.list
    wait_until(lambda: not strip.isVisible() or strip.height() == strip.maximumHeight())  # it has taken its room
    wait_until(lambda: is_drawn(window))


def is_drawn(window: MainWindow) -> bool:
    """Whether the sample shown is on the screen in full detail."""
    scene = window.views.view.scene
    if scene is None or scene.geometry is None or window.sample is None or window.views.builder.busy:
        return False
    return scene.geometry.microstructure is window.sample.microstructure and window.views.view.settled
