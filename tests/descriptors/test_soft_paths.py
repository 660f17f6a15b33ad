"""Straight paths of uncertain phases: equal to the descriptor where phases are certain, with true derivatives."""

import numpy as np
import pytest

from microdesigner.descriptors.phase_bits import D, pack_phases
from microdesigner.descriptors.soft_paths import straight_amount
from microdesigner.descriptors.tortuosity import straight_voxels


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("from_top", [True, False])
def test_certain_phases_are_counted_as_the_descriptor_does(from_top: bool, periodic: bool) -> None:
    phases = np.random.default_rng(0).choice(3, size=(24, 20, 32), p=(0.8, 0.1, 0.1)).astype(np.uint8)
    counted, _ = straight_voxels(pack_phases(phases), D, from_top, periodic)
    donor = (phases == 0).astype(np.float32)
    amount, _ = straight_amount(donor[..., ::-1] if from_top else donor, periodic)
    assert amount == counted


@pytest.mark.parametrize("periodic", [True, False])
def test_derivatives_foretell_what_a_small_change_gives(periodic: bool) -> None:
    random = np.random.default_rng(1)
    present = random.random((8, 6, 16), dtype=np.float32)
    amount, slopes = straight_amount(present, periodic)
    change = (1e-4 * random.normal(size=present.shape)).astype(np.float32)
    more, _ = straight_amount(present + change, periodic)
    assert more - amount == pytest.approx(float((slopes * change).sum()), rel=0.02)
