"""Each change of a field is one step of undo, taken back by Ctrl+Z whatever has the focus; by real keys."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QApplication, QComboBox, QScrollBar, QWidget

from microdesigner.gui import undo
from microdesigner.gui.main_window import MainWindow

Z, CTRL, SHIFT = Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
FIELDS: dict[str, Callable[[MainWindow], QWidget]] = {
    "a target's number": lambda w: w.targets.rows["vol_frac_D"].number,
    "a target's slider": lambda w: w.targets.rows["vol_frac_D"].slider,
    "seed": lambda w: w.targets.options.seed,
    "samples": lambda w: w.targets.options.count,
    "candidates": lambda w: w.targets.options.candidates,
    "quality": lambda w: w.targets.options.quality,
    "match": lambda w: w.targets.options.match,
    "voxels along x": lambda w: w.targets.options.film_size.edges[0],
    "voxels along z": lambda w: w.targets.options.film_size.edges[2],
    "voxel edge": lambda w: w.targets.options.film_size.voxel,
    "lock": lambda w: w.targets.options.locked,
    "live draft": lambda w: w.targets.options.live,
}

KEYS = {
    "lock": Qt.Key.Key_Space, "live draft": Qt.Key.Key_Space, "quality": Qt.Key.Key_Down, "match": Qt.Key.Key_Down,
}  # fmt: skip


@pytest.fixture
def shown(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window with the focus, all its options unfolded, in which no two changes belong together."""
    monkeypatch.setattr(undo, "PAUSE_S", 0.0)
    window.targets.options.advanced.button.setChecked(True)
    window.targets.options.film.button.setChecked(True)
    window.activateWindow()
    QApplication.processEvents()
    return window


def focus(field: QWidget, qtbot: object) -> None:
    """Give a field the focus, which a window gets from the screen in its own time."""
    field.window().activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus, timeout=20_000)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", FIELDS)
def test_a_key_in_any_field_is_a_step_that_the_keys_take_back(shown: MainWindow, qtbot: object, name: str) -> None:
    field = FIELDS[name](shown)
    before = shown.request_model.state
    focus(field, qtbot)
    key = (
        Qt.Key.Key_Space if name in ("lock", "live draft") else Qt.Key.Key_Down if name == "quality" else Qt.Key.Key_Up
    )
    key = Qt.Key.Key_Down if name == "match" else key
    qtbot.keyClick(field, key)  # type: ignore[attr-defined]
    after = shown.request_model.state
    assert after != before
    assert shown.undo.count() == 1
    qtbot.keyClick(field, Z, CTRL)  # type: ignore[attr-defined]
    assert shown.request_model.state == before
    qtbot.keyClick(field, Z, CTRL | SHIFT)  # type: ignore[attr-defined]
    assert shown.request_model.state == after


def test_what_is_being_typed_is_taken_back_and_done_again(shown: MainWindow, qtbot: object) -> None:
    number = shown.targets.rows["vol_frac_D"].number
    before = number.value()
    focus(number, qtbot)
    number.selectAll()
    qtbot.keyClicks(number, "0.31")  # type: ignore[attr-defined]
    qtbot.keyClick(number, Z, CTRL)  # type: ignore[attr-defined]
    assert number.value() == before
    qtbot.keyClick(number, Z, CTRL | SHIFT)  # type: ignore[attr-defined]
    assert number.value() == 0.31


def test_what_is_being_typed_is_generated(shown: MainWindow, qtbot: object) -> None:
    seed = shown.targets.options.seed
    focus(seed, qtbot)
    seed.selectAll()
    qtbot.keyClicks(seed, "41")  # type: ignore[attr-defined]
    qtbot.keyClick(seed, Qt.Key.Key_Return, CTRL)  # type: ignore[attr-defined]
    assert shown.generation.request is not None
    assert shown.generation.request.seed == 41


@pytest.mark.parametrize("typed", ["0,31", "0.31", " 0,31 ", "0٫31"])
def test_comma_and_point_mean_the_same_typed_and_pasted(shown: MainWindow, qtbot: object, typed: str) -> None:
    number = shown.targets.rows["vol_frac_D"].number
    focus(number, qtbot)
    number.selectAll()
    QApplication.clipboard().setText(typed)
    QApplication.processEvents()
    qtbot.keyClick(number, Qt.Key.Key_V, CTRL)  # type: ignore[attr-defined]
    qtbot.keyClick(number, Qt.Key.Key_Tab)  # type: ignore[attr-defined]
    assert number.value() == 0.31
    number.setValue(0.2)
    focus(number, qtbot)
    number.selectAll()
    qtbot.keyClicks(number, typed.strip().replace("٫", ","))  # type: ignore[attr-defined]
    qtbot.keyClick(number, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert shown.request_model.state.targets.values["vol_frac_D"] == 0.31
    assert number.text() == "0.310"


@pytest.mark.parametrize("pasted", ["1,234.5", "0.3.1", "many"])
def test_what_is_no_number_changes_nothing(shown: MainWindow, qtbot: object, pasted: str) -> None:
    number = shown.targets.rows["vol_frac_D"].number
    before = number.value()
    focus(number, qtbot)
    number.selectAll()
    QApplication.clipboard().setText(pasted)
    qtbot.keyClick(number, Qt.Key.Key_V, CTRL)  # type: ignore[attr-defined]
    qtbot.keyClick(number, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert number.value() == before
    assert not shown.undo.canUndo()


def test_the_wheel_changes_nothing_without_the_focus(shown: MainWindow) -> None:
    shown.views.cut_toggle.setChecked(True)
    shown.views.view.setFocus()
    kinds = (QAbstractSpinBox, QComboBox, QAbstractSlider)
    fields = [w for w in shown.findChildren(QWidget) if isinstance(w, kinds) and not isinstance(w, QScrollBar)]
    before = shown.request_model.state, shown.view_model.state
    for field in fields:
        for delta in (120, -120):
            QApplication.sendEvent(field, _wheel(delta))
    assert len(fields) > 15
    assert (shown.request_model.state, shown.view_model.state) == before


def test_a_drag_past_the_sum_and_back_changes_no_other_target(shown: MainWindow) -> None:
    rows = shown.targets.rows
    rows["vol_frac_M"].number.setValue(0.3)
    rows["vol_frac_D"].number.setValue(0.4)
    before = shown.request_model.state
    slider = rows["vol_frac_D"].slider
    for value in (0.5, 0.9, 1.0):
        shown.request_model.set_value("vol_frac_D", value, "one drag")
    assert rows["vol_frac_M"].number.value() == 0
    assert "mixed fraction 0.000" in shown.targets.lowered.text(), "what had to move is named"
    shown.request_model.set_value("vol_frac_D", 0.4, "one drag")
    assert shown.request_model.state == before
    assert not shown.targets.lowered.text()
    assert slider.isEnabled()


def test_a_recalled_request_is_one_step_with_its_options(shown: MainWindow) -> None:
    shown.targets.options.seed.setValue(5)
    earlier = shown.request_model.state
    request = shown.request_model.request()
    assert request is not None
    shown.targets.options.seed.setValue(6)
    shown.targets.options.count.setValue(3)
    shown.targets.rows["vol_frac_D"].number.setValue(0.2)
    changed, steps = shown.request_model.state, shown.undo.count()
    shown.request_model.recall(request)
    assert shown.request_model.state == earlier
    assert shown.undo.count() == steps + 1
    shown.undo.undo()
    assert shown.request_model.state == changed


def test_tab_begins_at_the_targets(shown: MainWindow) -> None:
    stops, row = [], shown.targets.rows["vol_frac_D"]
    shown.targets.model.setFocus()
    for _ in range(4):
        stops.append(QApplication.focusWidget())
        shown.focusNextChild()
    assert stops == [shown.targets.model, row.slider, row.number, row.free]


def _wheel(delta: int) -> QWheelEvent:
    place = QPointF(5, 5)
    return QWheelEvent(
        place, place, QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
