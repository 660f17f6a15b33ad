"""Larger films: a repeated pattern is found, and none is seen where there is none."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.core.microstructure import Microstructure
from microdesigner.evaluation.large_volume import large_volume_figures

PERIOD = (32, 32, 16)


def film(times: int, seed: int = 0, width: float = 2) -> Microstructure:
    size = tuple(times * edge for edge in PERIOD)
    field = gaussian_filter(np.random.default_rng(seed).normal(size=size), width, mode="wrap")
    return Microstructure((field > np.median(field)).astype(np.uint8), phase_names=("donor", "acceptor"))


STANDARD = [film(1, seed) for seed in range(6)]


def test_repetition_is_found() -> None:
    repeated = Microstructure(np.tile(film(1).phases, (2, 2, 2)), phase_names=("donor", "acceptor"))
    assert large_volume_figures(repeated, STANDARD)["donor"]["repetition"] == pytest.approx(1, abs=1e-4)


def test_independent_parts_correlate_by_chance_alone() -> None:
    report = large_volume_figures(film(2, seed=9), STANDARD)["donor"]
    assert abs(report["repetition"]) < 4 * report["chance"]
    assert report["tiles"][0] < report["fraction"] < report["tiles"][1]


def test_statistics_are_compared_with_films_of_the_standard_size() -> None:
    alike, coarser = (large_volume_figures(film(2, seed=9, width=width), STANDARD)["donor"] for width in (2, 4))
    assert alike["S2"] < 2 * alike["S2 floor"]
    assert coarser["S2"] > 2 * coarser["S2 floor"]
