"""Permeability against channels, ducts and arrays of spheres."""

import numpy as np
import pytest

from microdesigner.core.microstructure import Microstructure
from microdesigner.properties import describe
from microdesigner.properties.permeability import permeability
from microdesigner.properties.steps import result_of


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


@pytest.mark.parametrize(("solid", "drag"), [(0.064, 2.810), (0.216, 7.442), (0.343, 15.4)])
def test_simple_cubic_arrays_of_spheres(solid: float, drag: float) -> None:
    """k = 2 a² / (9 c K), K of A. A. Zick, G. M. Homsy, J. Fluid Mech. 115 (1982) 13."""
    voxels = 20
    grid = np.indices((voxels,) * 3) - (voxels - 1) / 2
    radius = (3 * solid / (4 * np.pi)) ** (1 / 3) * voxels
    sphere = (grid**2).sum(axis=0) < radius**2
    equal = sphere.mean()  # what the voxels fill, and a sphere of that volume
    expected = 2 * (3 * equal / (4 * np.pi)) ** (2 / 3) * voxels**2 / (9 * equal * drag)
    assert measured(sphere) == pytest.approx(expected, rel=0.05)


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
