"""From a data set to an order, page by page; and the questions at the end."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QListWidget, QMessageBox, QSpinBox, QWidget

from microdesigner.app.training_runs import TrainingOrder, TrainingRun, datasets_folder, new_run
from microdesigner.gui.wizard import wizard as wizard_module
from microdesigner.gui.wizard.wizard import CHECKS, DATA, LEARN, PRESET, RUN, START, TrainingWizard
from microdesigner.training.trial_result import StageTrial, Trial
from tests.gui.conftest import wait_until

OpenWizard = Callable[[], TrainingWizard]


def order(dataset: Path, name: str = "mine") -> TrainingOrder:
    return TrainingOrder(name, str(dataset), "quick", ("vol_frac_D",), ())


def at_learn_page(wizard: TrainingWizard, dataset: Path) -> None:
    wizard.data.kinds.buttons()[2].setChecked(True)
    wizard.data.open.chosen.addItem("tiny", dataset)
    wizard.data.open.chosen.setCurrentIndex(wizard.data.open.chosen.count() - 1)
    assert wizard.data.isComplete()
    wizard.next()
    assert wizard.currentId() == CHECKS
    assert not wizard.checks.isComplete()
    wait_until(lambda: wizard.checks.report is not None)
    wizard.next()
    assert wizard.currentId() == LEARN


def test_pages_lead_from_a_data_set_to_an_order(
    open_wizard: OpenWizard, dataset_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[TrainingRun] = []
    monkeypatch.setattr(TrainingRun, "start", lambda run: started.append(run))
    wizard = open_wizard()
    tried: list[object] = []
    monkeypatch.setattr(wizard.preset.task, "start", lambda *arguments: tried.append(arguments[1]))
    assert wizard.currentId() == DATA
    at_learn_page(wizard, dataset_path)
    assert wizard.checks.report is not None
    assert wizard.checks.report.volumes == 32
    assert wizard.learn.chosen_conditions == ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")
    wizard.learn.conditions.item(1).setCheckState(wizard.learn.process.item(0).checkState().Unchecked)
    wizard.learn.name.setText("../bad")
    assert not wizard.learn.isComplete()
    assert wizard.learn.name_advice.isVisible()
    wizard.learn.name.setText("small film")
    wizard.next()
    assert wizard.currentId() == PRESET
    wizard.preset.choices.buttons()[0].setChecked(True)
    assert tried[-1] == dataset_path
    stage = StageTrial(seconds_per_step=1.0, seconds=60.0, steps=60, batch=4, parameters=10)
    wizard.preset.task.result.emit(
        Trial("CPU", dict.fromkeys(("vae", "fp", "ddpm"), stage), 20.0, 200.0, 1 << 30, 1 << 20)
    )
    assert "About <b>3 min</b> on this device (CPU), 1.0 GiB of memory" in wizard.preset.estimate.text()
    wizard.preset.minutes["ddpm"].setValue(0.1)
    wizard.next()
    assert wizard.currentId() == RUN
    (run,) = started
    assert run.order.name == "small film"
    assert run.order.conditions == ("vol_frac_D", "tortuosity_D", "tortuosity_A")
    assert run.order.preset == "quick"
    assert run.order.estimated_seconds["ddpm"] == pytest.approx(6.0)
    assert "--resume" in run.order.arguments(run.folder)


def test_a_simulated_set_arrives(open_wizard: OpenWizard, monkeypatch: pytest.MonkeyPatch) -> None:
    wizard = open_wizard()
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(wizard.data.task, "start", lambda *arguments: asked.append(arguments))
    wizard.data.simulate.name.setText("blend")
    wizard.data.simulate.begin.click()
    assert asked[0][1] == datasets_folder() / "blend.h5"
    assert asked[0][2]["series"] == 64  # type: ignore[index]
    assert not wizard.data.isComplete()
    wizard.data.task.failed.emit("The disk is full.", "")
    assert wizard.data.notice.isVisible()
    wizard.data.simulate.begin.click()
    wizard.data.task.finished.emit()
    assert wizard.data.isComplete()
    assert wizard.dataset == datasets_folder() / "blend.h5"


def test_a_taken_name_is_refused_before_anything_starts(open_wizard: OpenWizard) -> None:
    datasets_folder().mkdir(parents=True)
    (datasets_folder() / "blend.h5").touch()
    wizard = open_wizard()
    wizard.data.simulate.name.setText("blend")
    wizard.data.simulate.begin.click()
    assert wizard.data.notice.isVisible()
    assert not wizard.data.task.running


def test_own_volumes_are_looked_into_and_asked_about(
    open_wizard: OpenWizard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy as np

    random = np.random.default_rng(0)
    np.save(tmp_path / "film.npy", random.random((16, 16, 16)).astype(np.float32))
    wizard = open_wizard()
    form = wizard.data.importing
    wizard.data.kinds.buttons()[1].setChecked(True)
    form.choose((str(tmp_path / "film.npy"),))
    wait_until(lambda: form.found is not None)
    form.begin.click()
    assert "cathode" in wizard.data.notice.text.text()
    form.cathode.setCurrentIndex(1)
    form.voxel.show_values((2.0, 2.0, 2.0))
    form.segmentation.button.click()
    wait_until(form.preview.isVisible)
    assert "donor 5" in form.preview.words.text()  # Otsu halves uniform noise
    started: list[tuple[object, ...]] = []
    monkeypatch.setattr(wizard.data.task, "start", lambda *arguments: started.append(arguments))
    form.begin.click()
    plan = started[0][2]
    assert isinstance(plan, dict)
    assert plan["voxel_nm"] == (2.0, 2.0, 2.0)
    assert plan["segmentation"] == {"method": "otsu", "bands": 2, "values": ()}
    assert plan["mapping"] == ((0.0, 0), (1.0, 1))


def test_known_trainings_come_first(open_wizard: OpenWizard, dataset_path: Path, home: Path) -> None:
    run = new_run(order(dataset_path))
    wizard = open_wizard()
    assert wizard.currentId() == START
    assert "mine was interrupted" in wizard.start.list.item(0).text()
    wizard.next()
    assert wizard.currentId() == RUN
    assert wizard.run.run is not None
    assert wizard.run.run.folder == run.folder
    assert wizard.run.resume.isVisible()


@pytest.mark.parametrize(
    ("answer", "closed", "stopped"),
    [("Yes", True, False), ("No", True, True), ("Cancel", False, False)],
)
def test_closing_asks_whether_the_training_goes_on(
    open_wizard: OpenWizard, dataset_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch,
    answer: str, closed: bool, stopped: bool,
) -> None:  # fmt: skip
    run = new_run(order(dataset_path))
    wizard = open_wizard()
    wizard.next()
    monkeypatch.setattr(wizard_module, "ask_about", lambda *_: QMessageBox.StandardButton[answer])
    with run.directory.locked():  # as its process would hold it
        assert wizard.run.run is not None
        assert wizard.run.run.state == "running"
        wizard.close()
        assert wizard.isVisible() is not closed
        assert run.directory.stop_request.exists() is stopped


def test_every_control_tells_its_name_and_what_it_does(open_wizard: OpenWizard) -> None:
    wizard = open_wizard()
    kinds: tuple[type[QWidget], ...] = (QAbstractButton, QComboBox, QListWidget, QSpinBox)
    for page in (wizard.start, wizard.data, wizard.checks, wizard.learn, wizard.preset, wizard.run):
        for kind in kinds:
            for control in page.findChildren(kind):
                if control.objectName().startswith("qt_"):
                    continue
                assert control.accessibleName(), control
                assert control.toolTip(), control
        for line in page.findChildren(QLineEdit):
            assert line.objectName().startswith("qt_") or line.accessibleName(), line
