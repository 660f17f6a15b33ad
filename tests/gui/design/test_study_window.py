"""Design by objective in the window: goals by hand, films as they come, stop and resume, the film of a point."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from microdesigner.app import design_studies
from microdesigner.app.design_studies import Study, StudyOrder, known_studies
from microdesigner.core.errors import InputError
from microdesigner.design.goals import Goal
from microdesigner.gui.design.study_window import StudyWindow
from microdesigner.gui.main_window import MainWindow
from tests.gui.conftest import is_drawn, wait_until
from tests.gui.fitting import cut_off

NARROW_SCREEN = 1280
GOALS = ("maximise tortuosity_D", "maximise tortuosity_A", "chi <= 3.2")


@pytest.fixture(autouse=True)
def stand_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Films that take no engine."""
    script = Path(__file__).with_name("study_process.py")
    monkeypatch.setattr(design_studies, "program", lambda: [sys.executable, str(script)])


@pytest.fixture
def studies(window: MainWindow) -> StudyWindow:
    """The window of studies, opened by its key."""
    window.activateWindow()
    wait_until(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    found = window.workspace.design.studies
    assert found is not None
    wait_until(found.isVisible)
    return found


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def new_study(model: str = "tiny", budget: int = 5) -> Study:
    order = StudyOrder(GOALS, model, budget)
    return Study.new(order, ["tortuosity_D", "tortuosity_A", "chi"])


def test_goals_are_set_by_hand_and_films_come(window: MainWindow, studies: StudyWindow) -> None:
    first = studies.goals.rows[0]
    assert studies.minimumSizeHint().width() < NARROW_SCREEN
    assert [goal.text for goal in studies.goals.goals] == ["maximise tortuosity_D", "tortuosity_A >= 0.4"]
    assert first.bound.isHidden(), "an objective has no bound"
    second = studies.goals.rows[1]
    second.sense.setFocus()
    QTest.keyClick(second.sense, Qt.Key.Key_Up)
    QTest.keyClick(second.sense, Qt.Key.Key_Up)
    assert second.goal == Goal("tortuosity_A", "maximise")
    click(studies.goals.add)
    third = studies.goals.rows[2]
    third.quantity.setFocus()
    third.quantity.lineEdit().selectAll()
    QTest.keyClicks(third.quantity.lineEdit(), "interaction")
    completer = third.quantity.completer()
    wait_until(lambda: completer.popup().isVisible())
    QTest.keyClick(completer.popup(), Qt.Key.Key_Down)
    QTest.keyClick(completer.popup(), Qt.Key.Key_Return)
    assert third.quantity.currentData() == "chi"
    third.sense.setCurrentIndex(third.sense.findData("at most"))
    third.bound.setValue(3.2)
    assert not third.bound.isHidden()
    studies.budget.setValue(10)
    assert not cut_off(studies)
    click(studies.start)
    wait_until(lambda: len(studies.table.selectedItems()) == 0 and studies.plot.counts != (0, 0, 0))
    assert studies.stop.isEnabled()
    assert not studies.goals.isEnabled(), "what runs is not changed"
    wait_until(lambda: studies.words.text() == "All films are made.")
    assert studies.plot.counts == (2, 0, 8), "chi of films 8 and 9 lies above; all others are on the front"
    assert studies.table.rowCount() == 8
    assert [studies.table.horizontalHeaderItem(column).text() for column in range(2)] == [
        "Film", "Donor straight paths (tort1)",
    ]  # fmt: skip
    assert not studies.start.isEnabled()
    assert not cut_off(studies)
    cell = studies.table.visualItemRect(studies.table.item(0, 0)).center()
    QTest.mouseClick(studies.table.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    QTest.keyClick(studies.table, Qt.Key.Key_Return)
    wait_until(lambda: window.sample is not None and is_drawn(window))
    assert window.sample is not None
    assert (window.sample.microstructure.phases == 0).mean() == pytest.approx(7 / 8), "film 7"


def test_a_click_on_a_point_names_its_film(studies: StudyWindow) -> None:
    study = new_study()
    study.start(5)
    wait_until(lambda: len(study.trials()) == 5 and not study.alive)
    studies._list()
    studies.studies.setCurrentIndex(1)
    asked: list[Path] = []
    studies.film_requested.disconnect()
    studies.film_requested.connect(asked.append)
    plot = studies.plot.plot
    view = plot.getPlotItem().getViewBox()
    for _ in range(5):
        QTest.qWait(20)  # the axes find their ranges
    place = plot.mapFromScene(view.mapViewToScene(QPointF(0.3, 1 - 0.3**2)))
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(place.x()), round(place.y())))
    assert [path.name for path in asked] == ["sample-0003.vti"]
    study.wait()


def test_a_study_is_stopped_resumed_and_found_again(studies: StudyWindow) -> None:
    studies.budget.setValue(30)
    click(studies.start)
    wait_until(lambda: studies.plot.counts != (0, 0, 0))
    click(studies.stop)
    wait_until(lambda: studies.words.text() == "Stopped; Resume goes on.")
    made = len(studies._trials)
    assert 0 < made < 30
    assert [len(study.trials()) for study in known_studies()] == [made]
    studies.budget.setValue(made + 5)
    click(studies.start)
    wait_until(lambda: studies.words.text() == "All films are made.")
    assert len(studies._trials) == made + 5
    assert known_studies()[0].order.budget == made + 5


def test_what_ends_a_study_is_told(studies: StudyWindow) -> None:
    study = new_study("broken")
    study.start(5)
    wait_until(lambda: not study.alive)
    assert study.problem == "the model is broken; take another one."


def test_closing_the_window_ends_its_study(window: MainWindow, studies: StudyWindow) -> None:
    studies.budget.setValue(100)
    click(studies.start)
    wait_until(lambda: studies.plot.counts != (0, 0, 0))
    study = studies.study
    assert study is not None
    window.close()
    assert not study.alive


def test_damaged_studies_are_left_out(home: Path) -> None:
    good, bad = new_study(), new_study_folder("bad")
    bad.write_text('{"goals": ["maximise"], "model": "tiny"}', encoding="utf-8")
    with pytest.raises(InputError, match="is no goal"):
        Study(bad.parent)
    assert [study.folder for study in known_studies()] == [good.folder]
    (good.folder / "result.jsonl").write_text('{"index": 0, "sample": {}}\nnonsense\n{"half', encoding="utf-8")
    assert known_studies()[0].trials() == []


def new_study_folder(name: str) -> Path:
    folder = design_studies.studies_folder() / name
    folder.mkdir(parents=True)
    return folder / "study.json"
