"""Voxel by voxel towards pictures: correlations and chords become theirs, fractions stay."""

import numpy as np
import pytest
from numpy.typing import NDArray

from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.chord_length import chord_lengths
from microdesigner.descriptors.correlation import axis_correlation
from microdesigner.descriptors.curve import AXES
from microdesigner.reconstruction.yeong_torquato import ROUNDS, approach

NAMES = ("a", "b", "c")


def layers(size: int, seed: int) -> NDArray[np.uint8]:
    """Three phases as level sets of waves of one length in all directions, [x, y, z]."""
    random = np.random.default_rng(seed)
    directions = random.normal(size=(60, 3))
    waves = 2 * np.pi / 12 * directions / np.linalg.norm(directions, axis=1)[:, None]
    phases = random.uniform(0, 2 * np.pi, 60)
    points = np.indices((size, size, size)).reshape(3, -1)
    field = np.cos(waves @ points + phases[:, None]).sum(0).reshape(size, size, size)
    return np.digitize(field, np.quantile(field, (0.35, 0.75))).astype(np.uint8)


def roughened(film: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """The film with a twentieth of its voxels exchanged for others of it."""
    random, rough = np.random.default_rng(seed), film.copy().ravel()
    chosen = random.choice(rough.size, rough.size // 20, replace=False)
    rough[chosen] = rough[random.permutation(chosen)]
    return rough.reshape(film.shape)


def curves(labels: NDArray[np.uint8]) -> dict[str, NDArray[np.float64]]:
    """Two-point correlations and chord lengths of each phase, up to 12 voxels, along each axis (axes, 12)."""
    film = Microstructure(np.ascontiguousarray(labels), lateral="no-flux", phase_names=NAMES)
    found = {}
    for label in range(3):
        found[f"S2 {label}"] = np.stack([axis_correlation(film, axis, label).value[1:13] for axis in AXES])
        found[f"chords {label}"] = np.stack([chord_lengths(film, label, axis).value[:12] for axis in AXES])
    return found


def test_a_rough_film_gets_the_correlations_and_chords_of_its_pictures() -> None:
    true = layers(40, seed=1)
    pictures = [*true, *true.transpose(1, 0, 2), *true.transpose(2, 0, 1)]
    film = roughened(layers(40, seed=2), seed=3)
    before, counts = film.copy(), np.bincount(film.ravel())
    assert [*approach(film, pictures, 3, seed=0)] == [*range(1, ROUNDS + 1)]
    assert (np.bincount(film.ravel()) == counts).all(), "fractions stay, to the voxel"
    wanted, rough, found = curves(true), curves(before), curves(film)
    for name, curve in wanted.items():
        alike = curve.mean(0)  # from all sides
        one, other = np.abs(found[name] - alike).sum(1).max(), np.abs(rough[name] - alike).sum(1).max()
        assert one < (0.25 if name.startswith("S2") else 0.5) * other, (name, one, other)


@pytest.mark.parametrize("film", [np.zeros((8, 8, 8), np.uint8), np.arange(8 * 9 * 7).reshape(8, 9, 7) % 2])
def test_films_of_one_phase_and_of_any_edges_end(film: NDArray[np.uint8]) -> None:
    film = film.astype(np.uint8)
    counts = np.bincount(film.ravel())
    assert len([*approach(film, [layers(16, 0)[0] % 2], 2, seed=1)]) == ROUNDS
    assert (np.bincount(film.ravel()) == counts).all()
