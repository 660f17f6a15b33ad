"""What the run page makes of an event log, whoever writes it."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from microdesigner import Microstructure
from microdesigner.app.training_runs import TrainingRun, new_run
from microdesigner.gui import theme
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.training import wizard as wizard_module
from microdesigner.gui.training.wizard import TrainingWizard
from microdesigner.io import vti
from tests.gui import stand_in
from tests.gui.conftest import wait_until
from tests.training.configs import quick_config

OpenWizard = Callable[[], TrainingWizard]


@pytest.fixture
def run(home: Path, dataset_path: Path) -> TrainingRun:
    """A run directory in the middle of its denoiser stage, without a process."""
    run = new_run(quick_config(dataset_path, "mine"))
    write = run.directory.events.write
    write("process", pid=1, device="CPU")
    for stage in ("vae", "fp"):
        write("stage", stage=stage, state="started", parameters=10)
        for step, loss in ((1, 2.0), (2, -0.5)):
            write("step", stage=stage, step=step, steps=2, progress=step / 2, seconds=step, seconds_left=0.0, loss=loss)
        write("validation", stage=stage, step=2, val_loss=0.5)
        write("stage", stage=stage, state="finished", steps=2, seconds=3.0)
    write("stage", stage="ddpm", state="started", parameters=10)
    write("memory", stage="ddpm", batch=8)
    _draw(run, 10)
    return run


def _draw(run: TrainingRun, step: int) -> None:
    phases = np.random.default_rng(step).integers(0, 3, (16, 16, 16)).astype(np.uint8)
    vti.write(Microstructure(phases), run.directory.samples / f"ddpm-{step:06d}.vti")
    pairs = {"vol_frac_D": [(0.4, 0.41), (0.5, None)]}
    run.directory.events.write("sample", stage="ddpm", step=step, pairs=pairs, file=f"samples/ddpm-{step:06d}.vti")


def follow(open_wizard: OpenWizard) -> TrainingWizard:
    wizard = open_wizard()
    wizard.next()
    return wizard


def test_curves_pairs_samples_and_log_follow_the_events(open_wizard: OpenWizard, run: TrainingRun) -> None:
    page = follow(open_wizard).run
    training, validation = page.plots.curves.lines["fp"]
    assert len(training.getData()[0]) == 2, "a negative log likelihood has its place on the log axis"
    assert len(validation.getData()[0]) == 1
    assert len(page.plots.curves.lines["vae"][0].getData()[0]) == 1
    assert page.plots.scatter.counts == {"vol_frac_D": 1}
    assert "halved to 8" in page.log.toPlainText()
    wait_until(lambda: page.plots.samples.view.scene is not None and page.plots.samples.view.scene.geometry is not None)
    first = page.plots.samples.view.scene.geometry  # type: ignore[union-attr]
    _draw(run, 20)
    wait_until(lambda: page.plots.samples.view.scene.geometry is not first)  # type: ignore[union-attr]
    assert page.plots.samples.caption.text() == "Denoiser, step 20"
    page.plots.samples.slider.setValue(0)
    assert page.plots.samples.caption.text() == "Denoiser, step 10"


def test_states_offer_what_can_be_done(open_wizard: OpenWizard, run: TrainingRun) -> None:
    page = follow(open_wizard).run
    assert page.error_bar.isVisible()
    assert page.resume.isVisible()
    assert not page.pause.isVisible()
    with run.directory.locked():
        page.follow()
        assert page.pause.isVisible()
        assert page.error_bar.isHidden(), "it was resumed elsewhere"
        assert "halved to 8" in page.status.text()
        page.pause.click()
        assert run.directory.pause_request.exists()
        assert page.pause.text() == "Continue"
        page.pause.click()
        assert not run.directory.pause_request.exists()
        page.stop.click()
        assert page.status.text().startswith("Coming to its end")


def test_what_was_told_of_one_training_is_not_told_of_the_next(
    open_wizard: OpenWizard, run: TrainingRun, dataset_path: Path
) -> None:
    page = follow(open_wizard).run
    assert page.error_bar.isVisible()
    other = new_run(quick_config(dataset_path, "other"))
    with other.directory.locked():
        page.show_run(other)
        assert not page.error_bar.isVisible()
        assert not page.outcome.isVisible()
        assert page.plots.curves.lines["fp"][0].getData()[0] is None
        assert page.plots.scatter.counts == {}
        assert page.log.toPlainText() == ""


def test_a_finished_model_is_told_once_with_its_accuracy(open_wizard: OpenWizard, run: TrainingRun) -> None:
    wizard = follow(open_wizard)
    told: list[str] = []
    wizard.installed.connect(told.append)
    figures = {"mae": 0.0123, "squared_pearson": None, "r2": None, "bias": 0.0, "count": 2}
    poor = {**figures, "squared_pearson": 0.2}
    run.directory.events.write("evaluated", control={"vol_frac_D": figures, "tortuosity_D": poor}, count=2)
    run.directory.events.write("installed", model="mine", path=str(run.folder))
    wait_until(lambda: told == ["mine"])
    assert "off by 0.012" in wizard.run.outcome.words.text()
    assert wizard.run.outcome.title.text().startswith(
        "The model mine is installed, but hardly follows 1 of its 2 targets"
    )
    wizard.run.follow()
    assert told == ["mine"]


def test_a_finished_model_leaves_no_question_though_its_process_still_ends(
    open_wizard: OpenWizard, run: TrainingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wizard_module, "ask_about", lambda *_: pytest.fail("nothing is left to decide"))
    wizard = follow(open_wizard)
    with run.directory.locked():
        run.directory.events.write("installed", model="mine", path=str(run.folder))
        wait_until(wizard.run.outcome.isVisible)
        assert wizard.run.status.text() == "Finished"
        assert not wizard.run.pause.isVisible()
        wizard.close()
    assert not wizard.isVisible()


def test_stages_to_come_have_empty_axes(open_wizard: OpenWizard, run: TrainingRun) -> None:
    curves = follow(open_wizard).run.plots.curves  # type: ignore[union-attr]
    titles = {stage: plot.getPlotItem().titleLabel.text for stage, plot in curves.plots.items()}
    assert titles == {"vae": "Autoencoder", "fp": "Feature predictor", "ddpm": "Denoiser: still to come"}


def test_the_look_can_change_while_a_training_is_followed(
    open_wizard: OpenWizard, run: TrainingRun, qapp: QApplication
) -> None:
    page = follow(open_wizard).run
    for dark in (True, False, True, False):
        theme.apply(qapp, dark)
        qapp.processEvents()
        assert page.plots.curves.plots["vae"].backgroundBrush().color() == qapp.palette().base().color()
        assert page.plots.scatter.plot.backgroundBrush().color() == qapp.palette().base().color()


def test_a_new_model_appears_in_the_chooser_and_its_conditions_become_sliders(window: MainWindow, home: Path) -> None:
    before = [window.targets.model.itemText(index) for index in range(window.targets.model.count())]
    stand_in.write_card(home / "models" / "mine", name="mine")
    window.training.installed.emit()
    assert [window.targets.model.itemText(index) for index in range(len(before) + 1)] == [*before, "mine"]
    assert window.targets.model.currentData() == stand_in.MODEL, "the user's choice stays"
    window.training.choose("mine")
    wait_until(lambda: window.device.text().startswith("mine ready"))
    assert set(window.targets.rows) == {"vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A"}


def test_the_window_asks_before_it_leaves_a_training(
    window: MainWindow, run: TrainingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QMessageBox

    from microdesigner.gui.training import controller

    monkeypatch.setattr(controller, "ask_about", lambda *_: QMessageBox.StandardButton.Cancel)
    with run.directory.locked():
        window.close()
        assert window.isVisible()
    started = time.monotonic()
    window.close()
    assert time.monotonic() - started < 60
    assert not window.isVisible()
