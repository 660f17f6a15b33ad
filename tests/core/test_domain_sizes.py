"""The distribution of domain sizes given the targets."""

from dataclasses import replace

import numpy as np
import pytest

from microdesigner.core.card import ModelCard
from microdesigner.core.domain_sizes import DomainSizes, SizeResponse
from microdesigner.core.errors import InputError
from microdesigner.core.support import Support
from tests.tiny_model import tiny_card


@pytest.fixture(scope="module")
def sizes() -> DomainSizes:
    """ln(domain size) = 3 + x + y / 2 + normal scatter of 0.1."""
    random = np.random.default_rng(0)
    points = random.uniform(0, 1, (512, 2))
    logarithms = 3 + points @ [1, 0.5] + 0.1 * random.normal(size=len(points))
    return DomainSizes(Support(("x", "y"), points), np.exp(logarithms))


def test_quantiles_are_those_of_films_with_the_targets(sizes: DomainSizes) -> None:
    for x, y in ((0.5, 0.5), (0.1, 0.9), (0.9, 0.7)):
        middle = 3 + x + y / 2
        low, median, high = (np.log(sizes.quantile(level, {"x": x, "y": y})) for level in (0.16, 0.5, 0.84))
        assert median == pytest.approx(middle, abs=0.04)
        assert median - low == pytest.approx(0.1, abs=0.04)
        assert high - median == pytest.approx(0.1, abs=0.04)


def test_what_is_left_free_widens_the_scatter(sizes: DomainSizes) -> None:
    def width(targets: dict[str, float]) -> float:
        return sizes.quantile(0.9, targets) / sizes.quantile(0.1, targets)

    assert width({"x": 0.5, "y": 0.5}) < width({"x": 0.5}) < width({})
    assert sizes.quantile(0.5, {}) == pytest.approx(np.median(sizes.sizes), rel=0.01)


def test_sizes_change_little_by_little_with_the_targets_and_rise_with_the_level(sizes: DomainSizes) -> None:
    along = np.array([sizes.quantile(0.3, {"x": x, "y": 0.4}) for x in np.linspace(0, 1, 201)])
    assert np.abs(np.diff(np.log(along))).max() < 0.05
    levels = np.array([sizes.quantile(level, {"x": 0.3}) for level in np.linspace(0, 1, 51)])
    assert (np.diff(levels) >= 0).all()


def test_no_request_asks_for_sizes_far_beyond_those_of_films(sizes: DomainSizes) -> None:
    for x in (-9.0, 9.0):
        for level in (0.0, 1.0):
            size = sizes.quantile(level, {"x": x})
            assert sizes.sizes.min() / 1.3 < size < sizes.sizes.max() * 1.3


def test_a_denoiser_that_follows_is_conditioned_on_the_size_itself(sizes: DomainSizes) -> None:
    assert sizes.condition_value(0.8, {"x": 0.3}) == pytest.approx(sizes.quantile(0.8, {"x": 0.3}))


@pytest.mark.parametrize("targets", [{}, {"x": 0.4}, {"x": 0.4, "y": 0.6}])
@pytest.mark.parametrize("level", [0.2, 0.5, 0.8])
def test_the_condition_value_makes_the_size_that_is_meant(
    sizes: DomainSizes, level: float, targets: dict[str, float]
) -> None:
    halting = replace(sizes, response=SizeResponse(offset=0.2, slope=0.95, conditioning_error_std=0.12))
    middle, spread = (np.array(value) for value in sizes.left_open(targets))
    condition = np.log(halting.condition_value(level, targets))
    assert np.exp(halting.response.predicted(condition, middle, spread)) == pytest.approx(
        sizes.quantile(level, targets)
    )


def test_the_less_is_left_open_the_less_a_denoiser_follows(sizes: DomainSizes) -> None:
    halting = replace(sizes, response=SizeResponse(conditioning_error_std=0.12))

    def exaggeration(targets: dict[str, float]) -> float:
        wide, plain = (
            np.log(one.condition_value(0.8, targets) / one.condition_value(0.5, targets)) for one in (halting, sizes)
        )
        return float(wide / plain)

    assert 1 < exaggeration({}) < exaggeration({"x": 0.5}) < exaggeration({"x": 0.5, "y": 0.5})


def test_no_condition_lies_far_beyond_films(sizes: DomainSizes) -> None:
    deaf = replace(sizes, response=SizeResponse(conditioning_error_std=10.0))
    assert deaf.condition_value(0.0, {"x": 0.5}) == pytest.approx(sizes.sizes.min() / 2)
    assert deaf.condition_value(1.0, {"x": 0.5}) == pytest.approx(sizes.sizes.max() * 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"noise": -0.1},
        {"conditioning_error_std": 1e200},
        {"noise": 0.1, "conditioning_error_std": 0.1},
        {"slope": 0},
        {"offset": "much"},
        {"gain": 1.0},
        [0.1],
        7,
    ],
)
def test_a_card_with_a_response_that_means_nothing_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match="size_response"):
        ModelCard.from_json(tiny_card() | {"size_response": wrong})


def test_the_conditioning_error_is_read_under_its_old_name_too() -> None:
    sizes = {"support": [[0.1 * i, 0.1, 0.5, 0.5] for i in range(8)], "domain_sizes": [20.0 + i for i in range(8)]}
    for name in ("noise", "conditioning_error_std"):
        card = ModelCard.from_json(tiny_card() | sizes | {"size_response": {name: 0.3}})
        assert card.domain_sizes is not None
        assert card.domain_sizes.response == SizeResponse(conditioning_error_std=0.3)


@pytest.mark.parametrize("wrong", [[20.0], [-1.0] * 100, ["many"], 7])
def test_a_card_with_other_sizes_than_films_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match="domain_sizes"):
        ModelCard.from_json(tiny_card() | {"domain_sizes": wrong})
