"""Everything done to the targets and the views can be taken back, one gesture at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction

from microdesigner.gui import undo
from microdesigner.gui.main_window import MainWindow
from tests.gui import stand_in
from tests.gui.conftest import generate, is_drawn, wait_until
from tests.gui.viewer.test_views import CHANGES


def test_every_view_change_can_be_undone_and_redone_by_name(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo, "PAUSE_S", 0.0)
    window.request_model.set_options(quality="draft")
    generate(window)
    window.undo.clear()
    states = [window.view_model.state]
    for change in CHANGES.values():
        change(window)
        states.append(window.view_model.state)
    assert window.undo.count() == len(CHANGES)
    for state in reversed(states[:-1]):
        assert window.undo.undoText()
        window.undo.undo()
        assert window.view_model.state == state
    for state in states[1:]:
        window.undo.redo()
        assert window.view_model.state == state
    wait_until(lambda: is_drawn(window))


def test_a_drag_of_the_camera_is_one_step(window: MainWindow, qtbot: object) -> None:
    window.request_model.set_options(quality="draft")
    generate(window)
    window.undo.clear()
    view, before = window.views.view, window.view_model.state
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))  # type: ignore[attr-defined]
    for step in range(1, 6):
        qtbot.mouseMove(view, QPoint(100 + 10 * step, 100 + 5 * step))  # type: ignore[attr-defined]
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(150, 125))  # type: ignore[attr-defined]
    assert window.undo.count() == 1
    assert window.undo.undoText() == "Move the camera"
    assert "Undo Move the camera" in [action.text() for action in window.findChildren(QAction)]
    turned = window.view_model.state
    window.undo.undo()
    assert window.view_model.state == before
    window.undo.redo()
    assert window.view_model.state == turned


def test_changes_with_a_pause_between_them_are_two_steps(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    row = window.targets.rows["vol_frac_D"]
    row.number.setValue(0.31)
    row.number.setValue(0.32)
    assert window.undo.count() == 1
    monkeypatch.setattr(undo, "PAUSE_S", 0.0)
    row.number.setValue(0.33)
    assert window.undo.count() == 2


def test_the_choice_of_a_model_can_be_undone(stand_in_model: Path, open_window: Callable[..., MainWindow]) -> None:
    stand_in.write_card(stand_in_model / "models" / "other", "other")
    window = open_window()
    window.targets.rows["vol_frac_D"].number.setValue(0.33)
    window.targets.model.setCurrentIndex(window.targets.model.findData("other"))
    request = window.request_model.request()
    assert request is not None
    assert (request.model, request.targets["vol_frac_D"]) == ("other", pytest.approx(0.33))
    window.undo.undo()
    assert window.targets.model.currentData() == stand_in.MODEL
    request = window.request_model.request()
    assert request is not None
    assert request.model == stand_in.MODEL
