"""Targets: sliders make requests, fractions stay possible, support is said before the run."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QScrollArea

from microdesigner.app.catalogue import installed_models
from microdesigner.app.request_model import RequestModel
from microdesigner.app.targets import Options
from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.targets.panel import TargetsPanel
from microdesigner.gui.widgets.basics import Section
from tests.gui.conftest import generate, wait_until
from tests.gui.fitting import cut_off


def type_into(field: QAbstractSpinBox, text: str, qtbot: object) -> None:
    """Type a whole value, and Enter."""
    field.selectAll()
    qtbot.keyClicks(field, text)  # type: ignore[attr-defined]
    qtbot.keyClick(field, Qt.Key.Key_Return)  # type: ignore[attr-defined]


def test_a_slider_changes_the_request(window: MainWindow) -> None:
    row = window.targets.rows["vol_frac_D"]
    row.slider.setValue(row.slider.maximum() // 4)
    request = window.request_model.request()
    assert request is not None
    assert request.targets["vol_frac_D"] == pytest.approx(0.25)
    assert row.number.value() == pytest.approx(0.25)


def test_a_free_condition_leaves_the_request(window: MainWindow) -> None:
    row = window.targets.rows["tortuosity_D"]
    row.free.setChecked(True)
    request = window.request_model.request()
    assert request is not None
    assert "tortuosity_D" not in request.targets
    assert not row.number.isEnabled()


def test_fractions_sum_to_one(window: MainWindow) -> None:
    rows = window.targets.rows
    rows["vol_frac_D"].number.setValue(0.6)
    rows["vol_frac_M"].number.setValue(0.7)
    targets = window.request_model.targets
    assert targets is not None
    assert rows["vol_frac_D"].number.value() == pytest.approx(0.3)
    assert targets.dependent_value == pytest.approx(0)
    rows["vol_frac_M"].number.setValue(0.2)
    assert rows["vol_frac_D"].number.value() == pytest.approx(0.6), "what made room comes back with the gesture"
    assert "0.200" in window.targets.dependent.text()
    rows["vol_frac_M"].free.setChecked(True)
    assert "free" in window.targets.dependent.text()


def test_changes_can_be_undone_by_name(window: MainWindow) -> None:
    row = window.targets.rows["vol_frac_D"]
    before = row.number.value()
    row.number.setValue(0.31)
    row.number.setValue(0.32)
    assert window.undo.undoText() == "Set donor fraction"
    window.undo.undo()
    assert row.number.value() == pytest.approx(before)
    window.undo.redo()
    assert row.number.value() == pytest.approx(0.32)


def test_the_badge_warns_outside_the_training_data_and_offers_the_nearest(window: MainWindow) -> None:
    badge = window.targets.badge
    assert "Well supported" in badge.text.text()
    assert not badge.nearest.isVisible()
    window.targets.rows["vol_frac_D"].number.setValue(0.98)
    assert "Outside the training data" in badge.text.text()
    assert badge.nearest.isVisible()
    badge.nearest.click()
    assert "Outside" not in badge.text.text()


def test_the_badge_judges_for_the_size_asked_and_warns_of_it(window: MainWindow, qtbot: object) -> None:
    badge, options = window.targets.badge, window.targets.options
    options.film.button.click()
    for name, value in (("tortuosity_D", 0.8), ("tortuosity_A", 0.8)):
        window.targets.rows[name].number.setValue(value)
    assert "Well supported" in badge.text.text()
    assert badge.warnings.isHidden()
    for size, words, warning in (
        ((64, 64, 96), "utside the training data", "96 layers was never measured"),
        ((16, 32, 16), "", "ask for at least 32×32×16"),
    ):
        for field, edge in zip(options.film_size.edges, size, strict=True):
            type_into(field, str(edge), qtbot)
        assert window.request_model.request().size == size  # type: ignore[union-attr]
        assert words in badge.text.text()
        assert warning in badge.warnings.text()
        assert not badge.warnings.isHidden()


def test_a_film_of_another_size_and_voxel_is_generated_and_recalled(window: MainWindow, qtbot: object) -> None:
    options = window.targets.options
    options.film.button.click()
    form = options.film_size
    assert not form.own.isEnabled()
    for field, text in zip((*form.edges, form.voxel), ("32", "32", "16", "2,5"), strict=True):
        type_into(field, text, qtbot)
    assert form.physical.text() == "80 × 80 × 40 nm"
    generate(window)
    assert window.sample is not None
    assert window.sample.microstructure.shape == (32, 32, 16)
    asked = window.current_sample.request
    assert asked is not None
    assert asked.voxel_nm == (2.5, 2.5, 2.5)
    form.own.click()
    assert window.request_model.request() == replace(asked, size=None, voxel_nm=None)
    assert [field.value() for field in form.edges] == [64, 64, 32]
    assert form.voxel.value() == 2.0
    window.undo.undo()
    assert window.request_model.request() == asked, "the button is one step"
    form.own.click()
    window.request_model.recall(asked)
    assert window.request_model.request() == asked


def test_a_size_that_the_model_cannot_make_is_told_in_words(window: MainWindow, qtbot: object) -> None:
    form, badge = window.targets.options.film_size, window.targets.badge
    window.targets.options.film.button.click()
    type_into(form.edges[0], "50", qtbot)
    assert "must be a multiple of 16 voxels; got 50×64×32" in badge.warnings.text()
    form.own.click()
    assert badge.warnings.isHidden()


def test_an_unlocked_seed_changes_with_each_generation(window: MainWindow) -> None:
    options = window.targets.options
    window.generate()
    assert options.seed.value() == 0
    options.locked.setChecked(False)
    window.generate()
    assert options.seed.value() != 0
    window.generation.cancel()


def test_quality_sets_steps_and_sampler(window: MainWindow) -> None:
    window.request_model.set_options(quality="paper")
    request = window.request_model.request()
    assert request is not None
    assert (request.steps, request.sampler) == (1000, "ancestral")


@pytest.mark.parametrize("model", ["ch-3phase", "ch-2phase", "bentheimer"])
def test_nothing_is_cut_off_beside_a_scroll_bar(qtbot: object, model: str) -> None:
    catalogue = installed_models()
    targets = RequestModel(catalogue, Options())
    panel = TargetsPanel(catalogue, targets, Section())
    qtbot.addWidget(panel)  # type: ignore[attr-defined]
    targets.start(model)
    panel.resize(panel.minimumWidth(), 300)
    panel.show()
    area = panel.findChild(QScrollArea)
    wait_until(lambda: area.verticalScrollBar().isVisible())
    assert area.widget().width() == area.viewport().width()
    assert cut_off(panel) == []
