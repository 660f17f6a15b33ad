"""Films in coarser cells."""

import numpy as np
import pytest

from microdesigner.core.microstructure import Microstructure
from microdesigner.meshing.cells import cell_counts, in_cells
from tests.meshing.conftest import domains


def test_each_voxel_is_a_cell_where_nothing_is_coarsened(film: Microstructure) -> None:
    counts = cell_counts(film, 1, split_long_edges=False)
    assert counts == film.shape
    np.testing.assert_array_equal(in_cells(film, counts), film.phases)


def test_long_voxels_are_cut_for_tetrahedra_and_keep_their_phase() -> None:
    labels = np.random.default_rng(1).integers(0, 2, (4, 5, 6)).astype(np.uint8)
    film = Microstructure(labels, (1.0, 3.0, 2.2))
    counts = cell_counts(film, 1, split_long_edges=True)
    assert counts == (4, 15, 12)
    np.testing.assert_array_equal(in_cells(film, counts), labels.repeat(3, axis=1).repeat(2, axis=2))


def test_a_block_of_one_phase_becomes_a_cell_of_it() -> None:
    labels = np.random.default_rng(1).integers(0, 3, (4, 5, 6)).astype(np.uint8)
    fine = Microstructure(labels.repeat(2, 0).repeat(2, 1).repeat(2, 2))
    np.testing.assert_array_equal(in_cells(fine, cell_counts(fine, 2, split_long_edges=False)), labels)


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
def test_thin_phases_keep_their_fraction(lateral: str) -> None:
    """By majority, the phase between the others would lose a tenth and more."""
    film = domains((32, 32, 20), 3, lateral)  # type: ignore[arg-type]
    cells = in_cells(film, cell_counts(film, 2, split_long_edges=False))
    assert cells.shape == (16, 16, 10)
    voxels = np.bincount(film.phases.ravel()) / film.phases.size
    np.testing.assert_allclose(np.bincount(cells.ravel()) / cells.size, voxels, atol=2e-3)


def test_a_phase_without_voxels_gets_no_cell() -> None:
    labels = np.zeros((8, 8, 8), np.uint8)
    labels[4:] = 2
    assert set(np.unique(in_cells(Microstructure(labels), (3, 3, 3)))) == {0, 2}


def test_cells_need_not_be_whole_voxels() -> None:
    labels = np.zeros((9, 4, 4), np.uint8)
    labels[6:] = 1
    cells = in_cells(Microstructure(labels, lateral="no-flux"), (3, 2, 2))
    np.testing.assert_array_equal(cells[:, 0, 0], [0, 0, 1])
