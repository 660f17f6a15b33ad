"""Collection of charges against what one dimension gives exactly."""

import numpy as np
import pytest

from microdesigner.core.steps import result_of
from microdesigner.properties import describe
from microdesigner.properties.collection import Collected, collection
from tests.descriptors.volumes import volume

EDGES = (1.0, 1.3, 2.0)


def evenly(voltage: float, length: float, layers: int = 40, selective: bool = False) -> Collected:
    """Carriers born evenly in a solid film."""
    voxels = np.ones((layers, 2, 3), np.bool_)
    return result_of(collection(voxels, np.ones(voxels.shape), EDGES, True, voltage, length, selective))


@pytest.mark.parametrize("voltage", [0.5, 5.0, 35.0])
def test_without_recombination_it_is_sokel_and_hughes(voltage: float) -> None:
    """J / (q G d) = coth(v / 2) - 2 / v (R. Sokel, R. C. Hughes, J. Appl. Phys. 53 (1982) 7414)."""
    found = evenly(voltage, 1e6)
    assert found.net == pytest.approx(1 / np.tanh(voltage / 2) - 2 / voltage, rel=2e-3)
    assert found.recombined == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("drift", [0.2, 1.0, 5.0])
def test_a_strong_field_collects_as_hecht_says(drift: float) -> None:
    """Share of evenly born carriers that drift out, s = μ τ E / d: s (1 - s (1 - exp(-1 / s)))."""
    voltage, thickness = 2000.0, 80.0
    found = evenly(voltage, thickness * np.sqrt(drift / voltage), layers=400 // 10)
    assert found.own == pytest.approx(drift * (1 - np.exp(-1 / drift)), rel=0.02)


def test_selective_contacts_lose_nothing_but_to_recombination() -> None:
    """Diffusion alone to one electrode, the other one reflecting: tanh(d / λ) / (d / λ)."""
    thickness, length = 80.0, 50.0
    found = evenly(0.0, length, selective=True)
    assert found.wrong == 0
    assert found.own == pytest.approx(np.tanh(thickness / length) * length / thickness, rel=1e-3)


def test_every_carrier_ends_somewhere_in_any_film() -> None:
    rng = np.random.default_rng(0)
    voxels = rng.random((12, 8, 9)) < 0.7
    born = np.where(voxels, rng.random(voxels.shape), 0)
    for voltage, selective in ((0.0, False), (20.0, False), (20.0, True), (-5.0, False)):
        found = result_of(collection(voxels, born, (1.0, 1.0, 1.0), True, voltage, 8.0, selective))
        assert found.own + found.wrong + found.recombined == pytest.approx(1, abs=1e-5)
        assert min(found.own, found.wrong, found.recombined) >= -1e-9


def test_a_field_helps_and_turned_round_it_hinders() -> None:
    shares = [evenly(voltage, 60.0).own for voltage in (-10.0, 0.0, 10.0, 20.0)]
    assert shares == sorted(shares)
    mirrored = evenly(-10.0, 60.0)
    assert mirrored.wrong == pytest.approx(evenly(10.0, 60.0).own, rel=1e-4)


def test_carriers_in_a_part_that_reaches_no_electrode_recombine() -> None:
    voxels = np.zeros((8, 4, 4), np.bool_)
    voxels[3:5] = True
    found = result_of(collection(voxels, voxels.astype(float), (1.0, 1.0, 1.0), True, 10.0, 20.0, False))
    assert found.recombined == pytest.approx(1, abs=1e-6)


def test_holes_leave_at_the_top_and_electrons_at_the_bottom() -> None:
    """A donor above an acceptor collects both; turned over, the field holds them until they recombine."""
    layers = np.ones((2, 2, 12), np.uint8)
    layers[:, :, 6:] = 0
    names = ["hole_collection", "electron_collection", "short_circuit_current"]
    upright, over = (
        describe(volume(labels), "properties", only=names).values for labels in (layers, layers[:, :, ::-1])
    )
    assert min(upright[name] for name in names[:2]) > 0.99
    assert max(over[name] for name in names[:2]) < 0.01
    assert over["short_circuit_current"] == 0
