"""Which recipe a study proposes where the likeliest one breaks its bounds."""

import numpy as np
import pytest

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.response import ResponseSurface
from microdesigner.core.result import Sample
from microdesigner.design.goals import parse_goals
from microdesigner.design.recipes import within_bounds

RANDOM = np.random.default_rng(3)
CHI, TIME = RANDOM.uniform(2.4, 3.9, 300), RANDOM.uniform(2.6, 4.2, 300)


def film(measured: float) -> Sample:
    """A film whose interaction and time are hardly determined, with chi = 3.4 to try."""
    spreads = {
        name: {key: float(np.quantile(values, share)) for key, share in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95))}
        for name, values in (("chi", CHI), ("log_time", TIME))
    }
    process = {"chi": spreads["chi"] | {"best": 3.4}, "log_time": spreads["log_time"] | {"best": 3.5}}
    volume = Microstructure(np.zeros((2, 2, 2), np.uint8), phase_names=("donor", "acceptor", "mixed"))
    return Sample(
        volume, 0, {"tortuosity_D": measured}, process=process, draws={"chi": CHI.tolist(), "log_time": TIME.tolist()}
    )


@pytest.fixture(scope="module")
def response() -> ResponseSurface:
    """Straight paths that become more with chi and with time."""
    surface = ResponseSurface.fitted({"chi": CHI, "log_time": TIME}, {"tortuosity_D": 0.1 * CHI + 0.1 * TIME})
    assert surface is not None
    return surface


def test_a_recipe_within_the_bound_that_makes_such_films_is_proposed(response: ResponseSurface) -> None:
    goals = parse_goals(["maximise tortuosity_D", "chi <= 3"])
    recipe = within_bounds(film(0.66), goals, response).recipe
    assert 2.4 < recipe["chi"] <= 3
    assert 0.1 * recipe["chi"] + 0.1 * recipe["log_time"] == pytest.approx(0.66, abs=0.005)


def test_without_a_response_the_most_central_one(response: ResponseSurface) -> None:
    recipe = within_bounds(film(0.66), parse_goals(["maximise tortuosity_D", "chi <= 3"]), None).recipe
    assert 2.8 < recipe["chi"] <= 3, "nearest to the middle of the interval"
    assert recipe["log_time"] == pytest.approx(np.median(TIME), abs=0.2)


@pytest.mark.parametrize("bound", ["chi <= 3.5", "chi <= 2.42", "vol_frac_D >= 0.9"])
def test_a_recipe_stays_where_it_meets_the_bounds_or_none_does(response: ResponseSurface, bound: str) -> None:
    sample = film(0.66)
    assert within_bounds(sample, parse_goals(["maximise tortuosity_D", bound]), response) is sample
