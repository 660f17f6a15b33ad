"""Numbers look and read the same in every language."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QAbstractSpinBox, QApplication

from microdesigner.gui.importing.edges import Edges
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.widgets.number_field import IntegerField, NumberField


@pytest.fixture
def german() -> Iterator[None]:
    """A system that writes 1.234,5."""
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    yield
    QLocale.setDefault(before)


@pytest.mark.usefixtures("german", "qapp")
def test_the_point_is_shown_in_every_language(qtbot: object) -> None:
    number, whole = NumberField(), IntegerField()
    number.setRange(0, 1e6)
    whole.setRange(0, 10**6)
    number.setValue(12345.5)
    whole.setValue(12345)
    assert (number.text(), whole.text()) == ("12345.50", "12345")
    for typed in ("0,25", "0.25"):
        number.selectAll()
        qtbot.keyClicks(number, typed)  # type: ignore[attr-defined]
        assert number.value() == 0.25
    for field in (number, whole):
        field.deleteLater()


@pytest.mark.usefixtures("german")
def test_a_length_with_a_unit_takes_a_comma(qapp: QApplication, qtbot: object) -> None:
    edges = Edges("Voxel edge along")
    edges.show_values((1.0, 1.0, 1.0))
    box = edges.boxes[0]
    box.selectAll()
    qtbot.keyClicks(box, "2,5")  # type: ignore[attr-defined]
    assert edges.values() == (2.5, 1.0, 1.0)
    assert box.text() == "x  2.5"
    edges.deleteLater()
    qapp.processEvents()


def test_the_window_has_no_other_number_fields(window: MainWindow) -> None:
    fields = window.findChildren(QAbstractSpinBox)
    assert len(fields) > 5
    assert all(isinstance(field, NumberField | IntegerField) for field in fields)
