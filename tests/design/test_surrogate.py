"""What the surrogate learns from films, and what it would make next."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from microdesigner.design.goals import Goal
from microdesigner.design.surrogate import expected_improvement, latent_coordinates
from microdesigner.design.trials import Trial

Table = NDArray[np.float64]
GRID = np.linspace(0, 1, 41)[:, None]


def films(points: Table, latents: Table, **values: Table) -> list[Trial]:
    rows = [dict(zip(values, map(float, row), strict=True)) for row in np.stack([*values.values()], axis=1)]
    return [Trial(number, {}, row, {}, latents[number]) for number, row in enumerate(rows)]


def scores(points: Table, trials: list[Trial], goals: tuple[Goal, ...], candidates: Table) -> Table:
    known = np.hstack([points, latent_coordinates([trial.latent for trial in trials]), np.zeros((len(points), 1))])
    own = np.zeros((len(candidates), len(trials) + 1))
    own[:, -1] = 1
    return expected_improvement(known, trials, goals, np.hstack([candidates, own]), points.shape[1], 0)


def test_scalar_products_of_coordinates_are_those_of_the_latents() -> None:
    latents = np.random.default_rng(0).standard_normal((7, 500))
    centred = latents - latents.mean(axis=0)
    coordinates = latent_coordinates(list(latents))
    assert coordinates.shape == (7, 7)
    expected = centred @ centred.T / (centred**2).sum(axis=1).mean()
    assert coordinates @ coordinates.T == pytest.approx(expected, abs=1e-9)


def test_the_next_film_is_made_where_more_is_to_be_expected() -> None:
    """Of a hump at .7, of which films show the flanks; below the bound on b = x it is sought at the bound."""
    points = np.array([0.0, 0.15, 0.3, 0.5, 0.9, 1.0])[:, None]
    latents = np.random.default_rng(1).standard_normal((len(points), 300))
    hump = -((points[:, 0] - 0.7) ** 2)
    trials = films(points, latents, a=hump, b=points[:, 0])
    free = (Goal("a", "maximise"),)
    assert GRID[scores(points, trials, free, GRID).argmax(), 0] == pytest.approx(0.7, abs=0.1)
    bounded = (*free, Goal("b", "at most", 0.45))
    assert 0.35 <= GRID[scores(points, trials, bounded, GRID).argmax(), 0] <= 0.45
    downhill = (Goal("b", "minimise"), Goal("a", "at least", -0.3))
    assert 0.05 <= GRID[scores(points, trials, downhill, GRID).argmax(), 0] < 0.3


def test_of_two_objectives_gaps_of_the_front_are_filled() -> None:
    points = np.array([0.0, 0.1, 0.2, 0.8, 0.9, 1.0])[:, None]
    latents = np.random.default_rng(1).standard_normal((len(points), 300))
    trials = films(points, latents, a=points[:, 0], b=np.sqrt(1 - points[:, 0] ** 2))
    found = scores(points, trials, (Goal("a", "maximise"), Goal("b", "maximise")), GRID)
    assert 0.3 <= GRID[found.argmax(), 0] <= 0.7


def test_what_made_a_film_good_is_hoped_for_in_its_variations() -> None:
    """Films of the same targets differ by their latents alone: one direction of theirs decides."""
    random = np.random.default_rng(2)
    latents = random.standard_normal((12, 300))
    latents[:, 0] *= 20
    points = random.random((12, 1))
    trials = films(points, latents, a=latents[:, 0])
    coordinates = latent_coordinates(list(latents))
    best, worst = int(latents[:, 0].argmax()), int(latents[:, 0].argmin())
    kin = np.hstack([np.full((2, 1), 0.5), 0.9 * coordinates[[best, worst]], np.full((2, 1), np.sqrt(1 - 0.81))])
    known = np.hstack([points, coordinates, np.zeros((12, 1))])
    of_best, of_worst = expected_improvement(known, trials, (Goal("a", "maximise"),), kin, 1, 0)
    assert of_best > of_worst + 1


def test_a_value_that_does_not_exist_counts_as_worse_than_all() -> None:
    points = np.linspace(0, 1, 6)[:, None]
    latents = np.random.default_rng(1).standard_normal((len(points), 300))
    trials = films(points, latents, a=np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]))
    gone = Trial(5, {}, {"a": None}, {}, latents[5])
    found = scores(points, [*trials[:5], gone], (Goal("a", "maximise"),), GRID)
    assert 0.6 <= GRID[found.argmax(), 0] < 0.95


def test_nothing_is_compiled_on_the_users_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """BoTorch would build a kernel of its own for two objectives."""
    from botorch.acquisition.multi_objective import logei

    compiler = SimpleNamespace(load=lambda **_: pytest.fail("a compiler was asked for"))
    monkeypatch.setitem(sys.modules, "torch.utils.cpp_extension", compiler)  # type: ignore[arg-type]
    monkeypatch.setattr(logei, "_load_attempted", False)
    test_of_two_objectives_gaps_of_the_front_are_filled()
    assert logei._C is None
