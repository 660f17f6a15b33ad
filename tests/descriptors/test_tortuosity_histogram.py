"""The ways to an electrode are as winding as the film makes them."""

import heapq
from itertools import product

import numpy as np
import pytest

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors import describe
from microdesigner.descriptors.geodesic import LONGEST_WINDING, electrode_distance
from microdesigner.descriptors.phase_bits import D, pack_phases
from microdesigner.descriptors.tortuosity import straight_voxels
from microdesigner.descriptors.tortuosity_histogram import tortuosity_histogram


def _dijkstra(inside: np.ndarray, spacing: tuple[float, float, float] = (1, 1, 1)) -> np.ndarray:
    """Distances [x, y, z] to the layer z = 0 over 26 neighbours, x and y wrapping."""
    distance = np.where(inside, np.inf, np.nan)
    queue = [(0.0, (x, y, 0)) for x, y in product(*map(range, inside.shape[:2])) if inside[x, y, 0]]
    while queue:
        length, place = heapq.heappop(queue)
        if not length < distance[place]:
            continue
        distance[place] = length
        for step in product((-1, 0, 1), repeat=3):
            x, y, z = (p + s for p, s in zip(place, step, strict=True))
            near = (x % inside.shape[0], y % inside.shape[1], z)
            if 0 <= z < inside.shape[2] and inside[near] and any(step):
                heapq.heappush(queue, (length + float(np.linalg.norm(np.multiply(step, spacing))), near))
    return np.nan_to_num(distance, nan=np.inf)


@pytest.mark.parametrize("seed", range(3))
def test_distances_are_those_of_dijkstra(seed: int) -> None:
    inside = np.random.default_rng(seed).random((9, 8, 12)) < 0.35
    film = pack_phases(np.where(inside, 0, 1).astype(np.uint8))
    found = electrode_distance(film, D, from_top=False, periodic=True).transpose(2, 1, 0)
    np.testing.assert_allclose(found, _dijkstra(inside), rtol=1e-5)
    upside_down = electrode_distance(pack_phases(np.where(inside[:, :, ::-1], 0, 1).astype(np.uint8)), D, True, True)
    np.testing.assert_allclose(upside_down.transpose(2, 1, 0)[:, :, ::-1], found)


@pytest.mark.parametrize("spacing", [(10, 10, 1), (1, 2, 5), (2, 3, 0.5), (1, 1, 4)])
def test_boxes_are_passed_at_their_real_lengths(spacing: tuple[float, float, float]) -> None:
    inside = np.random.default_rng(4).random((7, 6, 9)) < 0.45
    inside[3, 2] = True
    film = pack_phases(np.where(inside, 0, 1).astype(np.uint8))
    real = _dijkstra(inside, spacing) / spacing[2]
    real[real >= LONGEST_WINDING * inside.shape[2]] = np.inf
    found = electrode_distance(film, D, False, True, spacing).transpose(2, 1, 0)
    np.testing.assert_allclose(found, real, rtol=1e-4)
    heights = np.broadcast_to(np.arange(9.0), inside.shape)
    straight = (real - heights < heights / 9 - 1e-6) | (inside & (heights == 0))
    counted = straight_voxels(film, D, from_top=False, periodic=True, spacing=spacing)
    assert counted == (np.count_nonzero(straight), np.count_nonzero(straight[:, :, -1]))


@pytest.mark.parametrize(("edges", "share"), [((1.0, 1.0, 1.0), 1.0), ((10.0, 10.0, 1.0), 13 / 23)])
def test_columns_that_step_aside_are_straight_only_where_the_step_is_short(
    edges: tuple[float, float, float], share: float
) -> None:
    """Above layer 13 of 23 every path is longer by √2 - 1 layers in cubes, by √101 - 1 where voxels are 10×10×1 nm."""
    phases = np.zeros((6, 5, 23), np.uint8)
    phases[1, :, :13] = phases[2, :, 13:] = 1
    value = describe(Microstructure(phases, edges, "no-flux")).values["CT_f_A_tort1"]
    assert value == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize(("edge", "behind"), [(1.0, 0), (10.0, 42)])
def test_in_flat_voxels_the_way_around_a_bar_is_not_straight(edge: float, behind: int) -> None:
    phases = np.ones((6, 6, 16), np.uint8)
    phases[2, :, 8] = 0
    value = describe(Microstructure(phases, (edge, edge, 1.0))).values["CT_f_A_tort1"]
    assert value == pytest.approx(1 - behind / (6 * 6 * 16 - 6), abs=0.03 if edge == 1 else 1e-9)


def test_columns_are_straight() -> None:
    phases = np.zeros((8, 8, 10), np.uint8)
    phases[4:] = 1
    for label in (0, 1):
        curve = tortuosity_histogram(Microstructure(phases), label)
        assert curve.value.tolist() == [1.0]


def test_a_detour_lengthens_the_way() -> None:
    phases = np.ones((21, 3, 9), np.uint8)
    phases[0, :, :] = phases[:, :, 0] = 0  # the donor: a wall from the anode down, and a floor along x
    curve = tortuosity_histogram(Microstructure(phases, lateral="no-flux"), 0)
    assert curve.value.sum() == pytest.approx(1 - 3 * 5 / (3 * (20 + 8)), abs=0.05)  # a few lie beyond 3
    assert curve.value[0] == pytest.approx(8 * 3 / (28 * 3), abs=0.05)  # the wall itself


def test_what_is_not_connected_has_none() -> None:
    phases = np.ones((4, 4, 6), np.uint8)
    phases[:, :, 2] = 0
    assert not len(tortuosity_histogram(Microstructure(phases), 0).position)
    assert not len(tortuosity_histogram(Microstructure(phases), 2).position)
