"""The cloud behind the recipe's points."""

import numpy as np
import pytest

from microdesigner.gui.main_window import MainWindow
from microdesigner.gui.results.recipe import BINS, density
from tests.gui.conftest import generate


def test_the_density_peaks_where_the_points_are_and_fades_out() -> None:
    random = np.random.default_rng(0)
    cloud = density(random.normal(3, 0.1, 4000), random.normal(-1, 2, 4000))
    assert cloud is not None
    left, bottom, width, height = cloud.place
    column, row = np.unravel_index(cloud.values.argmax(), cloud.values.shape)
    assert left + width * (column + 0.5) / BINS == pytest.approx(3, abs=0.08)
    assert bottom + height * (row + 0.5) / BINS == pytest.approx(-1, abs=1.5)
    edges = (cloud.values[0], cloud.values[-1], cloud.values[:, 0], cloud.values[:, -1])
    assert max(edge.max() for edge in edges) < 0.02


@pytest.mark.parametrize("x", [[], [1.0], [1.0, 1.0]])
def test_points_without_spread_have_no_density(x: list[float]) -> None:
    assert density(np.array(x), np.arange(len(x), dtype=float)) is None


def test_the_recipe_shows_points_on_their_density(window: MainWindow) -> None:
    generate(window)
    recipe = window.results_panel.recipe
    assert recipe._cloud.isVisible()
    assert recipe._cloud.boundingRect().width() == BINS
    assert len(recipe._points.getData()[0]) == 200
