"""Films from pictures: their slices look like them in all directions, with the same phase fractions."""

from collections.abc import Sequence
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from microdesigner.app.workers.reconstruction import reconstruct_film
from microdesigner.cli.main import main
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import Microstructure
from microdesigner.descriptors.chord_length import mean_chord
from microdesigner.descriptors.curve import AXES
from microdesigner.io import read
from microdesigner.reconstruction import patches, reconstruct
from microdesigner.reconstruction.patches import PatchStatistics

NAMES = ("solid", "pore")


def discs(size: int, radius: float, count: int, seed: int) -> NDArray[np.uint8]:
    """A picture (size, size) with `count` discs of label 1."""
    random = np.random.default_rng(seed)
    x, y = np.mgrid[:size, :size]
    picture = np.zeros((size, size), np.uint8)
    for left, low in random.uniform(0, size, (count, 2)):
        picture[(x - left) ** 2 + (y - low) ** 2 < radius**2] = 1
    return picture


def section(labels: NDArray[np.uint8], edges: tuple[float, float, float] | None = (3.0, 3.0, 3.0)) -> Microstructure:
    return Microstructure(labels[..., None], edges, "no-flux", NAMES)


def film_of(pictures: Sequence[Microstructure], size: tuple[int, int, int], seed: int = 0) -> Microstructure:
    (film,) = (event for event in reconstruct(pictures, size, seed) if isinstance(event, Microstructure))
    return film


@pytest.fixture
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough to tell the structure, too few for its details."""
    monkeypatch.setattr("microdesigner.reconstruction.coarse_to_fine.ROUNDS", 60)
    monkeypatch.setattr(patches, "POOL", 1 << 13)
    monkeypatch.setattr(patches, "COMPARED", 1024)


def shares(labels: NDArray[np.uint8]) -> torch.Tensor:
    """Of the first phase, (1, ...)."""
    return torch.from_numpy((labels == 0).astype(np.float32))[None]


def balls(radius: float, count: int, seed: int) -> NDArray[np.uint8]:
    """A film (64, 64, 64) with `count` balls of label 1."""
    random = np.random.default_rng(seed)
    grid = np.indices((64, 64, 64), np.float32)
    film = np.zeros((64, 64, 64), np.uint8)
    for centre in random.uniform(0, 64, (count, 3)):
        film[np.square(grid - centre[:, None, None, None]).sum(0) < radius**2] = 1
    return film


def unlike_neighbours(labels: NDArray[np.uint8]) -> float:
    """Share of neighbouring voxels of other phases than each other, the mean over axes of more than one voxel."""
    pairs = [np.diff(labels.astype(int), axis=axis) != 0 for axis in range(3)]
    return float(np.mean([pair.mean() for pair in pairs if pair.size]))


def test_patches_tell_size_amount_and_single_voxels() -> None:
    sections = [shares(layer) for layer in np.concatenate([balls(9, 30, seed)[::8] for seed in range(4)])]
    statistics = PatchStatistics(sections, torch.Generator().manual_seed(0))
    alike = balls(9, 30, seed=9)
    speckled = np.where(np.random.default_rng(0).random(alike.shape) < 0.01, 1 - alike, alike)
    distances = [
        float(statistics.distance(shares(film))) for film in (alike, balls(4, 340, 9), balls(9, 15, 9), speckled)
    ]
    assert distances[0] < 0.5 * min(distances[1:]), distances


def test_a_film_looks_like_the_picture_from_all_sides(few_rounds: None) -> None:
    picture = section(discs(128, 7, 30, seed=2))
    film = film_of([picture], (64, 56, 60))
    assert film.shape == (64, 56, 60)
    assert film.phase_names == NAMES
    assert film.voxel_nm == (3.0, 3.0, 3.0)
    assert float((film.phases == 1).mean()) == pytest.approx(float((picture.phases == 1).mean()), abs=1e-5)
    assert unlike_neighbours(film.phases) == pytest.approx(unlike_neighbours(picture.phases), rel=0.05)
    wanted = np.mean([mean_chord(picture, 1, axis) or 0 for axis in AXES[:2]])
    found = [mean_chord(film, 1, axis) or 0 for axis in AXES]
    assert max(found) < 1.3 * min(found), "it looks alike from all sides"
    assert np.mean(found) == pytest.approx(wanted, rel=0.15)  # single voxels at random have .1 of it


def test_a_seed_makes_one_film(few_rounds: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microdesigner.reconstruction.coarse_to_fine.ROUNDS", 3)
    picture = section(discs(64, 5, 10, seed=0))
    first, again, other = (film_of([picture], (16, 16, 16), seed).phases for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize(
    ("pictures", "size", "words"),
    [
        ([section(discs(48, 5, 10, 0))], (64, 64, 64), "48 pixels shows too little"),
        ([section(np.zeros((64, 64), np.uint8))], (64, 64, 64), "one phase alone"),
        ([section(discs(64, 5, 10, 0), (2.0, 3.0, 3.0))], (64, 64, 64), "square ones"),
        ([section(discs(64, 5, 10, 0)), section(discs(64, 5, 10, 0), None)], (64, 64, 64), "pixels differ"),
        ([section(discs(64, 5, 10, 0))], (64, 64, 4), "at least 7 voxels"),
        ([Microstructure(np.zeros((64, 64, 2), np.uint8), phase_names=NAMES)], (64, 64, 64), "one layer"),
    ],
    ids=["small", "one-phase", "oblong", "unlike", "thin", "volume"],
)
def test_what_does_not_fit_is_refused(pictures: list[Microstructure], size: tuple[int, int, int], words: str) -> None:
    with pytest.raises(InputError, match=words):
        next(reconstruct(pictures, size))


def test_too_large_a_film_and_a_place_that_is_not_there_are_told_at_once(tmp_path: Path) -> None:
    picture = section(discs(64, 5, 10, 0))
    with pytest.raises(InputError, match="at most 2,147,483,648 voxels; got 4096×4096×4096"):
        next(reconstruct([picture], (4096, 4096, 4096), names=["section.png"]))
    with pytest.raises(InputError, match="is not a folder that can be written"):
        next(reconstruct_film(picture, "section.png", (16, 16, 16), 0, tmp_path / "nowhere" / "film.vti"))


def test_the_command_tells_where_films_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("microdesigner.reconstruction.coarse_to_fine.ROUNDS", 2)
    iio.imwrite(tmp_path / "section.png", discs(96, 6, 20, 0) * 255)
    command = ["reconstruct", str(tmp_path / "section.png"), "--out", str(tmp_path / "film.vti"), "--size", "16", "16",
               "16", "--count", "2", "--seed", "5"]  # fmt: skip
    assert main([*command, "--map", "0=0:solid", "255=1:pore", "--voxel", "3", "um"]) == 0
    film = read(tmp_path / "film-0001.vti")
    assert film.phase_names == NAMES
    assert film.voxel_nm == (3000.0,) * 3
    assert film.provenance["reconstructed"] == {"pictures": ["section.png"], "seed": 6}
    assert (tmp_path / "film-0000.vti").exists()
