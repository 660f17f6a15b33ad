"""What marks a part of a volume: lines along its border, and all else faded."""

from dataclasses import replace
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.regions import region_mask
from microdesigner.view3d.look import WHOLE, Look, RenderJob, SliceLook
from microdesigner.view3d.marking import FADE, MARK, MOST_LINES, faded, outline, resampled
from microdesigner.view3d.picture_choice import Annotations
from microdesigner.view3d.pictures import render_picture
from microdesigner.view3d.surfaces import Shaping

SHAPE = (16, 12, 8)


def _mask(*regions: str, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    return np.logical_or.reduce([np.broadcast_to(region_mask(region, shape), shape) for region in regions])


@pytest.mark.parametrize(
    ("region", "low", "high"),
    [
        ("x=0:8", (0, 0, 0), (8, 12, 8)),
        ("outside x=0:4", (0, 0, 0), (4, 12, 8)),  # the smaller side shows the same border
        ("x=2:5 y=3:4 z=1:8", (2, 3, 1), (5, 4, 8)),
        ("z=5", (0, 0, 5), (16, 12, 6)),
    ],
)
def test_a_box_has_its_twelve_edges(region: str, low: tuple[int, int, int], high: tuple[int, int, int]) -> None:
    segments = outline(_mask(region))
    assert len(segments) == 12
    points = segments.reshape(-1, 3)
    np.testing.assert_array_equal(points.min(axis=0), low)
    np.testing.assert_array_equal(points.max(axis=0), high)
    assert all((np.isin(points[:, axis], (low[axis], high[axis]))).all() for axis in range(3))
    lengths = np.sort(np.abs(segments[:, 1] - segments[:, 0]).sum(axis=1))
    np.testing.assert_array_equal(lengths, np.sort(np.repeat(np.subtract(high, low), 4)))


def test_two_layers_have_the_edges_of_both() -> None:
    segments = outline(_mask("x=3", "x=9"))
    assert len(segments) == 24
    assert set(segments.reshape(-1, 3)[:, 0]) == {3, 4, 9, 10}


def test_an_l_has_its_inner_edge() -> None:
    mask = _mask("x=0:4 y=0:8 z=0:2", "x=0:8 y=0:4 z=0:2")
    segments = outline(mask)
    inner = np.array([[4, 4, 0], [4, 4, 2]])
    assert len(segments) == 18
    assert any((segment == inner).all() for segment in segments)


def test_a_sphere_is_three_circles() -> None:
    segments = outline(_mask("sphere=32,32,16,12", shape=(64, 64, 32)))
    points = segments.reshape(-1, 3)
    assert 0 < len(segments) < MOST_LINES
    np.testing.assert_allclose(np.linalg.norm(points - [32.5, 32.5, 16.5], axis=1), 12.2, atol=1.3)
    for axis in range(3):  # each circle lies in a middle plane
        assert (points[:, axis] == [32.5, 32.5, 16.5][axis]).sum() > 20


def test_nothing_and_everything_have_no_inner_border() -> None:
    assert len(outline(np.zeros(SHAPE, bool))) == 0
    assert len(outline(np.ones(SHAPE, bool))) == 0


def test_what_is_not_marked_comes_near_the_background() -> None:
    pixels = np.full((8, 4, 4), 200, np.uint8)
    marked = np.zeros((4, 2), bool)
    marked[:2] = True
    result = faded(pixels, marked, (0.0, 0.5, 1.0))
    np.testing.assert_array_equal(result[:4], pixels[:4])
    expected = (1 - FADE) * 200 + FADE * 255 * np.array([0.0, 0.5, 1.0])
    np.testing.assert_allclose(result[4:, :, :3], np.broadcast_to(expected, (4, 4, 3)), atol=1)
    assert (result[..., 3] == 200).all()


def test_a_coarse_volume_is_marked_at_the_same_places() -> None:
    np.testing.assert_array_equal(resampled(_mask("x=0:8"), (8, 6, 4)), _mask("x=0:4", shape=(8, 6, 4)))


@pytest.mark.parametrize("slices", [(), (SliceLook(2, (4, 4, 4), (16, 12, 8), WHOLE, WHOLE),)])
def test_a_picture_marks_what_is_kept_where_that_is_asked_for(tmp_path: Path, slices: tuple[SliceLook, ...]) -> None:
    """Lines in the views; a slice beside them, here alone, fades where nothing is kept."""
    volume = Microstructure(np.zeros(SHAPE, np.uint8), (1.0, 1.0, 1.0), phase_names=("donor", "acceptor"))
    views = None if slices else WHOLE
    job = RenderJob(volume, Look(Shaping(smooth=False)), (400, 300), views=views, slices=slices, marked=_mask("x=0:8"))

    def pixels(kept: bool) -> np.ndarray:
        annotations = Annotations(titles=False, scale_bar=False, directions=False, crosshair=False, kept=kept)
        for _ in render_picture(replace(job, annotations=annotations), tmp_path / "a.png"):
            pass
        return np.asarray(iio.imread(tmp_path / "a.png")).astype(int)

    plain, marked = pixels(False), pixels(True)
    if slices:
        other = (plain != marked).any(axis=2)
        assert not other[:, :190].any(), "kept"
        assert other[100:200, 210:390].all(), "new"
    else:
        orange = (np.abs(marked - np.round(255 * np.array(MARK))) < 40).all(axis=2)
        assert orange.sum() > 100
        assert not (np.abs(plain - np.round(255 * np.array(MARK))) < 40).all(axis=2).any()
