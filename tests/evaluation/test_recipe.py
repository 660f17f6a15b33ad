"""The recipe's posterior: intervals that hold the truth as often as they say."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from microdesigner.core.errors import InputError
from microdesigner.data.store import VolumeDataset
from microdesigner.engine import Engine
from microdesigner.evaluation.recipe import evaluate_recipes, judged, recalibrated, resimulated
from microdesigner.models.feature_predictor import FeaturePredictor, PredictorConfig
from microdesigner.training.calibration import calibrate
from microdesigner.training.latents import Latents
from tests.tiny_dataset import write_tiny_dataset
from tests.tiny_model import set_card


def test_intervals_of_the_right_width_cover_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    centre = random.normal(size=2000)
    truth = centre + random.normal(size=2000)
    series = np.repeat(np.arange(100), 20)
    right = judged(centre[:, None] + random.normal(size=(2000, 400)), truth, series)
    wide = judged(centre[:, None] + 2 * random.normal(size=(2000, 400)), truth, series)
    assert right["coverage 50 % error"] == pytest.approx(np.sqrt(0.25 / 2000), rel=0.25)
    assert right["coverage 50 %"] == pytest.approx(0.5, abs=0.04)
    assert right["coverage 90 %"] == pytest.approx(0.9, abs=0.03)
    assert right["crps"] == pytest.approx(1 / np.sqrt(np.pi), abs=0.03)  # of a standard normal about its own draw
    assert (wide["coverage 50 %"] or 0) > 0.75
    assert (wide["crps"] or 0) > (right["crps"] or 0)


def test_each_series_is_judged_by_the_width_that_the_others_need() -> None:
    random = np.random.default_rng(1)
    series = np.repeat(np.arange(40.0), 25)
    centre, offset = random.normal(size=(1000, 1)), random.normal(size=(1000, 1))
    offset[series == 7] *= 100  # one series that no other foresees
    draws = centre[:, None] + 3 * random.normal(size=(1000, 400, 1))  # three times too wide
    mended = recalibrated(draws, centre + offset, series)
    spreads = mended.std(1)[:, 0]
    assert spreads == pytest.approx(np.full(1000, 1.0), rel=0.25)
    others = series != 7
    figures = judged(mended[others, :, 0], (centre + offset)[others, 0], series[others].astype(np.int64))
    assert figures["coverage 90 %"] == pytest.approx(0.9, abs=0.03)
    assert (recalibrated(draws[:50], centre[:50], series[:50]) == draws[:50]).all(), "two series are too few"


def test_calibration_mends_a_posterior_of_the_wrong_width() -> None:
    torch.manual_seed(0)
    predictor = FeaturePredictor(PredictorConfig(latent_channels=4, descriptors=1, process=2, width=8, blocks=1)).eval()
    noise = torch.randn(600, 4, 8, 8, 4)
    with torch.no_grad():
        prediction = predictor(noise)
        own = prediction.posterior_samples(1, torch.Generator().manual_seed(1))[:, 0]
        mean = prediction.posterior_samples(400, torch.Generator().manual_seed(2)).mean(1)
    truth = mean + (own - mean) * torch.tensor([0.5, 2.0])  # the posterior is twice too wide, and half as wide as due
    calibrate(predictor, Latents(noise, torch.zeros(600, 1), truth, torch.ones(600), np.ones(600, bool), periodic=True))
    assert predictor.recipe_spread.tolist() == pytest.approx([0.5, 2.0], rel=0.1)


def test_a_model_is_judged_on_held_out_volumes(tiny_engine: Engine, tmp_path: Path) -> None:
    dataset = VolumeDataset(write_tiny_dataset(tmp_path / "tiny.h5"))
    path = tmp_path / "calibration.json"
    assert [event.done for event in evaluate_recipes(tiny_engine, dataset, 4, path)] == [1, 2, 3, 4]
    figures = json.loads(path.read_text())
    assert set(figures) == {"phi", "chi", "log_time"}
    for entry in figures.values():
        assert 0 <= entry["coverage 50 %"] <= entry["coverage 90 %"] <= 1
        assert entry["refitted"].keys() < entry.keys()
        assert (entry["count"], entry["series"], entry["interval_share"] > 0) == (4, 2, True)


def test_a_model_without_recipe_has_none_to_judge(
    tiny_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = VolumeDataset(write_tiny_dataset(tmp_path / "tiny.h5"))
    set_card(monkeypatch, tiny_engine, process=[])
    with pytest.raises(InputError, match="no posterior"):
        next(evaluate_recipes(tiny_engine, dataset, 4, tmp_path / "calibration.json"))


def test_recipes_are_annealed_and_compared(tiny_engine: Engine, tmp_path: Path) -> None:
    targets = [{"vol_frac_D": 0.4, "vol_frac_M": 0.15}] * 2
    path = tmp_path / "recipes.json"
    events = list(resimulated(tiny_engine, targets, path))
    assert [event.done for event in events] == [1, 2]
    document = json.loads(path.read_text())
    assert document["count"] == 2
    assert 0 <= document["simulated"] <= 2
    assert set(document["median_error"]) == set(document["q90_error"]) == {"vol_frac_D", "vol_frac_M"}
