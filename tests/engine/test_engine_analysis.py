"""What a model sees in a volume: recipes within their intervals, verdicts, volumes of other origin."""

import json
from dataclasses import replace

import numpy as np
import pytest

from microdesigner.core.errors import InputError
from microdesigner.core.events import Finished
from microdesigner.core.microstructure import Microstructure
from microdesigner.core.request import Request
from microdesigner.core.response import ResponseSurface
from microdesigner.core.result import Sample
from microdesigner.engine import Engine
from tests.tiny_model import set_card

TARGETS = {"vol_frac_D": 0.35, "vol_frac_M": 0.2}


def sample_of(engine: Engine, **entries: object) -> Sample:
    *_, last = engine.generate(Request(**{"steps": 2, "targets": TARGETS, **entries}))  # type: ignore[arg-type]
    assert isinstance(last, Finished)
    return last.result.samples[0]


def test_the_recipe_to_try_lies_within_its_intervals(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where films of recipes far outside would measure most nearly what this one does."""
    plain = sample_of(tiny_engine)
    random = np.random.default_rng(0)
    recipes = {name: random.normal(np.median(draws), np.std(draws), 400) for name, draws in plain.draws.items()}
    for values in recipes.values():
        for side in (-1, 1):
            away = float(plain.measured["vol_frac_D"] or 0) - side * 100
            surface = ResponseSurface.fitted(recipes, {"vol_frac_D": away + side * values})
            assert surface is not None
            set_card(monkeypatch, tiny_engine, response=surface.to_json())
            sample = sample_of(tiny_engine)
            for parameter, spread in sample.process.items():
                assert spread["q05"] <= sample.recipe[parameter] <= spread["q95"]


def test_intervals_are_told_as_shares_of_the_trained_range(tiny_engine: Engine) -> None:
    process = sample_of(tiny_engine).process
    for parameter in tiny_engine.card.process:
        spread = process[parameter.name]
        share = (spread["q95"] - spread["q05"]) / (parameter.high - parameter.low)
        assert spread["interval_share"] == pytest.approx(share)


def test_results_hold_the_verdict_on_request_and_film(tiny_engine: Engine) -> None:
    sample = sample_of(tiny_engine)
    verdict = json.loads(json.dumps(sample.to_json("film.vti")))["verdict"]
    scores = [
        (float(sample.measured[name] or 0) - spread["mean"]) / spread["std"]
        for name, spread in sample.predicted.items()
        if sample.measured[name] is not None
    ]
    assert verdict["disagreement"] == pytest.approx(np.sqrt(np.mean(np.square(scores))), abs=1e-3)
    assert verdict["request"] == "outside the training data"
    supported = {"vol_frac_D": 0.3, "vol_frac_M": 0.11}
    assert sample_of(tiny_engine, targets=supported).verdict["request"] == "well supported"


def test_what_was_asked_is_measured_under_the_name_by_which_it_was_asked(tiny_engine: Engine) -> None:
    sample = sample_of(tiny_engine, targets={"ABS_f_D": 0.35, "vol_frac_M": 0.2}, match="fractions")
    assert sample.measured["ABS_f_D"] == sample.measured["vol_frac_D"] == pytest.approx(0.35, abs=1e-5)
    same = sample_of(tiny_engine, match="fractions")
    assert (sample.microstructure.phases == same.microstructure.phases).all()


def test_an_acceptor_fraction_alone_is_met_exactly(tiny_engine: Engine) -> None:
    sample = sample_of(tiny_engine, targets={"vol_frac_A": 0.55}, match="fractions")
    assert sample.measured["vol_frac_A"] == pytest.approx(0.55, abs=1e-5)


def test_a_volume_of_other_origin_gets_its_recipe(tiny_engine: Engine) -> None:
    made = sample_of(tiny_engine).microstructure
    seen = tiny_engine.analyse(Microstructure(made.phases, made.voxel_nm, made.lateral), seed=3)
    assert seen.measured["vol_frac_D"] == (made.phases == 0).mean()
    assert set(seen.process) == {"phi", "chi", "log_time"}
    assert len(seen.draws["phi"]) > 100
    assert seen.verdict["disagreement"] > 0
    assert tiny_engine.analyse(made, seed=3).process == seen.process
    shifted = replace(made, phases=np.roll(made.phases, (16, 32), (0, 1)))
    recipe = tiny_engine.analyse(shifted, seed=3).process
    assert recipe["phi"]["mean"] == pytest.approx(seen.process["phi"]["mean"], rel=1e-3)  # a film has no corner


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Microstructure(np.zeros((32, 32, 32), np.uint8), (1.0, 1.0, 2.0), phase_names=("d", "a")), "3 phases"),
        (Microstructure(np.zeros((32, 32, 32), np.uint8), (5.0, 5.0, 5.0)), "resample"),
        (Microstructure(np.zeros((32, 30, 32), np.uint8), (1.0, 1.0, 2.0)), "multiples of 16 voxels"),
        (Microstructure(np.zeros((512, 512, 80), np.uint8), (1.0, 1.0, 2.0)), "512×512×80 voxels is too large"),
    ],
)
def test_volumes_unlike_the_models_are_refused(tiny_engine: Engine, wrong: Microstructure, words: str) -> None:
    with pytest.raises(InputError, match=words):
        tiny_engine.analyse(wrong)
