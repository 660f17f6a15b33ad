"""Dissociation of excitons against slabs of known share, and its balance."""

import numpy as np
import pytest

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.steps import result_of
from microdesigner.properties.excitons import Dissociation, dissociation
from tests.descriptors.volumes import noise, volume


def slab(thickness: int, edge: float, axis: int) -> Microstructure:
    labels = np.ones((3, 3, thickness + 2))
    labels[:, :, 1:-1] = 0
    edges = [3.0, 2.0, 1.5]
    edges[axis] = edge
    return volume(np.moveaxis(labels, 2, axis), tuple(edges))  # type: ignore[arg-type]


def dissociated(film: Microstructure, label: int, length: float) -> Dissociation | None:
    return result_of(dissociation(film, label, length))


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("length", [2.0, 10.0, 50.0])
def test_a_slab_between_interfaces(axis: int, length: float) -> None:
    """(2 L / d) tanh(d / 2 L), whatever the voxels' shape."""
    found = dissociated(slab(40, 0.5, axis), 0, length)
    assert found is not None
    assert found.share == pytest.approx(2 * length / 20 * np.tanh(20 / 2 / length), rel=1e-4 + (0.5 / length) ** 2 / 6)


def test_a_slab_converges_in_second_order() -> None:
    errors = []
    for refined in (1, 2, 4):
        found = dissociated(slab(8 * refined, 2.0 / refined, 2), 0, 5.0)
        assert found is not None
        errors.append(found.share - 10 / 16 * np.tanh(16 / 10))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.1)


def test_what_leaves_enters_and_no_exciton_is_lost() -> None:
    labels = noise((8, 7, 9), 2, 0.5)
    film = volume(labels, (1.0, 1.4, 0.6))
    found = dissociated(film, 0, 1.5)
    assert found is not None
    assert found.left.sum() / (labels == 0).sum() == pytest.approx(found.share, rel=1e-5)
    assert found.entered.sum() == pytest.approx(found.left.sum(), rel=1e-9)
    assert not found.left[labels.T == 1].any()
    assert not found.entered[labels.T == 0].any()


def test_the_mixed_phase_dissociates_its_own_excitons_and_those_that_reach_it() -> None:
    layers = np.zeros((3, 3, 12), np.uint8)
    layers[:, :, 10:] = 2
    film = Microstructure(layers)
    own, donor = dissociated(film, 2, 1.0), dissociated(film, 0, 10.0)
    assert own is not None
    assert own.share == 1
    assert donor is not None
    assert donor.share == pytest.approx(np.tanh(1), rel=3e-3), "the electrode reflects: half a slab of 20"


def test_without_an_interface_nothing_dissociates_and_an_absent_phase_has_none() -> None:
    film = volume(np.zeros((4, 4, 4)))
    alone = dissociated(film, 0, 10.0)
    assert alone is not None
    assert alone.share == pytest.approx(0, abs=1e-5)
    assert dissociated(film, 1, 10.0) is None


def test_sides_reflect_unless_they_wrap() -> None:
    labels = np.zeros((10, 3, 3))
    labels[:2] = 1
    shares = [dissociated(volume(labels, lateral=lateral), 0, 3.0) for lateral in ("periodic", "no-flux")]  # type: ignore[arg-type]
    expected = [6 / 8 * np.tanh(8 / 6), 6 / 16 * np.tanh(16 / 6)]
    for found, share in zip(shares, expected, strict=True):
        assert found is not None
        assert found.share == pytest.approx(share, rel=0.02)
