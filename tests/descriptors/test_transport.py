"""Diffusion along z against exact films and a direct sparse solution."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from microdesigner.core.microstructure import Lateral, Microstructure
from microdesigner.core.steps import result_of
from microdesigner.descriptors.percolation import spanning_voxels
from microdesigner.descriptors.transport import diffusivity_slopes, transport_along_z
from microdesigner.properties.conduction import effective_conductivity
from tests.descriptors.volumes import noise, stripes, volume


def test_columns_are_straight() -> None:
    result = transport_along_z(volume(stripes((8, 6, 10), 0, 4), (1.0, 2.0, 0.5)), 0)
    assert result is not None
    assert result.tortuosity_factor == pytest.approx(1, abs=1e-12)
    assert result.effective_diffusivity == pytest.approx(0.5, abs=1e-12)


def test_layers_across_z_let_nothing_through() -> None:
    assert transport_along_z(volume(stripes((4, 4, 8), 2, 4)), 0) is None


def test_voxels_that_touch_in_an_edge_let_nothing_through() -> None:
    labels = np.ones((4, 4, 4))
    labels[1, 1, :2] = labels[2, 1, 2:] = 0
    assert transport_along_z(volume(labels), 0) is None


def test_a_dead_end_beside_a_column_costs_its_volume() -> None:
    labels = np.ones((6, 6, 10))
    labels[2, 2] = 0
    labels[4, 4, 1:9] = 0  # an island
    result = transport_along_z(volume(labels), 0)
    assert result is not None
    assert result.effective_diffusivity == pytest.approx(1 / 36)
    assert result.tortuosity_factor == pytest.approx(1.8)


def direct(labels: np.ndarray, voxel: tuple[float, float, float], periodic: bool) -> float:
    """D_eff by a sparse direct solution over the voxels that conduct."""
    film = volume(labels, voxel, "periodic" if periodic else "no-flux")
    inside = spanning_voxels(film, 0).transpose(2, 1, 0)
    number = np.full(inside.shape, -1)
    number[inside] = np.arange(inside.sum())
    matrix = sparse.lil_matrix((inside.sum(),) * 2)
    source = np.zeros(inside.sum())
    conduct = np.prod(voxel) / np.square(voxel)
    for place in map(tuple, np.argwhere(inside)):
        row = number[place]
        for axis in range(3):
            for side in (-1, 1):
                beside = list(place)
                beside[axis] += side
                if axis < 2 and periodic:
                    beside[axis] %= inside.shape[axis]
                if not 0 <= beside[axis] < inside.shape[axis]:
                    if axis == 2:
                        matrix[row, row] += 2 * conduct[2]
                        source[row] += 2 * conduct[2] * (side == 1)
                elif inside[tuple(beside)]:
                    matrix[row, row] += conduct[axis]
                    matrix[row, number[tuple(beside)]] -= conduct[axis]
    field = spsolve(matrix.tocsr(), source)
    flux = 2 * conduct[2] * field[number[:, :, 0][inside[:, :, 0]]].sum()
    return float(flux * inside.shape[2] / (conduct[2] * inside.shape[0] * inside.shape[1]))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
def test_equals_a_direct_solution(seed: int, lateral: Lateral) -> None:
    labels, voxel = noise((7, 6, 8), seed, donors=0.65), (1.0, 1.5, 0.8)
    result = transport_along_z(volume(labels, voxel, lateral), 0)
    assert result is not None
    assert result.effective_diffusivity == pytest.approx(direct(labels, voxel, lateral == "periodic"), rel=1e-6)
    assert result.tortuosity_factor == pytest.approx((labels == 0).mean() / result.effective_diffusivity)


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
def test_slopes_foretell_what_a_voxel_changes(lateral: Lateral) -> None:
    """A third phase in one voxel, a little more or less conductive than before: the logarithm of the diffusivity."""
    edges, little = (2.0, 1.0, 0.5), 3e-4
    labels = (np.random.default_rng(4).random((5, 6, 7)) > 0.7).astype(np.uint8)
    whole = Microstructure(labels, edges, lateral, ("a", "b"))
    transport = transport_along_z(whole, 0)
    assert transport is not None
    slopes = diffusivity_slopes(whole, transport)
    for place in [(0, 0, 0), (2, 3, 6), (4, 5, 3), (1, 2, 3), (3, 0, 2)]:
        other = labels.copy()
        other[place] = 2
        film = Microstructure(other, edges, lateral, ("a", "b", "c"))
        usual = 1 - labels[place]
        more, less = (
            result_of(effective_conductivity(film, (1.0, 0.0, max(usual + change, 1e-9)), 2))[0]
            for change in (little, -little)
        )
        assert more is not None
        assert less is not None
        foretold = (np.log(more) - np.log(less)) / (2 * little if usual else little)
        assert slopes[place] == pytest.approx(foretold, rel=5e-3, abs=3e-4)  # what solvers leave, over the change
    assert transport_along_z(Microstructure(np.ones((3, 3, 3), np.uint8)), 0) is None
