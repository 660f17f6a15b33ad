"""Surfaces and Euler numbers of bodies whose values are known, and Euler numbers counted cell by cell."""

import math

import numpy as np
import pytest

from microdesigner.descriptors.phase_bits import A, D, pack_phases
from microdesigner.descriptors.surface import face_surface, isotropic_surface
from microdesigner.descriptors.topology import euler_number
from tests.descriptors.volumes import ball, noise, stripes, volume


def test_surface_of_a_ball_is_seen_right_by_the_isotropic_estimator() -> None:
    film = volume(ball(48, 18.0), 2.0)
    expected = 4 * math.pi * 36.0**2 / 96.0**3
    layers = pack_phases(film.phases)
    assert isotropic_surface(film, layers, int(D), int(A)) == pytest.approx(expected, rel=0.02)
    assert face_surface(film, layers, int(D), int(A)) == pytest.approx(1.5 * expected, rel=0.02)


def test_surface_of_stripes_is_seen_right_by_the_faces() -> None:
    film = volume(stripes((16, 6, 4), 0, 8), (0.5, 1.0, 3.0))
    assert face_surface(film, pack_phases(film.phases), int(D), int(A)) == pytest.approx(2 / 4.0)


def cells(inside: np.ndarray) -> int:
    """Vertices - edges + faces - cubes of the closed voxels, each found as a point of a finer grid."""
    grid = np.zeros(tuple(2 * edge + 1 for edge in inside.shape), bool)
    for x, y, z in np.argwhere(inside):
        grid[2 * x : 2 * x + 3, 2 * y : 2 * y + 3, 2 * z : 2 * z + 3] = True
    odd = np.indices(grid.shape) % 2
    return int(((-1) ** odd.sum(axis=0))[grid].sum())


@pytest.mark.parametrize("seed", range(3))
def test_euler_number_equals_counting_cells(seed: int) -> None:
    labels = noise((6, 5, 7), seed, donors=0.3)
    assert euler_number(volume(labels, lateral="no-flux"), 0) == cells(labels == 0)


def test_euler_numbers_of_known_bodies() -> None:
    solid = ball(12, 5.0)
    assert euler_number(volume(solid), 0) == 1
    hollow = np.where(ball(12, 2.0) == 0, 1, solid)
    assert euler_number(volume(hollow), 0) == 2
    ring = np.ones((7, 7, 3))
    ring[1:6, 1:6, 1] = 0
    ring[3, 3, 1] = 1
    assert euler_number(volume(ring), 0) == 0


def test_a_column_across_the_film_is_a_ring_where_the_sides_wrap() -> None:
    column = np.ones((6, 6, 6))
    column[:, 3, 3] = 0
    assert euler_number(volume(column), 0) == 0
    assert euler_number(volume(column, lateral="no-flux"), 0) == 1


def test_voxels_that_touch_in_a_corner_are_one_body() -> None:
    labels = np.ones((4, 4, 4))
    labels[1, 1, 1] = labels[2, 2, 2] = 0
    assert euler_number(volume(labels), 0) == 1


def test_a_flat_film_is_counted_as_if_it_were_flat() -> None:
    disc = np.ones((8, 1, 8))
    disc[2:5, 0, 2:5] = 0
    assert euler_number(volume(disc), 0) == 1
    disc[3, 0, 3] = 1
    assert euler_number(volume(disc), 0) == 0
