"""How well training data support a request, and which request is the nearest that they support."""

import itertools

import numpy as np
import pytest

from microdesigner.core.support import SPARSE, Support, verdict


@pytest.fixture(scope="module")
def support() -> Support:
    """A square of 21 by 21 films over two conditions of different scale, 0..1 and 0..100."""
    x, y = np.meshgrid(np.linspace(0, 1, 21), np.linspace(0, 100, 21), indexing="ij")
    return Support(("x", "y"), np.stack([x.ravel(), y.ravel()], 1))


def test_support_falls_from_the_middle_outwards(support: Support) -> None:
    along = [support.value({"x": x, "y": 50.0}) for x in (0.5, 1.0, 1.1, 1.5)]
    assert along[0] == 1
    assert all(first >= second for first, second in itertools.pairwise(along))
    assert along[-1] == 0
    assert support.value({"x": 1.5}) == 0
    assert support.value({"x": 0.5}) == 1


def test_conditions_left_free_do_not_count(support: Support) -> None:
    assert support.value({}) == 1
    assert support.value({"elsewhere": 9.0}) == 1
    assert support.value({"x": 0.5}) == support.value({"x": 0.5, "elsewhere": 9.0})


def test_scales_do_not_count(support: Support) -> None:
    """A step of 1/20 of either condition's range is as far."""
    wide, high = support.value({"x": 1.2, "y": 50.0}), support.value({"x": 0.5, "y": 120.0})
    assert wide == pytest.approx(high, abs=1e-12)
    assert np.allclose(support.offsets({"x": 0.5})[:, 0].mean(), 0)
    assert np.allclose(support.offsets({"x": 0.5, "y": 50.0}).std(axis=0), 1)


def test_the_nearest_supported_request_is_a_film_beside_it(support: Support) -> None:
    asked = {"x": 2.0, "y": 40.0}
    nearest = support.nearest(asked)
    assert nearest["y"] == 40.0
    assert 0.8 <= nearest["x"] <= 1.0
    assert support.value(nearest) >= SPARSE
    assert support.nearest({"x": 0.52, "y": 41.0}) == {"x": 0.52, "y": 41.0}, "what is supported stays"
    assert support.nearest({}) == {}
    assert support.nearest({"x": 2.0})["x"] <= 1.0


def test_a_request_as_lonely_as_one_film_in_ten_is_just_supported() -> None:
    """Nine films around 0 and one at 1: at -1 a request lies exactly as far from its neighbours as that one does."""
    films = Support(("x",), np.array([*np.arange(-4, 5) / 64, 1.0])[:, None])
    assert films.value({"x": -1.0}) == SPARSE
    assert films.nearest({"x": -1.0}) == {"x": -1.0}, "what is just supported stays"
    assert films.value({"x": -1.01}) == 0
    assert films.nearest({"x": -1.01})["x"] > -0.1


@pytest.mark.parametrize("films", [1, 2, 5, 6])
def test_a_model_of_few_films_is_judged_too(films: int) -> None:
    few = Support(("x",), np.linspace(0, 1, films)[:, None])
    assert few.value({"x": float(few.points[films // 2, 0])}) > 0
    assert few.value({"x": 50.0}) == 0
    assert few.nearest({"x": 50.0})["x"] in few.points.round(4)


@pytest.mark.parametrize(
    ("value", "word"),
    [(0.0, "outside"), (0.0099, "outside"), (0.01, "edge"), (0.0999, "edge"), (0.1, "well"), (1.0, "well")],
)
def test_the_verdict_is_a_word(value: float, word: str) -> None:
    assert word in verdict(value)
