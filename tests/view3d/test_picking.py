"""What lies under the pointer, against volumes whose answer is known."""

import numpy as np
import pytest

from microdesigner.core.microstructure import Microstructure
from microdesigner.view3d.look import Look
from microdesigner.view3d.picking import Ray
from microdesigner.view3d.picking import pick as pick_hit
from microdesigner.view3d.surfaces import Geometry, Shaping, build_geometry

BOTH = Look(visible=(True, True), opacity=(1.0, 1.0))
DOWN = Ray((5.0, 3.0, 100.0), (0.0, 0.0, -2.0))


def _geometry(shaping: Shaping | None = None) -> Geometry:
    """10×8×6 voxels of 1×1×3 nm: the lower half donor, the upper acceptor."""
    labels = np.zeros((10, 8, 6), np.uint8)
    labels[..., 3:] = 1
    return build_geometry(Microstructure(labels, (1.0, 1.0, 3.0), phase_names=("donor", "acceptor")), shaping)


def pick(geometry: Geometry, look: Look, view: int, ray: Ray) -> tuple[float, float, float] | None:
    """The point that is hit, its voxel checked beside: it holds the point, on its face or inside."""
    hit = pick_hit(geometry, look, view, ray)
    if hit is None:
        return None
    for place, voxel, edge in zip(hit.point, hit.voxel, geometry.microstructure.spacing, strict=True):
        assert voxel - 1e-9 <= place / edge <= voxel + 1 + 1e-9
    return hit.point


def test_the_first_voxel_that_a_view_draws_is_hit_on_its_face() -> None:
    geometry = _geometry()
    assert pick(geometry, BOTH, 0, DOWN) == pytest.approx((5, 3, 18))
    assert pick(geometry, BOTH, 1, DOWN) == pytest.approx((5, 3, 9)), "the view of the donor has no acceptor"
    hidden = Look(visible=(True, False), opacity=(1.0, 1.0))
    assert pick(geometry, hidden, 0, DOWN) == pytest.approx((5, 3, 9))
    assert pick(geometry, hidden, 2, DOWN) is None


def test_a_slanting_ray_meets_the_side_it_comes_from() -> None:
    assert pick(_geometry(), BOTH, 0, Ray((-3.0, 4.0, 1.0), (1.0, 0.0, 1.0))) == pytest.approx((0, 4, 4))
    assert pick(_geometry(), BOTH, 0, Ray((-3.0, 4.0, 1.0), (-1.0, 0.0, 1.0))) is None
    assert pick(_geometry(), BOTH, 0, Ray((-3.0, 40.0, 1.0), (1.0, 0.0, 0.0))) is None


def test_what_is_clipped_away_is_looked_through() -> None:
    clipped = _geometry(Shaping(clip=((0.5, 1.0), (0.0, 1.0), (0.0, 0.5))))
    assert pick(clipped, BOTH, 0, Ray((6.5, 3.0, 100.0), (0.0, 0.0, -1.0))) == pytest.approx((6.5, 3, 9))
    assert pick(clipped, BOTH, 0, Ray((2.5, 3.0, 100.0), (0.0, 0.0, -1.0))) is None


def test_the_voxel_that_is_hit_lies_behind_its_face_and_counts_in_the_whole_volume() -> None:
    hit = pick_hit(_geometry(), BOTH, 0, Ray((5.5, 3.5, 100.0), (0.0, 0.0, -1.0)))
    assert hit is not None
    assert hit.voxel == (5, 3, 5)
    clipped = _geometry(Shaping(clip=((0.5, 1.0), (0.0, 1.0), (0.0, 0.5))))
    hit = pick_hit(clipped, BOTH, 0, Ray((-9.0, 3.5, 4.0), (1.0, 0.0, 0.0)))
    assert hit is not None
    assert hit.voxel == (5, 3, 1)


def test_slices_are_hit_in_the_middle_of_their_layer() -> None:
    sliced = Look(visible=(True, True), opacity=(1.0, 1.0), slices=True, slice_positions=(0.5, 0.5, 0.5))
    assert pick(_geometry(), sliced, 0, DOWN) == pytest.approx((5, 3, 10.5))
    without = Look(visible=(True, False), opacity=(1.0, 1.0), slices=True)
    assert pick(_geometry(), without, 0, DOWN) is None, "a hidden phase is a hole in the slice"
