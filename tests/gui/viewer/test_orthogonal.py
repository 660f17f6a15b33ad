"""Flat slices with a crosshair, moved by mouse, wheel and keys, joined with the 3-D view and the read-out."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QImageReader, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from microdesigner.app.view_state import ViewState
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.viewer.slice_panel import SlicePanel
from microdesigner.view3d.picture_choice import Annotations, PictureChoice
from microdesigner.view3d.slice_figure import IN_PLANE
from tests.gui.conftest import generate, is_drawn, wait_until


@pytest.fixture
def panels(window: MainWindow) -> list[SlicePanel]:
    """The slices across x, y, z of a generated film, on show."""
    generate(window)
    QTest.mouseClick(window.views.orthogonal, Qt.MouseButton.LeftButton)
    panels = window.views.slices.panels
    wait_until(lambda: all(panel.isVisible() for panel in panels) and is_drawn(window))
    return panels


def _wheel(panel: SlicePanel, notches: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    place = QPointF(panel.rect().center())
    event = QWheelEvent(
        place, QPointF(panel.mapToGlobal(place)), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(panel, event)


def _state(window: MainWindow) -> ViewState:
    return window.view_model.state


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_click_moves_the_crosshair_of_all_slices(window: MainWindow, panels: list[SlicePanel], axis: int) -> None:
    panel = panels[axis]
    wanted = list(_state(window).positions)
    for other in IN_PLANE[axis]:
        wanted[other] = 3
    QTest.mouseClick(panel, Qt.MouseButton.LeftButton, pos=panel.place_of((3, 3, 3)).toPoint())
    assert list(_state(window).positions) == wanted
    assert all(list(each.crosshair) == wanted for each in panels)
    scene = window.views.view.scene
    assert scene is not None
    assert scene.slices
    assert scene.slice_positions == _state(window).slice_positions
    window.undo.undo()
    assert all(list(each.crosshair) != wanted for each in panels)


def test_what_is_drawn_is_the_layer(window: MainWindow, panels: list[SlicePanel]) -> None:
    window.views.smooth.setChecked(False)
    wait_until(lambda: is_drawn(window))
    assert window.sample is not None
    phases, layer = window.sample.microstructure.phases, _state(window).positions[2]
    image = panels[2].grab().toImage()
    ratio = image.width() / panels[2].width()
    scene = window.views.view.scene
    assert scene is not None
    for voxel in ((2, 3, layer), (9, 12, layer), (14, 5, layer)):
        place = panels[2].place_of(voxel)
        seen = image.pixelColor(round(ratio * place.x()), round(ratio * place.y()))
        wanted = np.round(255 * np.array(scene.palette.colour(int(phases[voxel]))))
        assert np.abs(np.array([seen.red(), seen.green(), seen.blue()]) - wanted).max() <= 2


def test_the_wheel_moves_the_slice_and_stops_at_the_ends(window: MainWindow, panels: list[SlicePanel]) -> None:
    before = _state(window).positions
    _wheel(panels[2], 1)
    assert _state(window).positions == (before[0], before[1], before[2] + 1)
    for _ in range(20):
        _wheel(panels[2], -1, Qt.KeyboardModifier.ShiftModifier)
    assert _state(window).positions == (before[0], before[1], 0)


def test_keys_move_by_a_voxel(window: MainWindow, panels: list[SlicePanel]) -> None:
    x, y, z = _state(window).positions
    panels[1].setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_PageUp):
        QTest.keyClick(panels[1], key)
    assert _state(window).positions == (x + 1, y + 1, z + 1)


def test_the_read_out_tells_voxel_place_and_phase(window: MainWindow, panels: list[SlicePanel]) -> None:
    assert window.sample is not None
    film = window.sample.microstructure
    voxel = (4, 6, _state(window).positions[2])
    QTest.mouseMove(panels[2], panels[2].place_of(voxel).toPoint())
    wait_until(lambda: "voxel 4, 6" in window.views.readout.label.text(), 10)
    assert film.phase_names[int(film.phases[voxel])] in window.views.readout.label.text()


def test_a_closer_look_stays_true(window: MainWindow, panels: list[SlicePanel]) -> None:
    panel = panels[2]
    place = QPointF(panel.rect().center())
    before = panel.voxel_at(place)
    for _ in range(6):
        _wheel(panel, 1, Qt.KeyboardModifier.ControlModifier)
    assert panel.voxel_at(place) == before
    near = panel.place_of((5, 5, 5)) - panel.place_of((4, 5, 5))
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_5)
    far = panel.place_of((5, 5, 5)) - panel.place_of((4, 5, 5))
    assert near.x() > 2 * far.x()


def test_a_double_click_gives_a_slice_all_the_room(window: MainWindow, panels: list[SlicePanel]) -> None:
    QTest.mouseDClick(panels[0], Qt.MouseButton.LeftButton, pos=QPoint(40, 60))
    assert [panel.isVisible() for panel in panels] == [True, False, False]
    assert not window.views.view.isVisible()
    QTest.mouseDClick(panels[0], Qt.MouseButton.LeftButton, pos=QPoint(40, 60))
    assert all(panel.isVisible() for panel in panels)
    assert window.views.view.isVisible()


def test_the_views_come_back_as_they_were(window: MainWindow, panels: list[SlicePanel]) -> None:
    QTest.mouseClick(window.views.orthogonal, Qt.MouseButton.LeftButton)
    wait_until(lambda: is_drawn(window))
    scene = window.views.view.scene
    assert scene is not None
    assert not any(panel.isVisible() for panel in panels)
    assert len(scene.shown_views()) == len(scene.views)
    assert not scene.slices


def _written(window: MainWindow, path: Path, choice: PictureChoice) -> Path:
    window.exporting.render_jobs.render_chosen(path, choice)
    wait_until(path.exists)
    wait_until(lambda: not window.exporting.render_jobs.task.running)
    return path


def test_a_picture_shows_slices_and_views_as_they_are_on_show(
    window: MainWindow, panels: list[SlicePanel], tmp_path: Path
) -> None:
    words = _words(_written(window, tmp_path / "four.svg", PictureChoice("svg", 1)))
    state = zip("xyz", _state(window).positions, _state(window).steps, strict=True)
    layers = [f"{axis} = {2 * at + 1}.0 nm · layer {at} of {count}" for axis, at, count in state]
    assert {"All phases", "xy", "xz", "yz", *layers} <= set(words)
    size = QImageReader(str(_written(window, tmp_path / "four.png", PictureChoice("png", 1)))).size()
    assert size == window.views.slices.picture()[0].size().toSize()
    assert window.views.on_show().size() == size, "and so does a report's"
    QTest.mouseDClick(panels[2], Qt.MouseButton.LeftButton)
    alone = _words(_written(window, tmp_path / "one.svg", PictureChoice("svg", 1)))
    assert "xy" in alone
    assert not {"All phases", "xz", "yz"} & set(alone)


def test_a_picture_of_a_slice_has_the_colours_of_its_voxels(
    window: MainWindow, panels: list[SlicePanel], tmp_path: Path
) -> None:
    window.views.smooth.setChecked(False)
    wait_until(lambda: is_drawn(window))
    _wheel(panels[2], 5, Qt.KeyboardModifier.ControlModifier)
    bare = Annotations(titles=False, scale_bar=False, directions=False, crosshair=False)
    image = QImage(str(_written(window, tmp_path / "slices.png", PictureChoice("png", 1, bare))))
    for panel in panels:
        corner = panel.geometry().topLeft() - window.views.slices.picture()[0].topLeft().toPoint()
        shown = panel.grab().toImage()
        for place in (QPoint(panel.width() // 3, panel.height() // 2), QPoint(panel.width() // 2 + 9, 60)):
            assert image.pixelColor(corner + place) == shown.pixelColor(place)


def _words(path: Path) -> list[str]:
    return [element.text or "" for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]
