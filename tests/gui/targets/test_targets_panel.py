"""Targets: sliders make requests, fractions stay possible, support is said before the run."""

from dataclasses import replace

import pytest

from microdesigner.app.targets import Targets
from microdesigner.gui.main_window import MainWindow


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


def test_the_badge_judges_for_the_size_asked_and_warns_of_it(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    badge, request = window.targets.badge, Targets.request
    for name, value in (("tortuosity_D", 0.8), ("tortuosity_A", 0.8)):
        window.targets.rows[name].number.setValue(value)
    assert "Well supported" in badge.text.text()
    assert badge.warnings.isHidden()
    for size, words, warning in (
        ((64, 64, 96), "utside the training data", "96 layers was never measured"),
        ((32, 32, 8), "", "ask for at least 32×32×16"),
    ):
        monkeypatch.setattr(
            Targets, "request", lambda self, options, size=size: replace(request(self, options), size=size)
        )
        window.targets.restyle()
        assert words in badge.text.text()
        assert warning in badge.warnings.text()
        assert not badge.warnings.isHidden()


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
