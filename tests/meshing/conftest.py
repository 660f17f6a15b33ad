"""Films of smooth domains and their meshes, made once."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from microdesigner.core.microstructure import Lateral, Microstructure
from microdesigner.meshing import SolverMesh, make_mesh


def domains(shape: tuple[int, int, int], phases: int, lateral: Lateral, seed: int = 0) -> Microstructure:
    """A film of as many phases, of voxels that are no cubes."""
    mode = ("wrap", "wrap", "nearest") if lateral == "periodic" else "nearest"
    field = gaussian_filter(np.random.default_rng(seed).normal(size=shape), 1.6, mode=mode)
    labels = np.digitize(field, np.quantile(field, np.arange(1, phases) / phases)).astype(np.uint8)
    return Microstructure(labels, (2.0, 2.0, 2.5), lateral, tuple(f"phase {n}" for n in range(phases)))


@pytest.fixture(scope="session")
def film() -> Microstructure:
    """A periodic film of three phases."""
    return domains((12, 10, 8), 3, "periodic")


@pytest.fixture(scope="session")
def tetrahedral(film: Microstructure) -> SolverMesh:
    """Its tetrahedra."""
    return make_mesh(film)


@pytest.fixture(scope="session")
def hexahedral(film: Microstructure) -> SolverMesh:
    """Its hexahedra."""
    return make_mesh(film, "hexahedra")


@pytest.fixture(params=["tetrahedra", "hexahedra"])
def mesh(request: pytest.FixtureRequest) -> SolverMesh:
    """Either."""
    return request.getfixturevalue("tetrahedral" if request.param == "tetrahedra" else "hexahedral")
