"""Curvature, interphase, isolated voxels, tilt and grid trace of bodies whose values are known."""

import math

import numpy as np
import pytest

from microdesigner.core.descriptor_spec import SPECS
from microdesigner.core.microstructure import Lateral, Microstructure
from microdesigner.descriptors import describe
from microdesigner.descriptors.curvature import InterfaceCurvature, interface_curvature, weighted_quantiles
from microdesigner.descriptors.grid_trace import grid_trace
from microdesigner.descriptors.interface import isolated_voxels
from microdesigner.descriptors.interphase import interphase_thickness, local_thickness
from microdesigner.descriptors.phase_bits import pack_phases
from microdesigner.descriptors.profile import composition_tilt
from tests.descriptors.test_properties import blobs
from tests.descriptors.volumes import ball, noise, stripes, volume


def curvature(film: Microstructure, label: int = 0) -> InterfaceCurvature:
    found = interface_curvature(film, label)
    assert found is not None
    return found


@pytest.mark.parametrize("radius", [8.0, 12.0])
def test_a_ball_has_the_curvature_of_its_radius(radius: float) -> None:
    points = curvature(volume(ball(40, radius), 2.0))
    figures = points.statistics()
    assert figures["mean_curvature"] == pytest.approx(1 / (2 * radius), rel=0.08)
    assert figures["gaussian_curvature"] == pytest.approx(1 / (2 * radius) ** 2, rel=0.16)
    assert points.area.sum() == pytest.approx(4 * math.pi * (2 * radius) ** 2, rel=0.07)


def test_the_other_phase_sees_the_same_interface_from_the_other_side() -> None:
    film = volume(blobs((24, 20, 16), 2, 3))
    here, there = curvature(film, 0), curvature(film, 1)
    assert there.mean == pytest.approx(-here.mean, abs=1e-9)
    assert there.gaussian == pytest.approx(here.gaussian, abs=1e-9)


@pytest.mark.parametrize("axis", range(3))
def test_a_cylinder_is_curved_one_way_only(axis: int) -> None:
    grid = np.moveaxis(np.indices((32, 32, 12)) - np.array([15.5, 15.5, 0]).reshape(3, 1, 1, 1), 0, -1)
    labels = np.moveaxis((grid[..., 0] ** 2 + grid[..., 1] ** 2 > 10**2).astype(np.uint8), 2, axis)
    figures = curvature(volume(labels)).statistics()
    assert figures["mean_curvature"] == pytest.approx(1 / 20, rel=0.06)
    assert figures["gaussian_curvature_q05"] == pytest.approx(0, abs=1e-9)
    assert figures["gaussian_curvature_q95"] == pytest.approx(0, abs=1e-9)


def test_flat_layers_are_flat_also_where_voxels_are_not_cubes() -> None:
    points = curvature(volume(stripes((8, 8, 96), 2, 48), (1.0, 2.0, 0.5)))
    assert np.abs(points.mean).max() < 1e-9
    assert points.area.sum() == pytest.approx(3 * 8 * 16)
    assert points.statistics()["mean_curvature_std"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("edge", [(1.0, 1.0, 1.0), (0.5, 0.5, 1.0)])
def test_total_curvature_of_a_gyroid_is_that_of_its_topology(edge: tuple[float, float, float]) -> None:
    """Gauss and Bonnet: ∫ K dA = 2π χ, and the gyroid has χ = -8 per cubic cell and 3.091 cell edges² of area."""
    shape = [round(48 / length) for length in edge]
    x, y, z = (2 * math.pi * (index + 0.5) / n for index, n in zip(np.indices(shape), shape, strict=True))
    gyroid = np.sin(x) * np.cos(y) + np.sin(y) * np.cos(z) + np.sin(z) * np.cos(x)
    points = curvature(volume(gyroid > 0, edge))
    assert points.area.sum() == pytest.approx(3.091 * 48**2, rel=0.02)
    assert (points.gaussian * points.area).sum() == pytest.approx(2 * math.pi * -8, rel=0.12)
    assert points.statistics()["mean_curvature"] == pytest.approx(0, abs=2e-3)


def test_spread_of_curvature_tells_a_rough_interface_from_a_smooth_one() -> None:
    smooth = (np.indices((48, 48, 8))[0] // 24).astype(np.uint8)
    rough = smooth.copy()
    bumps = np.random.default_rng(0).random((48, 48, 8)) < 0.5
    for row in (0, 23, 24, 47):
        rough[row] = np.where(bumps[row], 1 - rough[row], rough[row])
    spread = [curvature(volume(labels)).statistics()["mean_curvature_std"] for labels in (smooth, rough)]
    assert spread[0] < 1e-9 < 0.02 < spread[1]


def test_curvature_wraps_only_where_the_film_does() -> None:
    shifted = np.roll(ball(24, 8.0), 12, axis=(0, 1))
    here = curvature(volume(ball(24, 8.0))).statistics()
    assert curvature(volume(shifted)).statistics() == pytest.approx(here, rel=1e-9)
    corner = curvature(volume(shifted, lateral="no-flux"))
    assert corner.statistics()["mean_curvature"] == pytest.approx(here["mean_curvature"], rel=1e-6)  # mirror images


def test_no_interface_no_curvature() -> None:
    assert interface_curvature(volume(np.zeros((8, 8, 8))), 0) is None
    assert interface_curvature(volume(np.indices((8, 8, 8)).sum(0) % 2), 0) is None


def test_quantiles_count_by_weight() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0])
    assert weighted_quantiles(values, weights, (0.0, 0.5, 1.0)) == (1.0, 2.0, 3.0)
    assert weighted_quantiles(values, np.array([8.0, 1.0, 1.0]), (0.5,))[0] > 2.5


def shell(edge: int, inner: float, outer: float) -> np.ndarray:
    """A donor ball in a mixed shell in acceptor."""
    radius = np.sqrt((((np.indices((edge,) * 3)) - (edge - 1) / 2) ** 2).sum(0))
    return np.digitize(radius, [inner, outer]).astype(np.uint8).choose(np.array([0, 2, 1], np.uint8))


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
def test_interphase_of_a_shell_has_its_thickness(lateral: Lateral) -> None:
    thickness = interphase_thickness(Microstructure(shell(40, 8.0, 13.0), (1.5, 1.5, 1.5), lateral))
    assert thickness is not None
    assert thickness.mean == pytest.approx(7.5, abs=0.5)  # a third of a voxel thin where it is oblique
    assert thickness.std < 0.1 * thickness.mean
    assert 0.9 * thickness.mean < thickness.q05 < thickness.mean


def test_thin_places_weigh_by_their_area() -> None:
    labels = np.zeros((48, 4, 20), np.uint8)
    labels[..., 12:] = 1
    labels[..., 10:12] = 2  # two voxels thick over half of the area
    labels[:24, :, 6:12] = 2  # six over the other half
    thickness = interphase_thickness(Microstructure(labels, lateral="no-flux"))
    assert thickness is not None
    assert thickness.mean == pytest.approx(4, abs=0.2)
    assert thickness.q05 == pytest.approx(2)


def test_interphase_is_measured_across_periodic_sides_only() -> None:
    labels = np.ones((24, 4, 4), np.uint8)
    labels[22:] = labels[:4] = 2
    labels[12:22] = 0
    periodic, open_sides = (local_thickness(Microstructure(labels, lateral=side)) for side in ("periodic", "no-flux"))
    assert periodic is not None
    assert open_sides is not None
    assert np.unique(periodic).tolist() == [6]
    assert open_sides.max() > 6


@pytest.mark.parametrize("missing", range(3))
def test_no_interphase_where_a_phase_is_absent(missing: int) -> None:
    labels = np.array([0, 1, 2], np.uint8)[np.arange(27) % 3].reshape(3, 3, 3)
    labels[labels == missing] = (missing + 1) % 3
    assert interphase_thickness(Microstructure(labels)) is None
    assert "absent" in describe(Microstructure(labels), "full").reasons["interphase_thickness_std"]


def slow_isolated(labels: np.ndarray, periodic: bool) -> int:
    count = 0
    for place in np.ndindex(labels.shape):
        alike = False
        for axis in range(3):
            for step in (-1, 1):
                other = list(place)
                other[axis] += step
                if periodic and axis < 2:
                    other[axis] %= labels.shape[axis]
                inside = 0 <= other[axis] < labels.shape[axis] and tuple(other) != place
                alike |= inside and labels[tuple(other)] == labels[place]
        count += not alike
    return count


@pytest.mark.parametrize("shape", [(5, 6, 7), (1, 4, 3), (4, 1, 2)])
@pytest.mark.parametrize("periodic", [True, False])
def test_isolated_voxels_are_counted(shape: tuple[int, int, int], periodic: bool) -> None:
    labels = noise(shape, 3)
    assert isolated_voxels(pack_phases(labels), periodic) == slow_isolated(labels, periodic) > 0


def test_one_voxel_within_another_phase_is_isolated() -> None:
    labels = ball(16, 6.0)
    assert isolated_voxels(pack_phases(labels), True) == 0
    labels[8, 8, 8] = 1
    assert isolated_voxels(pack_phases(labels), True) == 1
    assert describe(volume(labels), "full").values["isolated_voxels"] == 1 / 16**3


def test_tilt_of_a_linear_profile() -> None:
    layers, area = 32, 64
    labels = np.ones((8, 8, layers), np.uint8)
    for z in range(layers):
        labels[..., z].flat[: area * z // layers] = 0
    film = volume(labels)
    assert composition_tilt(film, 0) == pytest.approx(24 / 32)
    assert composition_tilt(film, 1) == pytest.approx(-24 / 32)
    assert composition_tilt(volume(labels[..., :10]), 0, layers=8) == pytest.approx(5 / 32)


def test_tilt_of_a_symmetric_film_is_nothing() -> None:
    assert composition_tilt(volume(ball(20, 7.0))) == pytest.approx(0)


def test_interfaces_at_the_borders_of_blocks_leave_a_trace() -> None:
    random = np.random.default_rng(1)
    coarse = np.kron(random.integers(0, 2, (16, 16, 8)), np.ones((8, 8, 8)))
    anywhere = [blobs((128, 128, 16), 2, seed) for seed in range(4)]
    assert grid_trace(volume(coarse)) == pytest.approx(7, rel=0.1)
    assert abs(np.mean([grid_trace(volume(labels)) or 0 for labels in anywhere])) < 0.002
    assert grid_trace(volume(np.roll(coarse, (3, 5), (0, 1)))) == pytest.approx(grid_trace(volume(coarse)) or 0)
    assert (grid_trace(volume(coarse), period=7) or 0) < 1


def test_a_faint_grid_is_found_among_other_variations() -> None:
    labels = blobs((128, 128, 16), 2, 5)
    flipped = labels.copy()
    border = flipped[::8]
    border[np.random.default_rng(2).random(border.shape) < 0.1] ^= 1
    assert (grid_trace(volume(flipped)) or 0) > 3 * abs(grid_trace(volume(labels)) or 0)


def test_no_trace_where_no_three_blocks_fit_or_nothing_meets() -> None:
    assert grid_trace(volume(noise((16, 20, 8), 0))) is None
    assert grid_trace(volume(noise((16, 24, 8), 0))) is not None
    assert grid_trace(volume(stripes((32, 32, 8), 2, 4))) is None


def test_the_full_set_names_only_what_has_a_meaning() -> None:
    values = describe(Microstructure(shell(16, 4.0, 6.0)), "full").values
    assert {name for name in values if "curvature" in name or "interphase" in name or "tilt" in name} <= SPECS.keys()
    assert values["mean_curvature_D"] is not None
    assert "mean_curvature_M" not in values
