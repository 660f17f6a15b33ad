"""How large volumes are cut: films over their whole thickness, materials without direction into cubes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from microdesigner.gui.importing.pieces_form import PiecesForm


@pytest.fixture
def form(qtbot: object) -> PiecesForm:
    made = PiecesForm()
    qtbot.addWidget(made)  # type: ignore[attr-defined]
    made.show()
    return made


def test_a_film_is_cut_over_its_whole_thickness(form: PiecesForm) -> None:
    form.show_film((400, 420, 70), 1)
    assert form.answers() == {"cut": {"stride": 4, "window": (70, 70)}, "resize": (64, 64, 64), "isotropic": False}
    form.width_box.setValue(128)
    assert form.answers()["resize"] == (128, 128, 64)


def test_a_material_without_direction_is_cut_into_cubes(form: PiecesForm) -> None:
    changes: list[None] = []
    form.changed.connect(lambda: changes.append(None))
    form.show_film((400, 420, 300), 1)
    form.width_box.setValue(64)
    assert form.answers()["resize"] == (64, 64, 288), "the nearest height that training can use"
    before = len(changes)
    QTest.keyClick(form.isotropic, Qt.Key.Key_Space)
    assert len(changes) > before, "how many pieces there are is counted anew"
    assert form.answers() == {"cut": {"stride": 4, "window": (64, 64, 64)}, "resize": None, "isotropic": True}
    form.width_box.setValue(70)
    assert form.answers()["resize"] == (64, 64, 64)
    form.cut.setChecked(False)
    assert form.answers()["cut"] is None
    assert form.answers()["resize"] == (288, 288, 288)
