"""From a data set to an order, page by page; and the questions at the end."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QTextDocumentFragment
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QComboBox,
    QLineEdit,
    QListWidget,
    QMessageBox,
    QSpinBox,
    QWidget,
)

from microdesigner.app.training_runs import TrainingRun, datasets_folder, new_run
from microdesigner.data.dataset_writing import Volume, new_dataset
from microdesigner.data.store import Description
from microdesigner.gui.training import wizard as wizard_module
from microdesigner.gui.training.config_summary import summary_rows, summary_table
from microdesigner.gui.training.wizard import CHECKS, DATA, LEARN, PRESET, RUN, START, TrainingWizard
from microdesigner.io.segmentation import Segmentation
from microdesigner.training.config import TrainingConfig
from microdesigner.training.resource_estimate import ResourceEstimate, StageEstimate
from tests.gui.conftest import wait_until
from tests.training.configs import quick_config

OpenWizard = Callable[[], TrainingWizard]


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


def test_pages_lead_from_a_data_set_to_a_training(
    open_wizard: OpenWizard, dataset_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[TrainingRun] = []
    monkeypatch.setattr(TrainingRun, "start", lambda run: started.append(run))
    wizard = open_wizard()
    tried: list[TrainingConfig] = []
    monkeypatch.setattr(wizard.preset.task, "start", lambda *arguments: tried.append(arguments[1]))
    assert wizard.currentId() == DATA
    at_learn_page(wizard, dataset_path)
    assert wizard.checks.report is not None
    assert wizard.checks.report.volumes == 32
    assert wizard.learn.chosen_conditions == ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")
    wizard.learn.start.setFocus()
    QTest.keyClick(wizard.learn.start, Qt.Key.Key_Down)
    begun = wizard.learn.chosen_start
    assert begun, "an installed model"
    wizard.learn.base.setCurrentIndex(wizard.learn.base.count() - 1)
    assert bool(wizard.learn.chosen_start) != bool(wizard.learn.chosen_base), "fine-tuned, or begun with"
    wizard.learn.base.setCurrentIndex(0)
    wizard.learn.conditions.item(1).setCheckState(wizard.learn.process.item(0).checkState().Unchecked)
    wizard.learn.name.setText("../bad")
    assert not wizard.learn.isComplete()
    assert wizard.learn.name_advice.isVisible()
    wizard.learn.name.setText("small film")
    wizard.next()
    assert wizard.currentId() == PRESET
    wizard.preset.choices.buttons()[0].setChecked(True)
    assert tried[-1].dataset == str(dataset_path)
    assert summary_rows(wizard.config)["Device"] == "auto"
    QTest.keyClick(wizard.preset.device, Qt.Key.Key_Down)
    assert (tried[-1].device, tried[-1].preset) == ("cpu", "quick"), "what it takes is measured on the chosen device"
    stage = StageEstimate(seconds_per_step=1.0, seconds=60.0, steps=60, batch=4, parameters=10)
    wizard.preset.task.result.emit(
        ResourceEstimate("CPU", dict.fromkeys(("vae", "fp", "ddpm"), stage), 20.0, 200.0, 1 << 30, 1 << 20)
    )
    assert "About <b>3 min</b> on this device (CPU), 1.0 GiB of memory" in wizard.preset.estimate.text()
    wizard.preset.minutes["ddpm"].setValue(0.1)
    shown = QTextDocumentFragment.fromHtml(wizard.preset.summary.text()).toPlainText()
    for words in ("small film", "tiny.h5", "Donor fraction", "quick", "unet", "cpu", "Denoiser 0.1 min", begun):
        assert words in shown, shown
    assert "Mixed fraction" not in shown, "it was left out of the conditions"
    wizard.next()
    assert wizard.currentId() == RUN
    (run,) = started
    assert (run.config.name, run.config.warm_start) == ("small film", begun)
    assert run.config.conditions == ("vol_frac_D", "tortuosity_D", "tortuosity_A")
    assert run.config.preset == "quick"
    assert run.config.device == "cpu"
    assert summary_table(run.config) == wizard.preset.summary.text()
    assert run.config.estimated_seconds["ddpm"] == pytest.approx(6.0)


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
    assert wizard.data.error_bar.isVisible()
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
    assert wizard.data.error_bar.isVisible()
    assert not wizard.data.task.running


@pytest.fixture
def importing(open_wizard: OpenWizard, tmp_path: Path) -> TrainingWizard:
    """A wizard on its import page whose dialog asks about a film of uniform noise."""
    np.save(tmp_path / "film.npy", np.random.default_rng(0).random((16, 16, 16)).astype(np.float32))
    wizard = open_wizard()
    wizard.data.kinds.buttons()[1].setChecked(True)
    choose(wizard, tmp_path / "film.npy")
    return wizard


def choose(wizard: TrainingWizard, path: Path) -> None:
    """Choose a file and wait until its dialog has looked into it."""
    form = wizard.data.importing
    form.choose((str(path),))
    wait_until(lambda: form.dialog is not None and form.dialog.survey is not None and form.dialog._settled)


def use(wizard: TrainingWizard) -> None:
    """Press Use in the dialog, and wait until the files are read so."""
    form = wizard.data.importing
    button = form.dialog.open_button
    wait_until(button.isEnabled)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_until(lambda: form.dialog is None and form.found is not None)


def test_own_volumes_are_asked_about_by_the_dialog_of_open_and_answers_are_remembered(
    importing: TrainingWizard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    form, dialog = importing.data.importing, importing.data.importing.dialog
    assert dialog.windowTitle() == "Import film.npy"
    assert not dialog.open_button.isEnabled()
    assert "a data set needs them" in dialog.message.text()
    dialog.voxel.show_values((2.0, 2.0, 2.0))
    assert dialog.phases.names() == {0.0: "dark", 1.0: "bright"}
    dialog.phases.phases[1.0].setEditText("PCBM")
    use(importing)
    assert "voxels of 2 × 2 × 2 nm" in form.answers.text()
    assert "1 is PCBM" in form.answers.text()
    form.pieces.cut.setChecked(False)
    started: list[tuple[object, ...]] = []
    monkeypatch.setattr(importing.data.task, "start", lambda *arguments: started.append(arguments))
    form.begin.click()
    plan = started[0][2]
    assert isinstance(plan, dict)
    assert plan["voxel_nm"] == (2.0, 2.0, 2.0)
    assert (plan["segmentation"], plan["cathode"]) == (Segmentation("otsu"), "z-")
    assert (plan["mapping"], dict(plan["names"])) == (((0.0, 0), (1.0, 1)), {0: "dark", 1: "PCBM"})
    assert (plan["resize"], plan["cut"]) == ((32, 32, 32), None)
    importing.data.task.cancelled.emit()
    form.choose((str(tmp_path / "film.npy"),))
    wait_until(lambda: form.found is not None)
    assert form.dialog is None, "a file is asked about once"
    assert {key: form.plan()[key] for key in ("voxel_nm", "mapping", "names")} == {
        key: plan[key] for key in ("voxel_nm", "mapping", "names")
    }
    form.change.click()
    wait_until(lambda: form.dialog is not None and form.dialog.survey is not None)
    assert form.dialog.phases.names() == {0.0: "dark", 1.0: "PCBM"}


def test_a_limit_is_dragged_in_the_histogram_and_becomes_the_users_own(importing: TrainingWizard) -> None:
    dialog = importing.data.importing.dialog
    preview, histogram = dialog.preview, dialog.preview.histogram
    wait_until(histogram.isVisible)
    drag(histogram.plot, histogram.limits[0], 0.8)
    assert preview.shown is not None
    assert preview.shown.fractions["dark"] == pytest.approx(0.8, abs=0.02), "the preview follows at once"
    fields = dialog.phases.segmentation_fields()
    assert fields["method"] == "threshold"
    assert fields["values"] == pytest.approx((0.8,), abs=0.02)
    dragged = preview.shown
    wait_until(lambda: preview.shown is not dragged and dialog._settled)
    assert preview.shown.limits == pytest.approx(fields["values"])
    np.testing.assert_array_equal(preview.shown.phases, preview.shown.grey > fields["values"][0])
    dialog.phases.limits[0].setValue(0.3)
    wait_until(lambda: preview.shown is not None and preview.shown.fractions["dark"] < 0.35)
    assert histogram.limits == pytest.approx((0.3,))
    dialog.phases.method.setCurrentIndex(2)
    values = dialog.phases.segmentation_fields()["values"]
    assert values == pytest.approx((0.3,), abs=0.02), "fractions begin with what is seen"


def drag(plot: QAbstractScrollArea, start: float, end: float) -> None:
    """Drag with the left mouse button from one value to another, at half height."""
    view = plot.getPlotItem().getViewBox()  # type: ignore[attr-defined]
    middle = view.viewRange()[1][1] / 2
    for kind, value in ((QEvent.Type.MouseButtonPress, start), (QEvent.Type.MouseMove, (start + end) / 2),
                        (QEvent.Type.MouseMove, end), (QEvent.Type.MouseButtonRelease, end)):  # fmt: skip
        place = QPointF(plot.mapFromScene(view.mapViewToScene(QPointF(value, middle))))  # type: ignore[attr-defined]
        held = Qt.MouseButton.LeftButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.NoButton
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        everywhere = plot.viewport().mapToGlobal(place)
        event = QMouseEvent(kind, place, everywhere, button, held, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(plot.viewport(), event)


def test_a_condition_that_follows_from_the_others_is_left_out_by_one_click(
    open_wizard: OpenWizard, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    names = ("ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1")
    with new_dataset(tmp_path / "set.h5", Description(("donor", "acceptor"), "no-flux", names, ())) as add:
        for number in range(24):
            one, other = random.random(2)
            labels = dict(zip(names, (one, other, one - other), strict=True)) | {"series": number}
            add(Volume(f"v{number}", random.integers(2, size=(32, 32, 32)).astype(np.uint8), labels))
    wizard = open_wizard()
    at_learn_page(wizard, tmp_path / "set.h5")
    learn = wizard.learn
    assert learn.chosen_conditions == names
    assert learn.advice.text().startswith("Acceptor straight paths (tort1) follows from the other conditions")
    assert learn.correlations.isVisible()
    learn.leave_out.click()
    assert learn.chosen_conditions == names[:2]
    assert not learn.leave_out.isVisible()


def test_known_trainings_come_first(open_wizard: OpenWizard, dataset_path: Path, home: Path) -> None:
    run = new_run(quick_config(dataset_path))
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
    run = new_run(quick_config(dataset_path))
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
