"""The queue in the window: what is asked for while a generation runs is done after it, also in the next session."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog

from microdesigner.app.store.job_store import JobStore
from microdesigner.app.store.jobs import State
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.queue.sheet_dialog import SheetDialog
from microdesigner.gui.queue.sweep import SweepDialog
from microdesigner.io import volumes
from tests.gui.conftest import wait_until


def _states(window: MainWindow) -> list[str]:
    return [str(job.state) for job in window.queue.queue.jobs]


def _all_ended(window: MainWindow) -> bool:
    return not any(job.open for job in window.queue.queue.jobs)


def _enqueue(window: MainWindow, *seeds: int) -> None:
    for seed in seeds:
        window.targets.options.seed.setValue(seed)
        window.generate()


def test_generate_while_one_runs_waits_for_its_turn(window: MainWindow) -> None:
    window.request_model.set_options(quality="draft")
    _enqueue(window, 1, 2, 3)
    assert _states(window) == ["running", "waiting", "waiting"]
    assert window.targets.run_bar.waiting.text() == "2 waiting"
    wait_until(lambda: _all_ended(window))
    assert _states(window) == ["done"] * 3
    wait_until(lambda: window.history.panel.list.count() == 3)
    assert [window.history.panel.entry(row).request.seed for row in range(3)] == [3, 2, 1]
    assert "fD 0." in window.queue.panel.list.topLevelItem(0).text(2)


def test_a_failure_does_not_stop_the_others(window: MainWindow) -> None:
    window.request_model.set_options(quality="draft")
    _enqueue(window, 13, 2)
    wait_until(lambda: _all_ended(window))
    assert _states(window) == ["failed", "done"]
    assert "thirteen" in window.queue.panel.list.topLevelItem(0).text(2)


def test_a_job_whose_film_cannot_be_kept_is_not_done_and_can_run_again(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    window.request_model.set_options(quality="draft")
    with monkeypatch.context() as disk:
        disk.setattr(volumes, "write", no_room)
        _enqueue(window, 1)
        wait_until(lambda: _states(window) == ["failed"])
    for said in (window.queue.queue.jobs[0].message, window.error_bar.text.text()):
        assert "The result could not be kept in the history (no space left on device); free" in said
    window.queue.panel.choose(window.queue.queue.jobs[0].key)
    window.queue.panel.again.click()
    wait_until(lambda: _states(window) == ["done"])
    wait_until(lambda: window.history.panel.list.count() == 1)
    window.close()
    assert [job.state for job in JobStore(home / "history").load()] == [State.DONE]


def test_a_queue_never_stores_that_a_job_is_done_whose_film_was_not_kept(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """Also where the window closes before it hears of it."""
    monkeypatch.setattr(volumes, "write", lambda *_: 1 / 0)
    window.request_model.set_options(quality="draft")
    window.generation.finished.connect(lambda _: window.close())
    _enqueue(window, 1)
    wait_until(lambda: not window.isVisible())
    (job,) = JobStore(home / "history").load()
    assert job.state is State.FAILED
    assert job.message


def test_waiting_jobs_are_moved_cancelled_and_removed(window: MainWindow, qtbot: object) -> None:
    _enqueue(window, 1, 2, 3, 4)
    panel = window.queue.panel
    keys = [job.key for job in window.queue.queue.jobs]
    panel.choose(keys[3])
    panel.up.click()
    panel.choose(keys[1])
    panel.cancel.click()
    panel.choose(keys[2])
    panel.section.button.setChecked(True)
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)  # type: ignore[attr-defined]
    assert [(job.request.seed, str(job.state)) for job in window.queue.queue.jobs] == [
        (1, "running"),
        (2, "cancelled"),
        (4, "waiting"),
    ]
    panel.pause.setChecked(True)
    panel.choose(keys[0])
    panel.cancel.click()
    assert _states(window) == ["cancelled", "cancelled", "waiting"]
    assert not window.generation.running


def test_what_waits_outlives_the_window_and_is_continued(
    window: MainWindow, open_window: Callable[..., MainWindow], home: Path
) -> None:
    window.request_model.set_options(quality="paper")
    _enqueue(window, 1)
    window.request_model.set_options(quality="draft")
    _enqueue(window, 2)
    window.close()
    stored = JobStore(home / "history").load()
    assert [job.state for job in stored] == [State.RUNNING, State.WAITING]
    again = open_window()
    assert _states(again) == ["waiting", "waiting"]
    assert "2 waiting" in again.status_line.text()
    assert not again.generation.running
    again.queue.panel.choose(stored[0].key)
    again.queue.panel.remove.click()
    wait_until(lambda: "ready" in again.device.text())
    again.queue.panel.pause.click()
    wait_until(lambda: _all_ended(again))
    assert _states(again) == ["done"]


def test_what_is_asked_for_before_the_engine_is_up_waits_for_it(
    stand_in_model: Path, open_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    start_engine = MainWindow.start_engine
    monkeypatch.setattr(MainWindow, "start_engine", lambda window: None)
    window = open_window()
    window.request_model.set_options(quality="draft")
    request = window.request_model.request()
    assert request is not None
    window.queue.enqueue([request])
    assert _states(window) == ["waiting"]
    start_engine(window)
    wait_until(lambda: _all_ended(window))
    assert _states(window) == ["done"]


def test_a_damaged_queue_is_told_and_a_new_one_begun(
    stand_in_model: Path, open_window: Callable[..., MainWindow]
) -> None:
    folder = stand_in_model / "history"
    folder.mkdir(parents=True)
    (folder / "queue.sqlite").write_bytes(b"no database" * 100)
    window = open_window()
    assert "queue was damaged and begun anew" in window.error_bar.text.text()
    wait_until(lambda: "ready" in window.device.text())
    window.request_model.set_options(quality="draft")
    _enqueue(window, 5)
    wait_until(lambda: _all_ended(window))
    window.close()
    assert [job.state for job in JobStore(folder).load()] == [State.DONE]
    (damaged,) = folder.glob("damaged-*queue.sqlite")
    assert damaged.read_bytes() == b"no database" * 100


def test_a_chosen_result_stays_while_the_queue_works(window: MainWindow) -> None:
    window.request_model.set_options(quality="draft")
    _enqueue(window, 1)
    wait_until(lambda: window.history.panel.list.count() == 1)
    _enqueue(window, 2)
    window.history.panel.chosen.emit(window.history.panel.entry(0))
    wait_until(lambda: _all_ended(window) and window.history.panel.list.count() == 2)
    assert window.sample is not None
    assert window.sample.seed == 1


@pytest.fixture
def sweep(window: MainWindow, tmp_path: Path) -> MainWindow:
    """A window that was asked for a sweep of three drafts."""
    window.request_model.set_options(quality="draft")
    window.workspace.sweeps.ask()
    dialog = window.findChild(SweepDialog)
    assert dialog is not None
    dialog.axes[0].steps.setValue(3)
    dialog.axes[0].low.setValue(0.3)
    dialog.axes[0].high.setValue(0.5)
    dialog.accept()
    return window


def test_a_sweep_ends_in_a_contact_sheet_and_a_table(sweep: MainWindow, tmp_path: Path) -> None:
    wait_until(lambda: sweep.findChild(SheetDialog) is not None)
    dialog = sweep.findChild(SheetDialog)
    assert dialog is not None
    targets = [job.request.targets["vol_frac_D"] for job in sweep.queue.queue.jobs]
    assert targets == pytest.approx([0.3, 0.4, 0.5])
    dialog.save(tmp_path / "sweep.png")
    assert QImage(str(tmp_path / "sweep.png")).size() == dialog.view.sheet.image.size()
    table = (tmp_path / "sweep.csv").read_text(encoding="utf-8").splitlines()
    assert len(table) == 4
    assert "target vol_frac_D" in table[0]
    assert "measured vol_frac_D" in table[0]
    dialog.reject()


def test_two_targets_are_swept_and_a_cell_opens_its_film(window: MainWindow, qtbot: object, tmp_path: Path) -> None:
    window.request_model.set_options(quality="draft")
    window.workspace.sweeps.ask()
    dialog = window.findChild(SweepDialog)
    assert dialog is not None
    qtbot.mouseClick(dialog.both, Qt.MouseButton.LeftButton, pos=QPoint(8, dialog.both.height() // 2))  # type: ignore[attr-defined]
    first, second = dialog.axes
    assert second.isVisible()
    assert second.condition.currentData() != first.condition.currentData()
    second.condition.setCurrentIndex(second.condition.findData("tortuosity_D"))
    for form, low, high in ((first, 0.3, 0.4), (second, 0.4, 0.6)):
        form.steps.setValue(2)
        form.low.setValue(low)
        form.high.setValue(high)
    assert "4 films with seed 0" in dialog.words.text()
    wait_until(lambda: "supported" in dialog.support.text() or "hardly support" in dialog.support.text())
    dialog.accept()
    wait_until(lambda: window.findChild(SheetDialog) is not None, 120)
    sheet = window.findChild(SheetDialog)
    assert sheet is not None
    assert sheet.table.count("\n") == 5
    sheet.shown.setCurrentIndex(sheet.shown.findData("vol_frac_D"))
    view = sheet.view
    asked = [(job.request.targets["vol_frac_D"], job.request.targets["tortuosity_D"]) for job in sheet._steps]
    assert asked == [(0.3, 0.4), (0.4, 0.4), (0.3, 0.6), (0.4, 0.6)]
    left, right, upper = (view.place_of(index) for index in (0, 1, 2))
    assert left.x() < right.x(), "the first condition runs to the right"
    assert upper.y() < left.y(), "the second runs upwards"
    colours = [
        view.sheet.image.pixelColor(place.toPoint() + QPoint(10, 8))
        for place in (r.topLeft() for r in view.sheet.places)
    ]
    assert colours[0] != colours[1], "films of unlike fractions have unlike colours"
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.place_of(1).toPoint())  # type: ignore[attr-defined]
    wait_until(lambda: window.current_sample.request == sheet._steps[1].request)
    wait_until(lambda: len(window.workspace.history_model.entries) == 4)
    notes = {entry.note for entry in window.workspace.history_model.entries}
    assert len(notes) == 1
    assert notes.pop().startswith("Sweep of donor fraction and donor straight paths")
    sheet.reject()


def test_a_contact_sheet_does_not_cover_a_dialogue_in_use(sweep: MainWindow) -> None:
    ended: list[str] = []
    shown: list[object] = []
    sweep.queue.swept.connect(ended.append)
    sweep.queue.sheet_ready.connect(lambda steps, _pictures: shown.append(steps))
    dialog = QDialog(sweep)
    dialog.show()
    wait_until(lambda: bool(ended))
    dialog.close()
    sweep.queue.request_sheet(ended[0])
    wait_until(lambda: sweep.findChild(SheetDialog) is not None)
    assert len(shown) == 1, "the sheet had been made before it was asked for"


def test_cancelling_a_step_ends_its_sweep(sweep: MainWindow) -> None:
    sweep.targets.run_bar.cancel.click()
    assert _states(sweep) == ["cancelled"] * 3


def test_a_pause_holds_one_request_but_not_a_sweep(window: MainWindow) -> None:
    window.request_model.set_options(quality="draft")
    request = window.request_model.request()
    assert request is not None
    window.queue.queue.add([request])
    window.queue.panel.pause.setChecked(True)
    window.generate()
    wait_until(lambda: not window.generation.running)
    assert _states(window) == ["waiting", "done"]
    window.queue.enqueue([request, request], "vol_frac_D")
    wait_until(lambda: _all_ended(window))
    assert not window.queue.panel.pause.isChecked()
    wait_until(lambda: window.findChild(SheetDialog) is not None)
    dialog = window.findChild(SheetDialog)
    assert dialog is not None
    dialog.reject()


def test_an_impossible_sweep_cannot_be_accepted(window: MainWindow) -> None:
    window.workspace.sweeps.ask()
    dialog = window.findChild(SweepDialog)
    assert dialog is not None
    dialog.axes[0].high.setValue(1.0)
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert not ok.isEnabled()
    assert "sum to" in dialog.words.text()
    dialog.reject()
