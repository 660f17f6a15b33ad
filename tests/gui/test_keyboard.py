"""The window without a mouse."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QPlainTextEdit, QWidget

from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate
from tests.gui.test_window import CONTROLS, _controls, _in_plot

PIXELS_OF_FOCUS = 8


@pytest.fixture
def opened(window: MainWindow) -> MainWindow:
    """A window with a result and everything unfolded that can be."""
    window.request_model.set_options(quality="draft")
    generate(window)
    window.views.cut_toggle.setChecked(True)
    window.views.cut.slices_on.setChecked(True)
    for section in window.targets.options.findChildren(QWidget):
        if hasattr(section, "button"):
            section.button.setChecked(True)
    window.activateWindow()
    QApplication.processEvents()
    return window


def _stops(window: MainWindow) -> list[QWidget]:
    """Where Tab stops, in its order."""
    stops: list[QWidget] = []
    widget: QWidget = window.targets.model
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    while widget not in stops:
        stops.append(widget)
        window.focusNextChild()
        widget = QApplication.focusWidget() or widget
    return stops


def test_tab_reaches_every_control(opened: MainWindow) -> None:
    stops = _stops(opened)
    wanted = [w for w in _controls(opened) if w.isVisible() and w.isEnabled() and w.focusPolicy()]
    missed = [
        w.accessibleName() for w in wanted if w not in stops and not any(s in w.findChildren(QWidget) for s in stops)
    ]
    assert not missed
    assert opened.views.view in stops
    assert opened.history.panel.list in stops


def test_every_stop_has_a_name_and_shows_the_focus(opened: MainWindow) -> None:
    nameless, invisible = [], []
    for widget in _stops(opened):
        if _in_plot(widget):
            continue
        if not _name(widget):
            nameless.append(widget)
        opened.targets.model.setFocus(Qt.FocusReason.TabFocusReason)
        if widget is not opened.targets.model and not _shows_focus(widget):
            invisible.append(_name(widget))
    assert not nameless
    assert not invisible


def test_lists_and_texts_have_names_too(opened: MainWindow) -> None:
    kinds = (QAbstractItemView, QPlainTextEdit)
    lists = [w for w in opened.findChildren(QWidget) if isinstance(w, kinds) and not isinstance(w.parent(), CONTROLS)]
    assert not [w for w in lists if w.isVisible() and not w.accessibleName()]


def test_arrows_move_a_target(opened: MainWindow, qtbot: object) -> None:
    slider = opened.targets.rows["vol_frac_D"].slider
    before = slider.value()
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)  # type: ignore[attr-defined]
    assert slider.value() > before


def test_keys_turn_move_and_zoom_the_volume(opened: MainWindow, qtbot: object) -> None:
    view = opened.views.view
    shift = Qt.KeyboardModifier.ShiftModifier
    poses = [opened.view_model.state]
    for key, modifier in ((Qt.Key.Key_Left, None), (Qt.Key.Key_Up, shift), (Qt.Key.Key_Plus, None)):
        qtbot.keyClick(view, key, modifier or Qt.KeyboardModifier.NoModifier)  # type: ignore[attr-defined]
        poses.append(opened.view_model.state)
    assert len({str(pose) for pose in poses}) == len(poses)
    assert opened.undo.undoText() == "Move the camera"


def _name(widget: QWidget) -> str:
    own = widget.accessibleName()
    parent = widget.parentWidget()
    return own or (parent.accessibleName() if parent is not None else "")


def _shows_focus(widget: QWidget) -> bool:
    place = widget.parentWidget() if isinstance(widget.parentWidget(), CONTROLS) else widget
    before = _pixels(place)
    widget.setFocus(Qt.FocusReason.ShortcutFocusReason)  # as by a key, which Tab sent by a program is not to Qt
    QApplication.processEvents()
    return bool((_pixels(place) != before).any(axis=-1).sum() >= PIXELS_OF_FOCUS)


def _pixels(widget: QWidget) -> np.ndarray:
    image = widget.grab().toImage().convertToFormat(widget.grab().toImage().Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).copy()
