"""Where a study looks for films: near the training films, at fixed targets, within bounds."""

import numpy as np
import pytest

from microdesigner.core.errors import InputError
from microdesigner.design.goals import Goal
from microdesigner.design.space import Space
from microdesigner.engine import Engine
from tests.tiny_model import set_card

ACCURACY = {"all": {"control": {name: {"squared_pearson": 0.99} for name in (
    "vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A")}}}  # fmt: skip


def test_points_lie_where_training_films_are(tiny_engine: Engine) -> None:
    space = Space(tiny_engine.card, {"tortuosity_A": 0.5}, [], 32)
    assert space.names == ("vol_frac_D", "vol_frac_M", "tortuosity_D", "domain_size")
    points = space.points(50, np.random.default_rng(1))
    assert points.shape == (50, 4)
    donor, mixed = points[:, 0], points[:, 1]
    assert 0.15 < donor.min() < 0.25, "training films: 0.2 to 0.39"
    assert 0.35 < donor.max() < 0.45
    assert 0.09 < mixed.min() < mixed.max() < 0.13
    sizes = 20 + 20 * donor
    assert np.abs(points[:, 3] - sizes).max() < 1, "a domain size goes with the other targets as in training films"
    targets = space.targets(points[0])
    assert targets["tortuosity_A"] == 0.5
    assert space.point(targets) == pytest.approx(points[0], abs=1e-5)


def test_bounds_on_targets_that_are_met_bound_the_search(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    goals = [Goal("tortuosity_D", "maximise"), Goal("ABS_f_D", "at most", 0.25)]
    unknown = Space(tiny_engine.card, {}, goals, 32).points(50, np.random.default_rng(1))
    assert unknown[:, 0].max() > 0.3, "whether the model meets it is not known"
    set_card(monkeypatch, tiny_engine, accuracy=ACCURACY)
    points = Space(tiny_engine.card, {}, goals, 32).points(50, np.random.default_rng(1))
    assert points[:, 0].max() <= 0.25


def test_what_no_training_film_is_near_is_one_sentence(tiny_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    set_card(monkeypatch, tiny_engine, accuracy=ACCURACY)
    far = Space(tiny_engine.card, {}, [Goal("vol_frac_D", "at least", 0.8)], 32)
    with pytest.raises(InputError, match="No training film of tiny is near targets that meet the bounds"):
        far.points(10, np.random.default_rng(1))
    everything = {"vol_frac_D": 0.3, "vol_frac_M": 0.1, "tortuosity_D": 0.5, "tortuosity_A": 0.5, "domain_size": 20.0}
    with pytest.raises(InputError, match="nothing is left to search"):
        Space(tiny_engine.card, everything, [], 32)


def test_films_of_another_thickness_are_asked_for_the_same_structures(tiny_engine: Engine) -> None:
    goals = [Goal("tortuosity_D", "maximise")]
    own, thick = (Space(tiny_engine.card, {"tortuosity_A": 0.5}, goals, layers) for layers in (32, 64))
    point = own.points(1, np.random.default_rng(1))[0]
    assert thick.targets(point)["tortuosity_D"] < own.targets(point)["tortuosity_D"] - 0.1
    assert thick.targets(point)["vol_frac_D"] == own.targets(point)["vol_frac_D"]
    assert thick.point(thick.targets(point)) == pytest.approx(point, abs=1e-3)
    assert not thick.supports(point), "0.5 in a thick film is more than training films have in a thin one"
