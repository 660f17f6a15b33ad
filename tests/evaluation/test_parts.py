"""What the evaluation of completed films measures: seams, neighbours of a slice, targets."""

import numpy as np
import pytest

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.regions import region_mask
from microdesigner.engine import Engine
from microdesigner.evaluation.parts import neighbours, part_rows, parts_table, seam
from tests.tiny_model import tiny_engine, tiny_folder

__all__ = ["tiny_engine", "tiny_folder"]


def blocks(edge: int = 4) -> np.ndarray:
    """Cubes of `edge` voxels of random phases."""
    coarse = np.random.default_rng(3).integers(0, 2, (16, 16, 8)).astype(np.uint8)
    return coarse.repeat(edge, 0).repeat(edge, 1).repeat(edge, 2)


def test_a_border_like_any_other_has_seam_one() -> None:
    film = np.random.default_rng(1).integers(0, 2, (64, 64, 32)).astype(np.uint8)
    assert seam(film, region_mask("x=0:32", film.shape), True) == pytest.approx(1, abs=0.03)
    assert seam(film, region_mask("sphere=32,32,16,9", film.shape), True) == pytest.approx(1, abs=0.05)


def test_what_is_pasted_has_a_seam() -> None:
    film, other = blocks(), blocks()[::-1, ::-1]
    mask = region_mask("x=2:34", film.shape)  # through the middle of cubes
    assert seam(film, mask, True) == 0
    assert seam(np.where(mask, film, other), mask, True) > 2


def test_neighbours_of_a_copied_layer_are_too_alike() -> None:
    film = np.random.default_rng(1).integers(0, 2, (32, 32, 32)).astype(np.uint8)
    assert neighbours(film, 1, 10, 1, True) == pytest.approx(1, abs=0.1)
    film[:, 9:12] = film[:, 10:11]
    assert neighbours(film, 1, 10, 1, True) < 0.1
    assert neighbours(film, 1, 10, 4, True) == pytest.approx(1, abs=0.15)


def test_parts_of_a_film_are_kept_and_told_of(tiny_engine: Engine) -> None:
    film = Microstructure(np.random.default_rng(1).integers(0, 3, (64, 64, 32)).astype(np.uint8), (1.0, 1.0, 2.0))
    rows = part_rows(tiny_engine, film, seed=1)
    assert {"half", "slice y"} <= set(rows)
    assert all(row["kept voxels changed"] == 0 for row in rows.values())
    assert all(0 < row["unlike the film elsewhere"] < 1 for row in rows.values())
    assert "seam" in rows["half"]
    assert "neighbours at 1" in rows["slice y"]


def test_the_table_has_means_with_their_errors() -> None:
    table = parts_table({"half": [{"seam": 0.9}, {"seam": 1.1}]})
    assert table == {"half": {"seam": {"n": 2, "mean": 1.0, "largest": 1.1, "error": 0.1}}}
