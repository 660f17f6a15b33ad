"""Segmentation: Otsu's limits maximise the variance between classes, fractions are met, the preview is what comes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.data.importing import ImportPlan, Segmentation, find_volumes
from microdesigner.data.importing.film import film_plan, load_film
from microdesigner.io import write
from microdesigner.io.segmentation import banded, limits, otsu_limits

RANDOM = np.random.default_rng(0)
TWO_PEAKS = np.concatenate([RANDOM.normal(60, 12, 4000), RANDOM.normal(170, 15, 2000)]).clip(0, 255).astype(np.uint8)
THREE_PEAKS = np.concatenate([RANDOM.normal(centre, 8, 3000) for centre in (40, 120, 210)]).clip(0, 255)


def between(values: np.ndarray, cuts: tuple[float, ...]) -> float:
    bands = banded(values, cuts)
    parts = [values[bands == band].astype(float) for band in range(len(cuts) + 1)]
    return sum(len(part) * (part.mean() - values.mean()) ** 2 for part in parts if len(part))


def test_otsu_finds_the_best_limit_of_all() -> None:
    best = max(range(int(TWO_PEAKS.min()), int(TWO_PEAKS.max())), key=lambda limit: between(TWO_PEAKS, (limit,)))
    assert between(TWO_PEAKS, otsu_limits(TWO_PEAKS, 2)) == pytest.approx(between(TWO_PEAKS, (best,)))


def test_otsu_tells_three_peaks_apart() -> None:
    first, second = otsu_limits(THREE_PEAKS, 3)
    assert 60 < first < 100 < 150 < second < 185


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.float32])
def test_the_kind_of_number_does_not_matter(kind: type) -> None:
    np.testing.assert_array_equal(
        banded(TWO_PEAKS.astype(kind), otsu_limits(TWO_PEAKS.astype(kind), 2)) > 0, TWO_PEAKS > 115
    )


def test_fractions_are_met_as_well_as_equal_values_allow() -> None:
    values = RANDOM.random(10_000)
    shares = np.bincount(banded(values, limits(values, Segmentation("fraction", 3, (0.3, 0.2))))) / values.size
    np.testing.assert_allclose(shares, (0.3, 0.2, 0.5), atol=1e-4)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int16, np.uint16, np.int64, np.float32])
def test_equal_values_stay_together_whatever_their_kind(kind: type) -> None:
    coarse = (np.repeat([1, 2, 3], [10, 60, 30]) - (0 if kind in (np.uint8, np.uint16) else 2)).astype(kind)
    for share, darker in ((0.05, 10), (0.3, 10), (0.45, 70), (0.7, 70), (0.75, 70)):
        found = limits(RANDOM.permutation(coarse), Segmentation("fraction", 2, (share,)))
        assert (banded(coarse, found) == 0).sum() == darker, share


@pytest.mark.parametrize(
    "values",
    [np.full(10, 7), np.array([1.0, np.nan])],
)
def test_what_cannot_be_told_apart_is_said(values: np.ndarray) -> None:
    with pytest.raises(InputError):
        limits(values, Segmentation("otsu"))


@pytest.mark.parametrize(
    "wrong", [("threshold", 2, ()), ("threshold", 3, (5.0, 5.0)), ("fraction", 2, (1.2,)), ("otsu", 2, (5.0,))]
)
def test_values_that_do_not_suit_are_refused(wrong: tuple[str, int, tuple[float, ...]]) -> None:
    with pytest.raises(InputError):
        Segmentation(*wrong)  # type: ignore[arg-type]


def film_of(folder: Path, **answers: Any) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The film of the only volume in a folder, and the names of its phases."""
    plan = ImportPlan((str(folder),), voxel_nm=(1.0, 1.0, 1.0), **{"cathode": "z-", **answers})
    found = find_volumes(plan.sources)
    film = film_plan(plan, found)
    return load_film(found.volumes[0], film), film.phase_names


def test_of_three_bands_the_middle_one_is_mixed(tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", np.broadcast_to(np.repeat([0, 9, 20], 4), (4, 4, 12)) + np.zeros(12))
    phases, names = film_of(tmp_path, segmentation=Segmentation("threshold", 3, (5.0, 15.0)))
    np.testing.assert_array_equal(phases[0, 0], np.repeat([0, 2, 1], 4))
    assert names == ("donor", "acceptor", "mixed")


def test_a_film_is_segmented_mapped_and_turned_as_was_answered(tmp_path: Path) -> None:
    grey = RANDOM.integers(0, 256, (12, 10, 8)).astype(np.uint8)
    np.save(tmp_path / "film.npy", grey)
    how = Segmentation("threshold", 2, (99.0,))
    phases, _ = film_of(tmp_path, cathode="z+", segmentation=how, mapping=((0, 1), (1, 0)))
    np.testing.assert_array_equal(phases, np.where(grey[:, :, ::-1] > 99, 0, 1))


def test_phases_have_the_names_of_the_file_or_the_users(tmp_path: Path) -> None:
    labels = RANDOM.integers(0, 2, (6, 5, 4)).astype(np.uint8)
    write(Microstructure(labels, phase_names=("P3HT", "PCBM")), tmp_path / "film.vti")
    assert film_of(tmp_path)[1] == ("P3HT", "PCBM")
    assert film_of(tmp_path, names=((1, "Y6"),))[1] == ("P3HT", "Y6")
    (tmp_path / "film.vti").unlink()
    np.save(tmp_path / "film.npy", labels)
    assert film_of(tmp_path)[1] == ("donor", "acceptor")
