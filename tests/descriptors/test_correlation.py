"""Two-point correlation and structure factor against counting and known films."""

import itertools
import math

import numpy as np
import pytest

from microdesigner.core.microstructure import Lateral
from microdesigner.descriptors.correlation import axis_correlation, lateral_correlation, radial_correlation
from microdesigner.descriptors.structure_factor import domain_size, film_domain_size, structure_factor
from tests.descriptors.volumes import noise, stripes, volume

CUBE = (1.0, 1.0, 1.0)


def counted(
    labels: np.ndarray, one: int, other: int, periodic: bool, edges: tuple[float, float, float] = CUBE
) -> dict[float, tuple[float, float]]:
    """Pairs found and possible by squared distance, by running through all pairs of voxels."""
    shape = labels.shape
    found: dict[float, tuple[float, float]] = {}
    places = list(itertools.product(*map(range, shape)))
    for here, there in itertools.product(places, places):
        lag = [b - a for a, b in zip(here, there, strict=True)]
        if periodic:
            lag[:2] = [(step + edge // 2) % edge - edge // 2 for step, edge in zip(lag[:2], shape[:2], strict=True)]
        square = sum((step * edge) ** 2 for step, edge in zip(lag, edges, strict=True))
        hits, pairs = found.get(square, (0.0, 0.0))
        found[square] = (hits + float(labels[here] == one and labels[there] == other), pairs + 1)
    return found


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
@pytest.mark.parametrize(("one", "other"), [(0, 0), (0, 1)])
def test_radial_correlation_equals_counting_pairs(lateral: Lateral, one: int, other: int) -> None:
    labels = noise((5, 4, 6), 1)
    curve = radial_correlation(volume(labels, 2.0, lateral), one, other)
    shells: dict[int, list[float]] = {}
    for square, (hits, pairs) in counted(labels, one, other, lateral == "periodic").items():
        shell = shells.setdefault(math.ceil(math.sqrt(square) - 0.5), [0.0, 0.0, 0.0])
        shell[0] += hits
        shell[1] += pairs
        shell[2] += pairs * math.sqrt(square) * 2
    expected = [shells[shell] for shell in sorted(shells)][: len(curve.value)]
    assert curve.value == pytest.approx([hits / pairs for hits, pairs, _ in expected], abs=1e-5)
    assert curve.position == pytest.approx([way / pairs for _, pairs, way in expected], rel=1e-5)


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
@pytest.mark.parametrize("edges", [(1.0, 1.5, 3.0), (4.0, 2.0, 1.0)])
def test_radial_correlation_of_long_voxels_equals_counting_pairs(
    lateral: Lateral, edges: tuple[float, float, float]
) -> None:
    """Shells one shortest edge wide, up to half the longest edge of the film: no pair is lost, none counts twice."""
    labels = noise((4, 6, 5), 7)
    curve = radial_correlation(volume(labels, edges, lateral), 0)
    reach = max(edge * count for edge, count in zip(edges, labels.shape, strict=True)) / 2
    width, shells = min(edges), {}
    for square, (hits, pairs) in counted(labels, 0, 0, lateral == "periodic", edges).items():
        number = math.ceil(math.sqrt(square) / width - 0.5)
        found = shells.setdefault(number, np.zeros(3))
        found += hits, pairs, pairs * math.sqrt(square)
    expected = [shells[number] for number in sorted(shells) if number * width <= reach]
    assert curve.value == pytest.approx([hits / pairs for hits, pairs, _ in expected], abs=1e-5)
    assert curve.position == pytest.approx([way / pairs for _, pairs, way in expected], rel=1e-5)


@pytest.mark.parametrize("axis", ["x", "z"])
@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
def test_axis_correlation_equals_shifting(axis: str, lateral: Lateral) -> None:
    labels = noise((6, 5, 7), 2)
    curve = axis_correlation(volume(labels, (1.0, 2.0, 3.0), lateral), axis, 0)  # type: ignore[arg-type]
    inside, index = np.moveaxis(labels == 0, "xyz".index(axis), 0), "xyz".index(axis)
    for lag, value in enumerate(curve.value):
        if lateral == "periodic" and axis == "x":
            expected = (inside & np.roll(inside, lag, 0)).mean()
        else:
            expected = (inside[lag:] & inside[: len(inside) - lag]).mean()
        assert value == pytest.approx(expected, abs=1e-5)
        assert curve.position[lag] == pytest.approx(lag * (1.0, 2.0, 3.0)[index])


def test_correlation_of_stripes_is_a_triangle_wave() -> None:
    film = volume(stripes((16, 4, 4), 0, 8))
    along = axis_correlation(film, "x", 0).value
    assert along == pytest.approx([0.5, 0.375, 0.25, 0.125, 0.0, 0.125, 0.25, 0.375, 0.5], abs=1e-6)
    assert axis_correlation(film, "z", 0).value == pytest.approx(np.full(4, 0.5), abs=1e-6)
    assert axis_correlation(film, "x", 0, 1).value == pytest.approx(0.5 - along, abs=1e-6)


def test_correlation_starts_at_the_fraction_and_ends_at_its_square() -> None:
    labels = noise((32, 32, 32), 3, donors=0.3)
    fraction = (labels == 0).mean()
    for curve in (radial_correlation(volume(labels), 0), lateral_correlation(volume(labels), 0)):
        assert (curve.position[0], curve.value[0]) == (0, pytest.approx(fraction, abs=1e-6))
        assert curve.value[1:] == pytest.approx(np.full(len(curve.value) - 1, fraction**2), abs=0.01)


def test_structure_factor_of_a_column_equals_summing_cosines() -> None:
    labels = noise((1, 1, 16), 4)
    curve = structure_factor(volume(labels, 2.0, "no-flux"), 0)
    inside = (labels[0, 0] == 0) - (labels == 0).mean()
    waves = [math.sqrt(2 / 16) * sum(inside * np.cos(math.pi * n * (np.arange(16) + 0.5) / 16)) for n in range(16)]
    shells = [[2 * shell - 1, 2 * shell] for shell in range(1, 8)]  # modes lie half a shell apart
    expected = [8 * np.mean([waves[n] ** 2 for n in shell]) for shell in shells]
    assert curve.value[:7] == pytest.approx(expected, rel=1e-4, abs=1e-6)
    assert curve.position[:7] == pytest.approx([math.pi * np.mean(shell) / 32 for shell in shells])


@pytest.mark.parametrize(("axis", "lateral"), [(0, "periodic"), (0, "no-flux"), (2, "periodic")])
@pytest.mark.parametrize("edge", [1.0, 2.5])
def test_domain_size_of_stripes_is_their_period(axis: int, lateral: Lateral, edge: float) -> None:
    # the mirrors at open faces continue stripes that they cut in half
    film = volume(np.roll(stripes((32, 32, 32), axis, 16), 4, axis), edge, lateral)
    assert domain_size(film, 0) == pytest.approx(16 * edge, rel=0.06)


def test_domain_size_needs_two_phases() -> None:
    assert domain_size(volume(np.zeros((4, 4, 4))), 0) is None
    assert film_domain_size(volume(np.zeros((4, 4, 4)))) is None


def test_domain_size_of_a_film_is_that_of_either_phase_where_there_are_two() -> None:
    film = volume(np.random.default_rng(0).integers(0, 2, (16, 16, 8)))
    assert film_domain_size(film) == pytest.approx(domain_size(film, 0))
    assert film_domain_size(film) == pytest.approx(domain_size(film, 1))
