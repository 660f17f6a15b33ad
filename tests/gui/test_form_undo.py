"""Ctrl+Z in dialogs: each change of a field is one step, and only the user's changes are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLineEdit, QVBoxLayout

from microdesigner.core.card import ModelCard
from microdesigner.core.request import Request
from microdesigner.gui import undo
from microdesigner.gui.queue.sweep import SweepDialog
from microdesigner.gui.widgets.form_undo import FormUndo
from microdesigner.gui.widgets.number_field import IntegerField, NumberField
from tests.gui import stand_in

CONTROL = Qt.KeyboardModifier.ControlModifier


class Form(QDialog):
    def __init__(self) -> None:
        super().__init__()
        self.length, self.count, self.text = NumberField(), IntegerField(), QLineEdit()
        self.kind, self.box = QComboBox(), QCheckBox("Box")
        self.kind.addItems(["one", "two", "three"])
        column = QVBoxLayout(self)
        for field in (self.length, self.count, self.kind, self.box, self.text):
            column.addWidget(field)
        FormUndo(self)


def shown(dialog: QDialog) -> None:
    """Show a dialog and give it the keyboard, which no window manager does here."""
    dialog.show()
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog)


@pytest.fixture
def form(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Form]:
    monkeypatch.setattr(undo, "PAUSE_S", 0.0)
    dialog = Form()
    shown(dialog)
    yield dialog
    dialog.close()
    dialog.deleteLater()


def typed(field: NumberField | IntegerField, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def values(form: Form) -> tuple[float, int, str, bool]:
    return form.length.value(), form.count.value(), form.kind.currentText(), form.box.isChecked()


def test_each_field_is_taken_back_and_made_again(form: Form) -> None:
    typed(form.length, "7")
    typed(form.count, "5")
    form.kind.setFocus()
    QTest.keyClick(form.kind, Qt.Key.Key_Down)
    form.box.setFocus()
    QTest.keyClick(form.box, Qt.Key.Key_Space)
    steps = [(0.0, 0, "one", False), (7.0, 0, "one", False), (7.0, 5, "one", False), (7.0, 5, "two", False),
             (7.0, 5, "two", True)]  # fmt: skip
    assert values(form) == steps[-1]
    for state in reversed(steps[:-1]):
        QTest.keyClick(form.focusWidget(), Qt.Key.Key_Z, CONTROL)
        assert values(form) == state
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Z, CONTROL)
    assert values(form) == steps[0]
    for state in steps[1:]:
        QTest.keyClick(form.focusWidget(), Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
        assert values(form) == state


def test_digits_typed_in_a_row_are_one_step(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "PAUSE_S", 60.0)
    typed(form.count, "42")
    QTest.keyClick(form.count, Qt.Key.Key_Z, CONTROL)
    assert form.count.value() == 0


def test_what_the_program_fills_in_is_no_step(form: Form) -> None:
    typed(form.length, "7")
    form.text.setFocus()
    form.length.setValue(9.0)
    form.count.setValue(3)
    form.count.setFocus()
    QTest.keyClick(form.count, Qt.Key.Key_Z, CONTROL)
    assert values(form) == (0.0, 3, "one", False)


def test_a_field_that_is_hidden_or_gone_is_passed_over(form: Form) -> None:
    typed(form.length, "7")
    typed(form.count, "5")
    form.count.hide()
    form.length.setFocus()
    QTest.keyClick(form.length, Qt.Key.Key_Z, CONTROL)
    assert values(form)[:2] == (0.0, 5)
    form.count.show()
    typed(form.length, "8")
    typed(form.count, "6")
    form.count.setParent(None)
    form.count.deleteLater()
    QTest.qWait(10)
    form.length.setFocus()
    QTest.keyClick(form.length, Qt.Key.Key_Z, CONTROL)
    assert form.length.value() == 0.0


def test_the_ends_of_a_sweep_are_taken_back(qapp: object, tmp_path: Path) -> None:
    stand_in.write_card(tmp_path)
    dialog = SweepDialog(Request({"vol_frac_D": 0.4}), ModelCard.read(tmp_path / "model.json"))
    shown(dialog)
    high = dialog.axes[0].high
    proposed = high.value()
    typed(high, "0.5")
    assert high.value() == 0.5
    QTest.keyClick(high, Qt.Key.Key_Z, CONTROL)
    assert high.value() == proposed != 0.5
    dialog.close()
    dialog.deleteLater()
