"""From the user's own data to a volume of the user's own model, all of it through the window: the three ways in."""

from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from PySide6.QtWidgets import QWizard

from microdesigner.app.workers.engine import ENGINE
from microdesigner.core.result import Sample
from microdesigner.gui.importing.import_form import ImportForm
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.training.wizard import CHECKS, LEARN, PRESET, RUN, TrainingWizard
from tests.gui.conftest import generate, wait_until

pytestmark = pytest.mark.long
TOMOGRAM = Path(__file__).parents[4] / "shared" / "data" / "tomogram" / "TOMO_test_8bit.xml"
SIMULATE, IMPORT = 0, 1
MOST_MINUTES = 0.1  # a stage, should the machine be busy
PATIENCE_SECONDS = 400
PUBLISHED = ("vol_frac_D", "vol_frac_M", "tortuosity_A", "tortuosity_D", "phi", "chi", "log_time")


@pytest.fixture
def window(
    home: Path, open_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> MainWindow:
    """A window that knows no model yet."""
    monkeypatch.setattr("microdesigner.core.card.shipped", lambda folder: tmp_path / "shipped" / folder)
    window = open_window(ENGINE, "")
    assert window.targets.model.count() == 0
    return window


def press(wizard: TrainingWizard, button: QWizard.WizardButton) -> None:
    """What the user presses to go on; it must allow it."""
    wait_until(wizard.button(button).isEnabled, PATIENCE_SECONDS)
    wizard.button(button).click()


def train(wizard: TrainingWizard, name: str) -> None:
    """From a data set that is ready to a finished model, with the quick preset."""
    press(wizard, QWizard.WizardButton.NextButton)
    assert wizard.currentId() == CHECKS
    press(wizard, QWizard.WizardButton.NextButton)
    assert wizard.currentId() == LEARN
    wizard.learn.name.setText(name)
    press(wizard, QWizard.WizardButton.NextButton)
    assert wizard.currentId() == PRESET
    wizard.preset.choices.buttons()[0].setChecked(True)
    for box in wizard.preset.minutes.values():
        box.setValue(MOST_MINUTES)
    wait_until(lambda: wizard.preset.estimate.text().startswith("About"), PATIENCE_SECONDS)
    press(wizard, QWizard.WizardButton.CommitButton)
    assert wizard.currentId() == RUN
    assert wizard.run.run is not None
    wait_until(lambda: wizard.run.outcome.isVisible() or wizard.run.error_bar.isVisible(), PATIENCE_SECONDS)
    assert not wizard.run.error_bar.isVisible(), wizard.run.error_bar.text.text()


def volume_of(window: MainWindow, wizard: TrainingWizard, name: str) -> Sample:
    """What the new model makes for the targets that it begins with."""
    wizard.run.outcome.use.click()
    wizard.close()
    assert window.targets.model.currentData() == name
    wait_until(lambda: window.device.text().startswith(f"{name} ready"), PATIENCE_SECONDS)
    window.request_model.set_options(quality="draft")
    generate(window)
    assert window.sample is not None
    return window.sample


def open_wizard(window: MainWindow, way: int) -> TrainingWizard:
    window.training.open()
    wizard = window.training.wizard
    assert wizard is not None
    wizard.data.kinds.buttons()[way].setChecked(True)
    return wizard


def choose_files(form: ImportForm, monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """Press Files… and choose in the dialog that would come."""
    answer = ([str(path) for path in paths], "")
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getOpenFileNames", lambda *_: answer)
    form.sources.files.click()
    wait_until(lambda: form.dialog is not None and form.dialog.survey is not None, PATIENCE_SECONDS)


def use_answers(form: ImportForm) -> None:
    """Press Use in the dialog that asks about the files."""
    dialog = form.dialog
    assert dialog is not None
    wait_until(dialog.open_button.isEnabled, PATIENCE_SECONDS)
    dialog.open_button.click()
    wait_until(lambda: form.found is not None, PATIENCE_SECONDS)


def test_a_two_phase_set_is_simulated_trained_and_generated_from(window: MainWindow) -> None:
    wizard = open_wizard(window, SIMULATE)
    form = wizard.data.simulate
    form.name.setText("two phases")
    form.phases.setCurrentIndex(form.phases.findData(2))
    form.voxels.setCurrentIndex(form.voxels.findText("32×32×32"))
    form.series.setValue(8)
    form.snapshots.setValue(4)
    form.begin.click()
    train(wizard, "blend")
    sample = volume_of(window, wizard, "blend")
    assert list(window.targets.rows) == ["ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1", "domain_size"]
    assert sample.microstructure.phase_names == ("donor", "acceptor")
    assert sample.microstructure.phases.shape == (32, 32, 32)
    assert set(sample.measured) >= set(window.targets.rows) - {"domain_size"}, "measured where it is asked for"
    assert set(window.results_panel.recipe.values) == {"phi", "chi", "log_time"}


@pytest.mark.skipif(not TOMOGRAM.is_file(), reason="the tomogram is not beside the project")
def test_a_tomogram_is_segmented_cut_trained_and_generated_from_without_recipe(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard = open_wizard(window, IMPORT)
    form = wizard.data.importing
    choose_files(form, monkeypatch, TOMOGRAM)
    dialog = form.dialog
    assert dialog is not None
    wait_until(lambda: bool(dialog.preview.histogram.lines), PATIENCE_SECONDS)
    assert dialog.voxel.values() == (2.0, 2.0, 2.0)
    (limit,) = dialog.preview.histogram.limits
    assert 0 < limit < 255
    assert [*dialog.phases.names().values()] == ["dark", "bright"], "only the user knows what they are"
    for box, name in zip(dialog.phases.phases.values(), ("donor", "acceptor"), strict=True):
        box.setEditText(name)
    use_answers(form)
    assert form.pieces.cut.isChecked(), "one film alone cannot be learned from"
    form.pieces.stride.setValue(10)
    wait_until(lambda: form.pieces.count.isVisible())
    assert form.pieces.voxels.values() == (32, 32, 64)
    form.begin.click()
    train(wizard, "tomogram")
    sample = volume_of(window, wizard, "tomogram")
    assert list(window.targets.rows) == ["ABS_f_D", "CT_f_D_tort1", "CT_f_A_tort1", "domain_size"]
    assert sample.microstructure.voxel_nm == pytest.approx((2.0 * 25 / 32,) * 3)
    assert not window.results_panel.recipe.isVisible()


def test_a_published_file_is_imported_trained_and_generated_from(
    window: MainWindow, dataset_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [tmp_path / f"published-{number}.h5" for number in range(2)]
    with h5py.File(dataset_path) as own:
        for number, name in enumerate(own):
            with h5py.File(parts[number % 2], "a") as file:
                file[name] = own[name][...]
                file[name].attrs.update({label: own[name].attrs[label] for label in PUBLISHED})
    wizard = open_wizard(window, IMPORT)
    form = wizard.data.importing
    choose_files(form, monkeypatch, *parts)
    assert form.dialog is not None
    form.dialog.voxel.show_values((1.0, 1.0, 1.0))
    use_answers(form)
    form.lateral.setCurrentIndex(form.lateral.findData("periodic"))
    form.begin.click()
    train(wizard, "published")
    assert wizard.checks.report is not None
    stated = next(check for check in wizard.checks.report.checks if check.name == "stated")
    assert stated.severity == "good", stated
    sample = volume_of(window, wizard, "published")
    assert set(window.targets.rows) == {"vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A", "domain_size"}
    assert sample.microstructure.lateral == "periodic"
    assert set(window.results_panel.recipe.values) == {"phi", "chi", "log_time"}
