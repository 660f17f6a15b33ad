"""The window as a user meets it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSlider,
    QTabBar,
    QWidget,
)

from microdesigner.core.parameter_notes import describe_parameter
from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import generate

CONTROLS = (QAbstractButton, QAbstractSpinBox, QComboBox, QSlider)


def _controls(window: MainWindow) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, CONTROLS) and not widget.objectName().startswith("qt_") and _is_ours(widget)
    ]


def _is_ours(widget: QWidget) -> bool:
    """Not a part of a composed control of Qt or pyqtgraph."""
    parent = widget.parentWidget()
    return (
        not isinstance(parent, (*CONTROLS, QTabBar, QLineEdit))
        and "pyqtgraph" not in type(widget).__module__
        and not _in_plot(widget)
    )


def _in_plot(widget: QWidget) -> bool:
    while (parent := widget.parentWidget()) is not None:
        if "pyqtgraph" in type(parent).__module__:
            return True
        widget = parent
    return False


def test_every_control_has_a_tooltip_and_an_accessible_name(window: MainWindow) -> None:
    controls = _controls(window)
    assert len(controls) > 25
    nameless = [c for c in controls if not c.accessibleName() or not c.toolTip()]
    assert not nameless


def test_condition_rows_come_from_the_card(window: MainWindow) -> None:
    card = window.catalogue.models[0].card
    assert list(window.targets.rows) == [parameter.name for parameter in card.conditions]
    for parameter in card.conditions:
        row = window.targets.rows[parameter.name]
        assert row.slider.toolTip() == row.number.toolTip() == describe_parameter(parameter)


def test_no_model_is_said_in_a_sentence_and_generate_is_disabled(
    home: Path, open_window: Callable[..., MainWindow], monkeypatch: object
) -> None:
    monkeypatch.setattr("microdesigner.core.card.shipped", lambda folder: home / folder)  # type: ignore[attr-defined]
    window = open_window()
    assert "No model is installed" in window.views.view.message
    assert str(home / "models") in window.views.view.message
    assert not window.targets.run_bar.generate.isEnabled()
    window.generate()
    assert not window.generation.running


def test_a_damaged_card_is_told_and_the_others_work(
    stand_in_model: Path, open_window: Callable[..., MainWindow]
) -> None:
    broken = stand_in_model / "models" / "broken"
    broken.mkdir()
    (broken / "model.json").write_text("{", encoding="utf-8")
    window = open_window()
    assert window.error_bar.isVisible()
    assert "broken" in window.error_bar.text.text()
    assert window.request_model.request() is not None


def test_the_window_is_up_before_vtk(window: MainWindow) -> None:
    assert window.timings["window"] < window.timings["three_d"]


def test_no_label_is_cut(window: MainWindow) -> None:
    labels = [label for label in window.findChildren(QLabel) if label.isVisible() and not label.wordWrap()]
    cut = [label.text() for label in labels if label.text() and label.width() + 1 < label.sizeHint().width()]
    assert not cut


def test_no_column_is_wider_than_its_room(window: MainWindow) -> None:
    generate(window)
    areas = [area for area in window.findChildren(QScrollArea) if area.widget() is not None]
    assert len(areas) == 7
    for page in range(window.tabs.count()):
        window.tabs.setCurrentIndex(page)
        QApplication.processEvents()
        shown = [area for area in areas if area.isVisible()]
        assert len(shown) == 3
        assert all(area.widget().width() <= area.viewport().width() for area in shown), page


def test_keys_and_double_click_maximise(window: MainWindow, qtbot: object) -> None:
    view = window.views.view
    assert view.scene is not None
    qtbot.keyClick(view, Qt.Key.Key_2)  # type: ignore[attr-defined]
    assert view.scene.maximised == 1
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    assert view.scene.maximised is None
