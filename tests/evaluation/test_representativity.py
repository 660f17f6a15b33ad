"""How many films, or how large a one: intervals that cover as often as they say, sizes that keep their promise."""

from collections.abc import Callable

import numpy as np
import pytest

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.evaluation.representativity import (
    Representativity,
    columns_of,
    films_needed,
    mean_interval,
    representativity,
)

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def fractions_of_correlated_films(rng: np.random.Generator, shape: tuple[int, ...], edge: int = 12) -> np.ndarray:
    """Share of one phase in two-phase films whose domains are some voxels wide; of mean 1/2 by symmetry."""
    waves = np.fft.fftn(rng.standard_normal((*shape, edge, edge)), axes=(-2, -1))
    k = np.hypot(*np.meshgrid(np.fft.fftfreq(edge), np.fft.fftfreq(edge)))
    fields = np.fft.ifftn(waves * np.exp(-((8 * k) ** 2)), axes=(-2, -1)).real
    return (fields > 0).mean(axis=(-2, -1))


@pytest.mark.parametrize("films", [5, 8, 20])
@pytest.mark.parametrize(
    ("draw", "truth"),
    [
        (fractions_of_correlated_films, 0.5),
        (lambda rng, shape: rng.standard_normal(shape) + 3, 3.0),
        (lambda rng, shape: np.exp(0.3 * rng.standard_normal(shape)), np.exp(0.045)),
    ],
    ids=["correlated films", "normal", "skewed"],
)
def test_the_interval_covers_the_mean_93_to_97_times_of_100(films: int, draw: Draw, truth: float) -> None:
    rng, studies = np.random.default_rng(films), 400
    covered = 0
    for values in draw(rng, (studies, films)):
        found = mean_interval(values)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    error = 2 * np.sqrt(0.95 * 0.05 / studies)  # of this count itself
    assert 0.93 - error / 2 < covered / studies < 0.97 + error / 2


def test_as_many_films_as_are_needed_give_the_mean_within_1_percent() -> None:
    rng = np.random.default_rng(1)
    pilot = rng.normal(2.0, 0.1, 4000)
    needed = films_needed(pilot)
    assert needed == pytest.approx((1.96 * 0.1 / 0.02) ** 2, rel=0.12)
    means = rng.normal(2.0, 0.1, (2000, needed)).mean(axis=1)
    assert (abs(means / 2 - 1) < 0.01).mean() == pytest.approx(0.95, abs=0.03)
    assert films_needed(pilot[:1]) is None
    assert films_needed(np.array([1.0, 1.0])) == 2


def films(count: int, edge: int, seed: int) -> list[Microstructure]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        noise = rng.standard_normal((edge, edge, 2))
        for axis in (0, 1):
            noise = noise + np.roll(noise, 1, axis)
        found.append(Microstructure((noise > 0).astype(np.uint8), (2.0, 2.0, 2.0), phase_names=("donor", "acceptor")))
    return found


def share(film: Microstructure) -> float:
    return float((film.phases == 0).mean())


def answer(volumes: list[Microstructure]) -> Representativity:
    *_, found = representativity(volumes, share)
    assert isinstance(found, Representativity)
    return found


def test_a_film_of_the_size_told_measures_within_1_percent() -> None:
    found = answer(films(12, 48, 0))
    assert found.edge_needed is not None
    edge = round(found.edge_needed / 2)
    assert edge > 100, "larger than what was looked at"
    values = np.array([share(film) for film in films(60, edge, 1)])
    assert 1.96 * values.std() / 0.5 == pytest.approx(0.01, rel=0.35)
    assert [size.columns for size in found.sizes] == [48, 108]
    assert found.sizes[0].edges == (48.0, 48.0)
    ratio = found.sizes[1].variance / found.sizes[0].variance
    assert ratio == pytest.approx(9 / 4, rel=0.4), "variance falls as one over the area"


def test_one_film_tells_of_sizes_alone_and_columns_make_it_up() -> None:
    (film,) = films(1, 48, 2)
    found = answer([film])
    assert (found.interval.low, found.std, found.films_needed) == (None, None, None)
    assert found.edge_needed is not None
    parts = columns_of(film, 3)
    assert len(parts) == 9
    assert sum(part.phases.sum() for part in parts) == film.phases.sum()
    assert {part.lateral for part in parts} == {"no-flux"}


def test_a_value_that_no_film_has_is_told() -> None:
    with pytest.raises(InputError, match="None of these films"):
        list(representativity(films(2, 12, 0), lambda _: None))
