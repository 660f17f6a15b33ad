"""Films beside a true volume: the material itself is as far as its halves, another one is farther."""

import numpy as np
from scipy.ndimage import gaussian_filter

from microdesigner.core.microstructure import Microstructure
from microdesigner.evaluation.true_volume import compared, cubes


def material(width: float, seed: int) -> Microstructure:
    noise = np.random.default_rng(seed).normal(size=(64, 32, 32))
    return Microstructure((gaussian_filter(noise, width) > 0).astype(np.uint8), phase_names=("solid", "pore"))


def test_the_material_itself_is_nearer_than_another() -> None:
    true = cubes(material(2, 0), 32)
    assert [cube.shape for cube in true] == [(32, 32, 32)] * 2
    assert all(row.error == 0 for row in compared(true, true))
    for alike, other in zip(compared(cubes(material(2, 1), 32), true), compared(cubes(material(4, 1), 32), true),
                            strict=True):  # fmt: skip
        assert alike.name == other.name
        if alike.name.startswith("S2"):
            assert alike.error < other.error, alike.name
