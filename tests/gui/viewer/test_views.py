"""What the controls under the views do to the picture."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication

from microdesigner.gui import theme
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.viewer.colour_dialog import ColourDialog
from tests.gui.conftest import generate, is_drawn, wait_until

CHANGES: dict[str, Callable[[MainWindow], object]] = {
    "hide": lambda w: w.views.phases.boxes[1].setChecked(False),
    "opacity": lambda w: w.views.phases.sliders[0].setValue(30),
    "threshold": lambda w: w.views.cut.threshold.setValue(22),
    "clip": lambda w: w.views.cut.clips[2].setValue((0, 16)),
    "voxels": lambda w: w.views.smooth.setChecked(False),
    "slices": lambda w: w.views.cut.slices_on.setChecked(True),
    "orthographic": lambda w: w.views.orthographic.setChecked(True),
    "palette": lambda w: w.views.palette_choice.setCurrentIndex(1),
    "view": lambda w: QApplication.sendEvent(w.views.view, _key(Qt.Key.Key_9)),
    "maximise": lambda w: w.views.view.camera_interactor.maximise(2),
}


def _key(key: Qt.Key):  # type: ignore[no-untyped-def]
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    return QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)


def _picture(window: MainWindow) -> NDArray[np.uint8]:
    wait_until(lambda: is_drawn(window))
    return window.views.view.pixels()[..., :3]


def test_every_view_control_changes_the_picture(window: MainWindow) -> None:
    generate(window)
    unchanged = []
    for name, change in CHANGES.items():
        before = _picture(window)
        change(window)
        if (_picture(window) != before).mean() < 0.002:
            unchanged.append(name)
    assert not unchanged


def test_dragging_and_wheel_move_the_volume_and_detail_returns(window: MainWindow, qtbot: object) -> None:
    generate(window)
    view = window.views.view
    before = _picture(window)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))  # type: ignore[attr-defined]
    qtbot.mouseMove(view, QPoint(160, 130))  # type: ignore[attr-defined]
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(160, 130))  # type: ignore[attr-defined]
    turned = _picture(window)
    wheel = QWheelEvent(
        QPointF(100, 100), QPointF(100, 100), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    assert (_picture(window) != turned).mean() > 0.01
    assert before.shape == turned.shape


@pytest.mark.parametrize("dark", [False, True])
def test_the_views_follow_light_and_dark(window: MainWindow, qapp: QApplication, dark: bool) -> None:
    generate(window)
    theme.apply(qapp, dark)
    wait_until(lambda: is_drawn(window))
    corner = _picture(window)[-3, window.views.view.width() // 2]
    assert (corner.mean() < 80) == dark
    theme.apply(qapp, False)


def test_a_phase_gets_a_colour_of_its_own_that_lasts(window: MainWindow) -> None:
    generate(window)
    before = _picture(window)
    window.views.phases.swatches[2].click()
    dialog = window.findChild(ColourDialog)
    assert dialog is not None
    dialog.field.setCurrentColor(QColor("#20c040"))
    dialog.accept()
    assert window.views.palette_choice.currentText() == "Own colours"
    green = _picture(window)
    assert (green[..., 1] > green[..., 0] + 60).mean() > (before[..., 1] > before[..., 0] + 60).mean() + 0.02
    window.undo.undo()
    assert window.views.palette_choice.currentData() == "paper"
    window.undo.redo()
    own = window.views._model.state.palette
    window.views.palette_choice.setCurrentIndex(1)
    assert window.views._model.state.palette == "okabe-ito"
    window.views.palette_choice.setCurrentIndex(2)  # own colours: those chosen last
    assert window.views._model.state.palette == own
    window.close()
    assert window.settings.palette.split()[0] == "own"
    assert "#20c040" in window.settings.palette


def test_the_picture_covers_what_is_behind_it(window: MainWindow) -> None:
    generate(window)
    image = window.tabs.grab().toImage()
    place = window.views.view.mapTo(window.tabs, window.views.view.rect().center())
    assert image.pixelColor(place).alpha() == 255
    corner = window.views.view.mapTo(window.tabs, QPoint(3, window.views.view.height() // 2))
    assert image.pixelColor(corner).alpha() == 255
