"""Stiffness against layers, a dilute sphere, bounds and its own symmetries."""

import numpy as np
import pytest

from microdesigner.core.steps import result_of
from microdesigner.properties import elasticity
from microdesigner.properties.elasticity import effective_stiffness, isotropic
from tests.descriptors.volumes import ball, noise, stripes

Constants = tuple[float, float]
SOFT: Constants = (0.6, 0.4)  # λ and μ
STIFF: Constants = (1.5, 2.5)


def stiffness(
    labels: np.ndarray, one: Constants = SOFT, other: Constants = STIFF, edges: tuple[float, ...] = (1.0, 1.0, 1.0)
) -> np.ndarray:
    """Of labels [x, y, z], 0 `one` and 1 `other`."""
    table = np.array([one, other], np.float32)
    phases = np.ascontiguousarray(np.asarray(labels, np.uint8).T)
    return result_of(effective_stiffness(table[phases, 0], table[phases, 1], edges))  # type: ignore[arg-type]


def backus() -> np.ndarray:
    """Equal layers normal to z: G. E. Backus, J. Geophys. Res. 67 (1962) 4427."""
    first, second = np.array([SOFT, STIFF]).T
    pressed = first + 2 * second
    c33 = 1 / np.mean(1 / pressed)
    c13 = np.mean(first / pressed) * c33
    c11 = np.mean(4 * second * (first + second) / pressed) + np.mean(first / pressed) ** 2 * c33
    expected = np.diag([c11, c11, c33, 1 / np.mean(1 / second), 1 / np.mean(1 / second), np.mean(second)])
    expected[0, 1] = expected[1, 0] = c11 - 2 * np.mean(second)
    expected[:2, 2] = expected[2, :2] = c13
    return expected


def test_layers_are_exact_along_every_axis_and_in_boxes_of_any_shape() -> None:
    normal_z = stiffness(stripes((6, 5, 8), 2, 4), edges=(1.0, 2.0, 0.5))
    np.testing.assert_allclose(normal_z, backus(), rtol=1e-4, atol=1e-4)
    turned = np.ix_([2, 1, 0, 5, 4, 3], [2, 1, 0, 5, 4, 3])  # x and z change places
    np.testing.assert_allclose(stiffness(stripes((8, 5, 6), 0, 4)), backus()[turned], rtol=1e-4, atol=1e-4)


def test_an_even_film_is_its_material() -> None:
    np.testing.assert_allclose(stiffness(np.zeros((4, 5, 3))), isotropic(*SOFT), rtol=1e-6)


def test_a_dilute_sphere_stiffens_as_eshelby_says() -> None:
    """Bulk and shear modulus to first order in the sphere's share (J. D. Eshelby, Proc. R. Soc. A 241 (1957) 376)."""
    labels = 1 - ball(20, 4.0)  # a ball of 1 in 0
    share = labels.mean()
    found = stiffness(labels)
    bulk, shear = SOFT[0] + 2 / 3 * SOFT[1], SOFT[1]
    stiff_bulk, stiff_shear = STIFF[0] + 2 / 3 * STIFF[1], STIFF[1]
    reach = 3 * bulk / (3 * bulk + 4 * shear), 6 * (bulk + 2 * shear) / (5 * (3 * bulk + 4 * shear))
    gain_bulk = share * (stiff_bulk - bulk) / (1 + reach[0] * (stiff_bulk / bulk - 1))
    gain_shear = share * (stiff_shear - shear) / (1 + reach[1] * (stiff_shear / shear - 1))
    assert found[:3, :3].sum() / 9 - bulk == pytest.approx(gain_bulk, rel=0.1)
    # a cubic array is stiffer along its axes than across them: the mean over directions is compared
    along, across = (found[0, 0] - found[0, 1]) / 2, found[3, 3]
    assert (2 * along + 3 * across) / 5 - shear == pytest.approx(gain_shear, rel=0.1)


def test_random_films_are_symmetric_and_between_the_bounds_of_hashin_and_shtrikman() -> None:
    labels = noise((11, 12, 10), 0, 0.6)
    found = stiffness(labels)
    np.testing.assert_array_equal(found, found.T)
    fractions = np.array([(labels == label).mean() for label in (0, 1)])
    bulk = np.array([first + 2 / 3 * second for first, second in (SOFT, STIFF)])
    bounds = [1 / np.sum(fractions / (bulk + 4 / 3 * shear)) - 4 / 3 * shear for shear in (SOFT[1], STIFF[1])]
    assert bounds[0] < found[:3, :3].sum() / 9 < bounds[1]


def test_reciprocity_turning_the_film_turns_the_stiffness() -> None:
    labels = noise((6, 7, 8), 1, 0.5)
    found, turned = stiffness(labels), stiffness(labels.transpose(1, 0, 2))
    order = np.ix_([1, 0, 2, 4, 3, 5], [1, 0, 2, 4, 3, 5])
    np.testing.assert_allclose(turned, found[order], atol=2e-4)


def test_voids_leave_a_finite_stiffness_below_the_bound() -> None:
    labels = 1 - ball(12, 4.0)
    found = stiffness(labels, STIFF, (0.0, 0.0))
    bulk, shear, share = STIFF[0] + 2 / 3 * STIFF[1], STIFF[1], labels.mean()
    upper = bulk * (1 - share) / (1 + 3 * bulk / (4 * shear) * share)
    assert 0.9 * upper < found[:3, :3].sum() / 9 < upper


def test_parts_that_hang_together_nowhere_hold_nothing() -> None:
    labels = np.zeros((6, 6, 12), np.uint8)
    labels[:, :, 8:] = 1
    labels[1:3, 2:5, 8:11] = 0
    found = stiffness(labels, STIFF, (0.0, 0.0))
    assert found[2, 2] == pytest.approx(0, abs=2e-3 * found[0, 0])
    assert found[0, 0] > 0.4 * STIFF[1]


def test_the_tolerance_costs_less_than_the_voxels(monkeypatch: pytest.MonkeyPatch) -> None:
    """With voids and without; a film of voxels cut in eight differs as much from the film itself."""
    labels = np.repeat(np.repeat(noise((6, 6, 6), 3, 0.7), 2, 0), 2, 1)
    for other, error in ((STIFF, 5e-4), ((0.0, 0.0), 5e-3)):
        found = stiffness(labels, SOFT, other)
        with monkeypatch.context() as exact:
            exact.setattr(elasticity, "TOLERANCE", 1e-5)
            np.testing.assert_allclose(found, stiffness(labels, SOFT, other), atol=error * found[0, 0])
