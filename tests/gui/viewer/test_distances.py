"""Distances in the views by two clicks."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from microdesigner.gui import theme
from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate, is_drawn, wait_until

VOXEL_NM = 2.0  # of the stand-in's volumes


@pytest.fixture
def measured(window: MainWindow, qtbot: object) -> MainWindow:
    """A window that looks down on a film in one view without perspective, ready to measure."""
    generate(window)
    view = window.views.view
    window.views.orthographic.setChecked(True)
    view.camera_interactor.look("z")
    view.camera_interactor.maximise(0)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_M)  # type: ignore[attr-defined]
    assert window.views.measure.isChecked()
    return window


def _click(window: MainWindow, qtbot: object, right_nm: float, up_nm: float) -> QPoint:
    """Click at a distance from the middle of the film; where that is in the view."""
    view = window.views.view
    pixels_per_nm = view.height() / view.scene.camera.visible_height()
    place = QPoint(round(view.width() / 2 + right_nm * pixels_per_nm), round(view.height() / 2 - up_nm * pixels_per_nm))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)  # type: ignore[attr-defined]
    return place


def test_two_clicks_give_the_distance_of_two_voxels(measured: MainWindow, qtbot: object) -> None:
    scene = measured.views.view.scene
    pixel = scene.camera.visible_height() / measured.views.view.height()
    _click(measured, qtbot, 0, 0)
    assert len(scene.ruler) == 1
    _click(measured, qtbot, 2 * VOXEL_NM, 0)
    assert math.dist(*scene.ruler) == pytest.approx(2 * VOXEL_NM, abs=pixel)
    assert scene.ruler[0] == pytest.approx((64, 64, 64), abs=pixel), "the middle of the upper face"
    assert measured.status_line.text().startswith(f"Distance {math.dist(*scene.ruler):.1f} nm (")
    _click(measured, qtbot, 0, 20)
    assert len(scene.ruler) == 1, "a third click begins anew"


def test_line_and_length_are_drawn_and_escape_takes_them_away(measured: MainWindow, qtbot: object) -> None:
    view = measured.views.view
    wait_until(lambda: is_drawn(measured))
    before = view.pixels()
    _click(measured, qtbot, -30, 0)
    _click(measured, qtbot, 30, 0)
    wait_until(lambda: is_drawn(measured))
    changed = (view.pixels() != before).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert np.ptp(columns) > np.ptp(rows) > 10, "a line with words above it"
    qtbot.keyClick(view, Qt.Key.Key_Escape)  # type: ignore[attr-defined]
    wait_until(lambda: is_drawn(measured))
    assert not measured.views.measure.isChecked()
    np.testing.assert_array_equal(view.pixels(), before)


def test_a_drag_still_turns_and_a_double_click_maximises_nothing(measured: MainWindow, qtbot: object) -> None:
    view, scene = measured.views.view, measured.views.view.scene
    direction = scene.camera.pose().direction
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))  # type: ignore[attr-defined]
    qtbot.mouseMove(view, QPoint(160, 130))  # type: ignore[attr-defined]
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(160, 130))  # type: ignore[attr-defined]
    assert scene.camera.pose().direction != direction
    assert scene.ruler == ()
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))  # type: ignore[attr-defined]
    assert scene.maximised == 0


def test_beside_the_film_there_is_nothing_to_measure(measured: MainWindow, qtbot: object) -> None:
    _click(measured, qtbot, 70, 0)
    assert measured.views.view.scene.ruler == ()
    assert "nothing of the volume" in measured.status_line.text()


def test_another_volume_takes_the_line_away(measured: MainWindow, qtbot: object) -> None:
    _click(measured, qtbot, 0, 0)
    _click(measured, qtbot, 10, 0)
    measured.views.phases.boxes[2].setChecked(False)
    measured.views.smooth.setChecked(False)
    wait_until(lambda: is_drawn(measured))
    assert len(measured.views.view.scene.ruler) == 2, "another look at the same volume keeps it"
    measured.targets.options.seed.setValue(5)
    generate(measured)
    assert measured.views.view.scene.ruler == ()


def test_the_line_stands_out_in_light_and_dark(measured: MainWindow, qtbot: object, qapp: QApplication) -> None:
    places = [_click(measured, qtbot, right, 0) for right in (-30, 30)]
    for dark in (False, True):
        theme.apply(qapp, dark)
        wait_until(lambda: is_drawn(measured))
        image = measured.views.view.grab().toImage()
        middle = (places[0] + places[1]) / 2 + QPoint(30, 0)
        line, around = image.pixelColor(middle).lightness(), image.pixelColor(middle + QPoint(0, 2)).lightness()
        assert abs(line - around) > 100
    theme.apply(qapp, False)
