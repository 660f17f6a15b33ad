"""Derivatives by softened labels foretell what one voxel changes."""

import numpy as np
import pytest

from microdesigner.core.microstructure import Lateral, Microstructure
from microdesigner.descriptors.phase_bits import pack_phases
from microdesigner.descriptors.surface import interfacial_area
from microdesigner.engine.differentiable_descriptors import area_slopes


@pytest.mark.parametrize("lateral", ["periodic", "no-flux"])
def test_area_slopes_are_exact_for_one_voxel(lateral: Lateral) -> None:
    labels = np.random.default_rng(0).integers(0, 3, (4, 5, 6)).astype(np.uint8)

    def area(phases: np.ndarray) -> float:
        film = Microstructure(phases, (1.0, 2.0, 0.5), lateral)
        return interfacial_area(film, pack_phases(phases))

    slopes = area_slopes(Microstructure(labels, (1.0, 2.0, 0.5), lateral))
    for place in np.ndindex(labels.shape):
        changed = labels.copy()
        changed[place] = (labels[place] + 1) % 3
        foretold = slopes[changed[place]][place] - slopes[labels[place]][place]
        assert area(changed) / area(labels) - 1 == pytest.approx(foretold, abs=1e-12)
