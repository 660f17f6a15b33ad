"""Larger films: a repeated pattern is found, and none is seen where there is none."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.core.microstructure import Microstructure
from microdesigner.evaluation.larger import larger_film

PERIOD = (32, 32, 16)


def film(repeated: bool) -> Microstructure:
    size = PERIOD if repeated else tuple(2 * edge for edge in PERIOD)
    field = gaussian_filter(np.random.default_rng(0).normal(size=size), 2, mode="wrap")
    phases = (field > 0).astype(np.uint8)
    return Microstructure(np.tile(phases, (2, 2, 2)) if repeated else phases, phase_names=("donor", "acceptor"))


def test_repetition_is_found() -> None:
    assert larger_film(film(repeated=True), PERIOD)["donor"]["repetition"] == pytest.approx(1, abs=1e-4)


def test_independent_parts_correlate_by_chance_alone() -> None:
    report = larger_film(film(repeated=False), PERIOD)["donor"]
    assert abs(report["repetition"]) < 4 * report["chance"]
    assert report["tiles"][0] < report["fraction"] < report["tiles"][1]
