"""The views in a window of their own, drawn straight onto the screen."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication

from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.viewer.separate_window import NO_SCREEN, NO_VOLUME
from tests.gui.conftest import generate, wait_until
from tests.gui.test_cycles import _alive

CYCLES = 10


@pytest.fixture
def on_screen(window: MainWindow) -> MainWindow:
    """A window with a result, where there is a screen to draw onto."""
    if QGuiApplication.platformName() == "offscreen":
        pytest.skip("needs a screen, such as Xvfb's")
    generate(window)
    return window


def _open(window: MainWindow):  # type: ignore[no-untyped-def]
    """The view in its own window, drawn."""
    assert window.workspace.separate_window.open() == ""
    assert window.workspace.separate_window.window is not None
    view = window.workspace.separate_window.window.view
    _drawn(view)
    return view


def _drawn(view) -> NDArray[np.uint8]:  # type: ignore[no-untyped-def]
    """Pixels after the next drawing."""
    frames = view.frames
    view.update()
    wait_until(lambda: view.frames > frames)
    image = view.grabFramebuffer()
    image = image.convertToFormat(image.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()


def test_where_nothing_can_be_drawn_a_sentence_says_so(window: MainWindow) -> None:
    command = next(command for command in window.commands if command.title == "View in a separate window")
    command.run()
    offscreen = QGuiApplication.platformName() == "offscreen"
    assert window.status_line.text() == (NO_SCREEN if offscreen else NO_VOLUME)
    assert window.workspace.separate_window.window is None


def test_it_shows_the_film_with_the_look_of_the_views(on_screen: MainWindow) -> None:
    view = _open(on_screen)
    before = _drawn(view)
    assert before[..., :3].std() > 10
    on_screen.views.phases.boxes[1].setChecked(False)
    assert (_drawn(view) != before).mean() > 0.002
    generate(on_screen)
    assert view.scene.geometry is on_screen.views.view.scene.geometry


def test_the_camera_is_linked_until_it_is_freed(on_screen: MainWindow, qtbot: object) -> None:
    view = _open(on_screen)
    main, own = on_screen.views.view.scene.camera, view.scene.camera
    qtbot.keyClick(view, Qt.Key.Key_9)  # type: ignore[attr-defined]
    assert main.pose().direction == own.pose().direction == (0.0, 0.0, -1.0)
    assert on_screen.undo.undoText() == "Move the camera"
    on_screen.workspace.separate_window.window.linked.setChecked(False)
    on_screen.views.view.camera_interactor.look("x")
    assert own.pose().direction == (0.0, 0.0, -1.0)


def test_each_move_is_drawn_once(on_screen: MainWindow, qtbot: object) -> None:
    view = _open(on_screen)
    before, frames, renders = _drawn(view), view.frames, []
    view.ren_win.AddObserver("EndEvent", lambda *_: renders.append(0))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))  # type: ignore[attr-defined]
    for step in range(1, 6):
        qtbot.mouseMove(view, QPoint(100 + 9 * step, 100))  # type: ignore[attr-defined]
        QCoreApplication.processEvents()
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(145, 100))  # type: ignore[attr-defined]
    assert (_drawn(view) != before).mean() > 0.002
    assert len(renders) == view.frames - frames > 0


def test_every_control_of_it_has_a_name(on_screen: MainWindow) -> None:
    _open(on_screen)
    window = on_screen.workspace.separate_window.window
    assert window is not None
    assert window.view.accessibleName()
    assert window.linked.accessibleName()
    assert window.linked.toolTip()


def test_escape_closes_it_and_so_does_the_main_window(on_screen: MainWindow, qtbot: object) -> None:
    qtbot.keyClick(_open(on_screen), Qt.Key.Key_Escape)  # type: ignore[attr-defined]
    assert on_screen.workspace.separate_window.window is None
    _open(on_screen)
    on_screen.close()
    assert on_screen.workspace.separate_window.window is None


def test_opened_and_closed_again_and_again_it_leaves_nothing(on_screen: MainWindow) -> None:
    counts = []
    for _ in range(CYCLES):
        _open(on_screen)
        on_screen.workspace.separate_window.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        counts.append(_alive())
    assert counts[-1] == counts[1]
