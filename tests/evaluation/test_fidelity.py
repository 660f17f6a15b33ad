"""Fidelity: films like the held-out ones score like the floor, others do not, copies are found."""

from collections.abc import Iterator

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.core.microstructure import Microstructure
from microdesigner.evaluation.fidelity import JOINT, Films, distribution, films, morphology


def blobs(first_seed: int, width: float, count: int = 12) -> Iterator[Microstructure]:
    for seed in range(first_seed, first_seed + count):
        random = np.random.default_rng(seed)
        field = gaussian_filter(random.normal(size=(24, 24, 16)), width, mode=("wrap", "wrap", "nearest"))
        share = 0.35 + 0.3 * (seed % 100) / count  # the same fractions in every group
        yield Microstructure((field > np.quantile(field, share)).astype(np.uint8), phase_names=("donor", "acceptor"))


@pytest.fixture(scope="module")
def truth() -> tuple[Films, Films]:
    return films(blobs(0, 1.5)), films(blobs(100, 1.5))


def test_more_of_the_same_is_at_the_floor_and_finer_blobs_are_not(truth: tuple[Films, Films]) -> None:
    held_out, training = truth
    same = morphology(films(blobs(200, 1.5)), held_out, [training])
    finer = morphology(films(blobs(200, 0.8)), held_out, [training])
    assert same["S2, donor"]["error"] < 0.5 * finer["S2, donor"]["error"]
    surface = "specific_surface_isotropic_DA"
    assert finer[surface]["ratio"] > 5
    assert same[surface]["error"] < 0.3 * finer[surface]["error"]


def test_the_floor_is_the_mean_over_the_draws_of_training_films(truth: tuple[Films, Films]) -> None:
    held_out, training = truth
    both, one = (morphology(held_out, held_out, draws) for draws in ([training, held_out], [training]))
    for name, figures in both.items():
        assert figures["floor"] == pytest.approx((one[name]["floor"] or 0) / 2, abs=1e-6)


def test_distances_of_distributions(truth: tuple[Films, Films]) -> None:
    held_out, training = truth
    off = Films(held_out.profiles, held_out.descriptors + 0.3)
    apart = distribution(off, held_out, [training])
    assert apart["wasserstein"]["generated"]["ABS_f_D"] == pytest.approx(
        0.3 / held_out.descriptors[:, 0].std(), rel=1e-3
    )
    assert apart["mmd"]["generated"] > apart["mmd"]["floor"]
    assert apart["manifold"]["generated"]["coverage"] < apart["manifold"]["floor"]["coverage"]


def test_copies_of_training_films_are_found(truth: tuple[Films, Films]) -> None:
    held_out, training = truth
    assert distribution(training, held_out, [training])["novelty"]["duplicates"] == 1
    assert distribution(held_out, held_out, [training])["novelty"]["duplicates"] == 0


def test_descriptors_that_no_film_has_are_left_out(truth: tuple[Films, Films]) -> None:
    held_out, training = (Films(group.profiles, group.descriptors.copy()) for group in truth)
    for group in (held_out, training):
        group.descriptors[:, JOINT.index("CT_f_e_conn")] = np.nan
    report = distribution(training, held_out, [training])
    assert "CT_f_e_conn" not in report["wasserstein"]["generated"]
    assert report["manifold"]["generated"] == report["manifold"]["floor"]
