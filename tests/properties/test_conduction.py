"""Effective conductivity against layers, checkerboards, TauFactor and its own symmetry."""

import numpy as np
import pytest

from microdesigner.core.microstructure import Lateral, Microstructure
from microdesigner.core.steps import result_of
from microdesigner.descriptors.transport import transport_along_z
from microdesigner.properties.conduction import effective_conductivity
from tests.descriptors.volumes import noise, stripes, volume


def conductivity(film: Microstructure, each: tuple[float, ...], axis: int) -> tuple[float | None, float | None]:
    return result_of(effective_conductivity(film, each, axis))


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
@pytest.mark.parametrize("normal", range(3))
def test_layers_are_a_series_across_and_stand_side_by_side_along(normal: int, lateral: Lateral) -> None:
    film = volume(stripes((8, 12, 16), normal, 4), (1.0, 2.0, 0.5), lateral)
    for axis in range(3):
        along, _ = conductivity(film, (2.0, 0.5), axis)
        assert along == pytest.approx(0.8 if axis == normal else 1.25, rel=1e-8)


def test_a_checkerboard_conducts_as_the_geometric_mean() -> None:
    """Keller's theorem for two dimensions; a board of corners converges slowly, from both ends of the mean."""
    found = []
    for edge in (8, 16):
        labels = np.indices((2 * edge, 2 * edge, 3)) // edge
        along, across = conductivity(volume((labels[0] + labels[1]) % 2), (4.0, 1.0), 0)
        assert across == pytest.approx(0, abs=1e-6)
        found.append(along)
    assert abs(found[1] - 2) < abs(found[0] - 2) < 0.1


def test_a_slanted_layering_has_the_component_xy_of_its_rotated_tensor() -> None:
    x, y, _ = np.indices((24, 24, 2))
    film = volume((x + y) // 6 % 2)
    xx, xy = conductivity(film, (3.0, 1.0), 0)
    yy, none = conductivity(film, (3.0, 1.0), 1)
    assert none == pytest.approx(xy, rel=1e-4)
    assert xx == pytest.approx(yy, rel=1e-6)
    assert xx == pytest.approx((2 + 1.5) / 2, rel=0.05)
    assert xy == pytest.approx((1.5 - 2) / 2, rel=0.2), "current leans along the layers"


def test_a_film_that_ends_has_no_component_xy_and_a_blocked_phase_no_conductivity() -> None:
    film = volume(stripes((8, 8, 8), 0, 4), lateral="no-flux")
    assert conductivity(film, (1.0, 1.0), 0) == (pytest.approx(1.0), None)
    for lateral in ("periodic", "no-flux"):
        assert conductivity(volume(stripes((8, 8, 8), 0, 4), lateral=lateral), (1.0, 0.0), 0) == (None, None)


def test_parts_that_lead_nowhere_and_single_voxels_do_not_matter() -> None:
    labels = np.ones((8, 6, 6))
    labels[:, 2, 2] = labels[4, 4, 4] = labels[2:5, 5, 5] = 0
    along, _ = conductivity(volume(labels), (1.0, 0.0), 0)
    assert along == pytest.approx(1 / 36, rel=1e-8)


def test_one_phase_along_z_is_what_the_tortuosity_factor_says() -> None:
    film = volume(noise((10, 9, 12), 3, 0.6), (1.0, 1.5, 0.7))
    known = transport_along_z(film, 0)
    assert known is not None
    assert conductivity(film, (1.0, 0.0), 2)[0] == pytest.approx(known.effective_diffusivity, rel=1e-6)


@pytest.mark.parametrize("axis", range(3))
def test_agrees_with_taufactor(axis: int) -> None:
    """Its solver puts plates on the first axis and closes the others; it stops at a share of 1e-2."""
    taufactor = pytest.importorskip("taufactor")
    labels = noise((18, 16, 20), 1, 0.7)
    solver = taufactor.Solver(np.moveaxis(labels == 0, axis, 0).astype(np.uint8), device="cpu")
    solver.solve(verbose=False)
    found, _ = conductivity(volume(labels, lateral="no-flux"), (1.0, 0.0), axis)
    assert found == pytest.approx(float(np.ravel(solver.D_eff)[0]), rel=2e-2)
