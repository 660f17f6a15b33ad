"""Agreement figures against hand calculation."""

import numpy as np
import pytest

from microdesigner.evaluation.metrics import agreement


def test_a_biased_but_straight_relation() -> None:
    target = np.array([0.1, 0.2, 0.3, 0.4])
    figures = agreement(target, target + 0.05)
    assert figures.squared_pearson == pytest.approx(1)
    assert figures.bias == pytest.approx(0.05)
    assert figures.mae == pytest.approx(0.05)
    assert figures.r2 == pytest.approx(1 - 4 * 0.05**2 / 0.05)


def test_values_that_do_not_exist_are_left_out() -> None:
    figures = agreement(np.array([0.1, 0.2, 0.3, 0.9]), np.array([0.1, 0.2, 0.3, np.nan]))
    assert figures.count == 3
    assert figures.r2 == pytest.approx(1)
