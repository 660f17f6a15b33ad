"""Permeability against channels, ducts and arrays of spheres."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.steps import result_of
from microdesigner.descriptors.percolation import spanning_voxels
from microdesigner.properties import describe
from microdesigner.properties.permeability import permeability


def measured(
    solid: np.ndarray, edges: tuple[float, float, float] = (1.0, 1.0, 1.0), lateral: str = "periodic"
) -> float:
    found = result_of(permeability(Microstructure(solid.astype(np.uint8), edges, lateral), 0))  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize("voxels", [4, 16])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_slit_is_what_its_voxels_give_and_tends_to_a_twelfth_of_its_width_squared(axis: int, voxels: int) -> None:
    solid = np.zeros((voxels + 4, 3, 5), np.bool_)
    solid[voxels:] = True
    edges = [1.0, 1.0, 2.0]
    edges[axis] = 8 / voxels
    found = measured(np.swapaxes(solid, 0, axis), (edges[0], edges[1], edges[2]))
    assert found == pytest.approx(8**2 / 12 * (1 + 2 / voxels**2) * voxels / (voxels + 4), rel=2e-3)


def test_a_square_duct() -> None:
    """0.035144 a², from the series of the duct's flow (F. M. White, Viscous Fluid Flow, 1974)."""
    found = measured(np.zeros((16, 16, 4)), (0.5, 0.5, 3.0), "no-flux")
    assert found == pytest.approx(0.035144 * 64, rel=0.02)


def direct(pores: np.ndarray, edges: tuple[float, float, float]) -> float:
    """The same equations of velocities and pressures [z, y, x] as one sparse matrix; x and y wrap. k along z."""
    layers, rows, columns = pores.shape
    one_z, one_y, one_x = (sparse.eye_array(length) for length in pores.shape)
    over_y, over_x = (sparse.csr_array(one - np.roll(one, 1, 1)) for one in (np.eye(rows), np.eye(columns)))
    over_z = sparse.diags_array([np.ones(layers), -np.ones(layers)], offsets=[0, -1], shape=(layers + 1, layers))
    halves = sparse.diags_array(np.array([2.0, *np.ones(layers - 1), 2.0]))  # plates lie half a voxel away
    gradients = [
        kron(one_z, one_y, over_x.T) / edges[0],
        kron(one_z, over_y.T, one_x) / edges[1],
        kron(halves @ over_z, one_y, one_x) / edges[2],
    ]
    divergences = [-gradients[0].T, -gradients[1].T, -kron(over_z, one_y, one_x).T / edges[2]]
    solid = np.pad(~pores, ((1, 1), (0, 0), (0, 0)), "edge")  # the film goes on beyond its plates
    sides = [(~pores, np.roll(~pores, 1, 2)), (~pores, np.roll(~pores, 1, 1)), (solid[1:], solid[:-1])]
    blocks, flowing = [], []
    for component, (one, other) in enumerate(sides):
        bent = halves @ over_z @ over_z.T if component == 2 else over_z.T @ halves @ over_z
        levels = sparse.eye_array(bent.shape[0])
        curvatures = [
            kron(levels, one_y, over_x @ over_x.T) / edges[0] ** 2,
            kron(levels, over_y @ over_y.T, one_x) / edges[1] ** 2,
            kron(bent, one_y, one_x) / edges[2] ** 2,
        ]
        across = sum(curvature for axis, curvature in enumerate(curvatures) if axis != component)
        within = (one & other).ravel().astype(float)
        walls = across.diagonal() * within - across @ within  # a face beside that lies in solid: a wall halfway
        blocks.append(sum(curvatures) + sparse.diags_array(walls))
        flowing.append(~(one | other).ravel())
    free = np.concatenate([*flowing, pores.ravel()])
    equations = sparse.block_array(
        [[sparse.block_diag(blocks), sparse.vstack(gradients)], [sparse.hstack(divergences), None]]
    ).tocsr()[free][:, free]
    faces = (layers + 1) * rows * columns
    push = np.concatenate([np.zeros(2 * pores.size), np.ones(faces), np.zeros(pores.size)])
    found = np.zeros(len(free))
    found[free] = spsolve(equations.tocsc(), push[free])
    upward = found[2 * pores.size :][:faces].reshape(layers + 1, -1).mean(axis=1)
    return float(np.trapezoid(upward) / layers)


def kron(z: sparse.sparray, y: sparse.sparray, x: sparse.sparray) -> sparse.sparray:
    return sparse.kron(z, sparse.kron(y, x)).tocsr()


@pytest.mark.parametrize("share", [0.25, 0.6])
def test_tangled_pores_let_through_what_a_direct_solution_says(share: float) -> None:
    """Sheets and channels of one voxel and more, at edges that differ."""
    solid = np.random.default_rng(3).random((7, 8, 6)) < share
    solid = np.repeat(np.repeat(solid, 2, 0), 2, 1)
    solid[2:5, 3:5] = False
    film, edges = Microstructure(solid.astype(np.uint8), (1.0, 1.3, 0.8)), (1.0, 1.3, 0.8)
    assert result_of(permeability(film, 0)) == pytest.approx(direct(spanning_voxels(film, 0), edges), rel=2e-3)


def test_a_thin_sheet_that_winds_through_the_film_settles_in_few_steps() -> None:
    """Without the pressure along it 35 steps, without friction 80 and more."""
    x, y, z = np.indices((32, 32, 24)) * (2 * np.pi / 32)
    gyroid = np.sin(x) * np.cos(y) + np.sin(y) * np.cos(z) + np.sin(z) * np.cos(x)
    steps = permeability(Microstructure((np.abs(gyroid) > 0.15).astype(np.uint8)), 0)
    assert len(list(steps)) < 25


def test_lengths_scale_and_dead_ends_do_not_matter() -> None:
    solid = np.ones((8, 8, 8), np.bool_)
    solid[1:4, 1:4] = False
    plain = measured(solid, (2.0, 2.0, 2.0))
    assert plain == pytest.approx(4 * measured(solid), rel=1e-3)
    solid[5:7, 5:7, 2:6] = False
    assert measured(solid, (2.0, 2.0, 2.0)) == pytest.approx(plain, rel=1e-6)


def test_without_a_way_through_there_is_none() -> None:
    solid = np.zeros((4, 4, 6), np.uint8)
    solid[:, :, 3] = 1
    assert result_of(permeability(Microstructure(solid), 0)) is None


def test_a_film_of_pores_alone_holds_no_fluid_and_says_so() -> None:
    film = Microstructure(np.zeros((4, 4, 4), np.uint8))
    report = describe(film, "properties", only=["permeability_z_D"])
    assert report.values == {"permeability_z_D": None}
    assert "no wall" in report.reasons["permeability_z_D"]
