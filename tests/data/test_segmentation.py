"""Segmentation: Otsu's limits maximise the variance between classes, fractions are met, the preview is what comes."""

from pathlib import Path

import numpy as np
import pytest

from microdesigner.core.errors import InputError
from microdesigner.data.importing import ImportPlan, Segmentation, find_volumes, segmentation_preview
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
    coarse = np.repeat([1, 2, 3], [10, 60, 30])
    assert (banded(coarse, limits(coarse, Segmentation("fraction", 2, (0.3,)))) == 0).sum() == 10


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


def test_of_three_bands_the_middle_one_is_mixed(tmp_path: Path) -> None:
    np.save(tmp_path / "film.npy", np.broadcast_to(np.repeat([0, 9, 20], 4), (4, 4, 12)) + np.zeros(12))
    plan = ImportPlan((str(tmp_path),), segmentation=Segmentation("threshold", 3, (5.0, 15.0)))
    preview = segmentation_preview(find_volumes((str(tmp_path),)).volumes[0], plan, 5)
    assert (preview.phases == 2).all()
    assert preview.fractions == pytest.approx({"donor": 1 / 3, "acceptor": 1 / 3, "mixed": 1 / 3})


def test_the_preview_shows_what_the_import_will_store(tmp_path: Path) -> None:
    grey = RANDOM.integers(0, 256, (12, 10, 8)).astype(np.uint8)
    np.save(tmp_path / "film.npy", grey)
    source = find_volumes((str(tmp_path),)).volumes[0]
    plan = ImportPlan(
        (str(tmp_path),), cathode="z+", segmentation=Segmentation("threshold", 2, (99.0,)), mapping=((0, 1), (1, 0))
    )
    preview = segmentation_preview(source, plan, 2)
    np.testing.assert_array_equal(preview.grey, grey[:, :, 5])
    np.testing.assert_array_equal(preview.phases, np.where(grey[:, :, 5] > 99, 0, 1))
    assert preview.counts.sum() == grey.size
    assert len(preview.edges) == len(preview.counts) + 1
    assert preview.limits == (99.0,)
    assert preview.layers == 8
    assert preview.fractions["donor"] == pytest.approx((grey > 99).mean())
