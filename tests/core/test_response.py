"""The response of films to recipes: recovered where it is quadratic, kept by the card, silent about what is missing."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from microdesigner.core.response import ResponseSurface

RANDOM = np.random.default_rng(0)
PHI, CHI = RANDOM.uniform(0.3, 0.7, 400), RANDOM.uniform(2, 4, 400)


def connectivity(phi: NDArray[np.float64], chi: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 - (phi - 0.5) ** 2 + 0.1 * phi * chi


def surface(noise: float = 0.0) -> ResponseSurface:
    measured = connectivity(PHI, CHI) + noise * RANDOM.normal(size=len(PHI))
    fitted = ResponseSurface.fitted({"phi": PHI, "chi": CHI}, {"connectivity": measured, "fraction": 1 - PHI})
    assert fitted is not None
    return fitted


def test_a_quadratic_response_is_recovered() -> None:
    expected = surface().expected({"phi": np.array([0.4, 0.6]), "chi": 3.0})
    assert expected["connectivity"] == pytest.approx(connectivity(np.array([0.4, 0.6]), np.full(2, 3.0)), abs=1e-9)
    assert expected["fraction"] == pytest.approx([0.6, 0.4], abs=1e-9)


def test_single_films_scatter_about_it() -> None:
    noisy = surface(noise=0.02)
    assert noisy.scatter[0] == pytest.approx(0.02, rel=0.1)
    assert noisy.expected({"phi": np.array([0.5]), "chi": 3.0})["connectivity"] == pytest.approx(0.65, abs=0.005)


def test_the_recipe_whose_films_measure_most_nearly_this_has_the_least_misfit() -> None:
    candidates = {"phi": np.array([0.35, 0.45, 0.6]), "chi": 3.0}
    assert surface().misfit(candidates, {"fraction": 0.54, "connectivity": None, "porosity": 0.9}).argmin() == 1
    assert surface().misfit(candidates, {"porosity": 0.9}).tolist() == [0, 0, 0]


def test_a_card_holds_it() -> None:
    original = surface(noise=0.02)
    again = ResponseSurface.from_json(json.loads(json.dumps(original.to_json())))
    point = {"phi": np.array([0.41]), "chi": 2.5}
    assert again.expected(point)["connectivity"] == pytest.approx(original.expected(point)["connectivity"], abs=1e-6)


def test_too_few_films_give_none() -> None:
    assert ResponseSurface.fitted({"phi": PHI[:8], "chi": CHI[:8]}, {"connectivity": CHI[:8]}) is None


def test_inputs_are_scaled_each_by_itself_and_misses_by_their_scatter() -> None:
    fitted = surface(noise=0.02)
    assert fitted.centre == pytest.approx([PHI.mean(), CHI.mean()])
    assert fitted.scale == pytest.approx([PHI.std(), CHI.std()])
    point = {"phi": np.array([0.5]), "chi": 3.0}
    expected = fitted.expected(point)["connectivity"][0]
    assert fitted.misfit(point, {"connectivity": expected + 3 * fitted.scatter[0]}) == pytest.approx([9.0])


def test_four_films_a_term_are_enough() -> None:
    """Two inputs have six terms: 1, each, and three products."""
    for films in (23, 24):
        inputs = {"phi": PHI[:films], "chi": CHI[:films]}
        assert (ResponseSurface.fitted(inputs, {"fraction": 1 - PHI[:films]}) is None) == (films < 24)
