"""All descriptors of the film on show; its values as targets."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog

from microdesigner.app.store.settings import Settings
from microdesigner.app.workers.measuring import DescribeTask, PropertiesTask
from microdesigner.app.workers.messages import Answer
from microdesigner.core.film_thickness import equivalent_tort1
from microdesigner.core.material_constants import MaterialConstants, stored_constants
from microdesigner.core.microstructure import PHASE_NAMES, Microstructure
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.results.constants_dialog import ConstantsDialog
from microdesigner.gui.results.values_table import VALUE
from microdesigner.io import volumes
from tests.gui.conftest import generate, wait_until

MEASURED = (
    {"vol_frac_D": 0.4, "tortuosity_A": None, "euler_D": -3, "mean_chord_x_D": 12.5},
    {"tortuosity_A": "no path"},
)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, window: MainWindow) -> MainWindow:
    """A window in which measuring, which has tests of its own, takes no time."""
    answer = window.results.compute.answered.emit
    window.results.values.task_requested.disconnect(window.results.compute.ask)
    window.results.values.task_requested.connect(lambda task: answer(task, MEASURED))
    return window


def test_the_table_follows_the_film_and_can_be_sorted_searched_copied_and_saved(
    quick: MainWindow, qtbot: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = quick.results.values
    asked: list[DescribeTask] = []
    page.task_requested.connect(asked.append)
    generate(quick)
    assert not asked, "nobody looks at the page"
    quick.tabs.turn_to("Values")
    assert len(asked) == 1
    assert quick.sample is not None
    assert asked[0].microstructure is quick.sample.microstructure
    assert "4 descriptors of the film on show. 1 of them is not defined for this film" in page.words.text()
    header = page.table.horizontalHeader()
    place = header.sectionViewportPosition(VALUE) + 10, header.height() // 2
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(*place))  # type: ignore[attr-defined]
    assert [page.table.item(row, VALUE).text() for row in range(4)] == ["-3", "0.400", "12.50", "–"]
    page.search.setFocus()
    qtbot.keyClicks(page.search, "chord donor")  # type: ignore[attr-defined]
    assert [page.table.isRowHidden(row) for row in range(4)] == [True, True, False, True]
    qtbot.mouseClick(page.copy, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    copied = list(csv.reader(io.StringIO(QApplication.clipboard().text())))
    assert [row[0] for row in copied] == ["name", "mean_chord_x_D"]
    (tmp_path / "values.v1.csv").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "values.v1"), ""))
    page.save.click()
    assert (tmp_path / "values.v1.csv").read_text(encoding="utf-8") == "mine", "nothing is written over unasked"
    (tmp_path / "values.v1.csv").unlink()
    page.save.click()
    saved = list(csv.reader(io.StringIO((tmp_path / "values.v1.csv").read_text(encoding="utf-8"))))
    assert len(saved) == 5, "all, whatever is searched for"


def test_a_task_answers_the_whole_table() -> None:
    phases = (np.indices((8, 8, 8))[0] // 4).astype(np.uint8)
    *_, answer = DescribeTask(Microstructure(phases, (1.0, 1.0, 1.0), phase_names=("donor", "acceptor"))).events()
    assert isinstance(answer, Answer)
    values, reasons = answer.value
    assert values["vol_frac_D" if "vol_frac_D" in values else "ABS_f_D"] == 0.5
    assert {"domain_size_D", "tortuosity_factor_A", "STAT_n"} <= set(values)
    assert set(reasons) == {name for name, value in values.items() if value is None}


def test_the_values_of_a_generated_film_become_targets_in_one_step(window: MainWindow, qtbot: object) -> None:
    generate(window)
    before = window.request_model.state
    assert window.sample is not None
    qtbot.mouseClick(window.results_panel.measured.use, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    request, measured = window.request_model.request(), window.sample.measured
    assert request is not None
    assert set(request.targets) == {"vol_frac_D", "vol_frac_M", "tortuosity_D"}, "a value that does not exist is free"
    assert all(request.targets[name] == pytest.approx(measured[name], abs=5e-4) for name in request.targets)
    window.undo.undo()
    assert window.request_model.state == before


def test_the_values_of_an_opened_film_are_those_of_a_film_as_thick_as_the_models(
    window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "other.vti"
    phases = np.zeros((24, 24, 16), np.uint8)
    phases[:, 12:] = 1
    phases[4:20, 2:9, 4:9] = phases[4:20, 16:18, 4:9] = 2
    volumes.write(Microstructure(phases, (2.0, 2.0, 2.0)), path)
    window.open_path(path)
    wait_until(lambda: window.sample is not None and bool(window.sample.measured))
    assert window.sample is not None
    window.workspace.use_values()
    request = window.request_model.request()
    assert request is not None
    found = window.sample.measured["tortuosity_D"]
    assert found is not None
    assert request.targets["tortuosity_D"] == pytest.approx(equivalent_tort1(found, 16, 32), abs=5e-4)
    assert "Targets from the film: donor fraction" in window.status_line.text()


def test_a_film_that_measures_nothing_of_the_model_is_told(window: MainWindow) -> None:
    assert window.request_model.use_values({"ABS_wf_D": 0.5, "tortuosity_A": None}, 32, PHASE_NAMES) == ()
    assert isinstance(window.settings, Settings)


def test_properties_are_computed_on_demand_with_progress_cancelled_and_follow_the_constants(
    quick: MainWindow, qtbot: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, compute = quick.results.values, quick.results.compute
    page.task_requested.disconnect()
    asked: list[object] = []
    cancelled: list[object] = []
    page.task_requested.connect(asked.append)
    page.task_cancelled.connect(cancelled.append)
    generate(quick)
    quick.tabs.turn_to("Values")
    compute.answered.emit(asked.pop(), MEASURED)
    page.which.setCurrentIndex(page.which.findData("properties"))
    assert page.words.width() > page.table.width() / 2, "not a column of single words"
    assert page.table.rowCount() == 0
    assert not asked, "a minute of work waits to be asked for"
    page.run.click()
    (task,) = asked
    assert isinstance(task, PropertiesTask)
    compute.progressed.emit(task, 300, 1200)
    assert (page.bar.value(), page.bar.maximum(), page.bar.isVisible()) == (300, 1200, True)
    page.cancel.click()
    assert cancelled == [task]
    assert page.run.isVisible()
    compute.answered.emit(task, ({"short_circuit_current": 1.0}, {}))
    assert page.table.rowCount() == 0, "what was cancelled is not shown"
    page.run.click()
    compute.answered.emit(
        asked[-1], ({"short_circuit_current": 30.0, "conductivity_xy": None}, {"conductivity_xy": "no"})
    )
    assert page.table.item(0, VALUE).text() == "30.00"
    assert "2 properties of the film on show. 1 of them is not defined" in page.words.text()
    page.which.setCurrentIndex(page.which.findData("descriptors"))
    assert page.table.rowCount() == 4, "and they are not measured again"
    page.which.setCurrentIndex(page.which.findData("properties"))
    assert page.table.rowCount() == 2
    page.choose.click()
    dialog = page.findChild(ConstantsDialog)
    assert dialog is not None
    dialog.fields["generation_rate", ""].setText("-1")
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert "generation_rate" in dialog.problem.text()
    dialog.fields["generation_rate", ""].setText("1,5e27")
    dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
    assert page.constants.generation_rate == 1.5e27
    assert stored_constants().generation_rate == 1.5e27
    assert page.table.rowCount() == 0, "values of other constants are gone"
    page.run.click()
    assert asked[-1].constants.generation_rate == 1.5e27  # type: ignore[attr-defined]


def test_a_properties_task_tells_progress_and_answers_the_table() -> None:
    phases = (np.indices((6, 4, 6))[0] // 3).astype(np.uint8)
    film = Microstructure(phases, (1.0, 1.0, 1.0), phase_names=("donor", "acceptor"))
    *told, answer = PropertiesTask(film, MaterialConstants()).events()
    assert len(told) > 10
    assert isinstance(answer, Answer)
    values, reasons = answer.value
    assert {"short_circuit_current", "stiffness_11", "permeability_z_A"} <= set(values)
    assert set(reasons) == {name for name, value in values.items() if value is None}
