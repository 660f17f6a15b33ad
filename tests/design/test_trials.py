"""Which films of a study are best, and by how much."""

import numpy as np
import pytest

from microdesigner.design.goals import Goal
from microdesigner.design.trials import Trial, front, gain, nearest

GOALS = (Goal("a", "maximise"), Goal("b", "minimise"), Goal("c", "at most", 1.0))


def trials(*rows: tuple[float | None, ...]) -> list[Trial]:
    return [Trial(number, {}, dict(zip("abc", row, strict=True)), {}, np.empty(0)) for number, row in enumerate(rows)]


def test_the_front_holds_what_nothing_allowed_surpasses() -> None:
    films = trials((1, 1, 0), (2, 2, 0), (2, 3, 0), (0, 1, 0), (9, 0, 1.5), (9, 0, None), (1, 1, 1))
    assert [film.number for film in front(films, GOALS)] == [1, 0, 6], "equals stand side by side"
    assert front(films[4:6], GOALS) == []


def test_nearest_is_what_misses_the_bounds_least() -> None:
    films = trials((9, 0, 1.5), (1, 1, 1.2), (9, 0, None))
    assert (closest := nearest(films, GOALS)) is not None
    assert closest.number == 1
    assert nearest(films[2:], GOALS) is None


def test_gain_is_the_volume_that_random_points_find_dominated() -> None:
    random = np.random.default_rng(3)
    goals = tuple(Goal(name, "maximise") for name in "abc")
    points = random.random((9, 3))
    films = [
        Trial(number, {}, dict(zip("abc", map(float, point), strict=True)), {}, np.empty(0))
        for number, point in enumerate(points)
    ]
    thrown = random.random((200_000, 3))
    share = (thrown[:, None] <= points).all(-1).any(1).mean()
    assert gain(films, goals, np.zeros(3)) == pytest.approx(share, abs=0.004)
    assert gain(films, goals, np.ones(3)) == 0.0
