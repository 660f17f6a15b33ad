"""Small films that areas write and read."""

import numpy as np

from microdesigner.core.microstructure import Microstructure
from microdesigner.core.result import Sample


def film(seed: int, edge: float = 1.0) -> Microstructure:
    """Three phases at random."""
    phases = np.random.default_rng(seed).integers(0, 3, (12, 12, 8)).astype(np.uint8)
    return Microstructure(phases, (edge, edge, edge), phase_names=("donor", "acceptor", "mixed"))


OLD, NEW = film(0, 2.0), film(1, 1.0)


def sample(seed: int) -> Sample:
    """What a generation from `seed` might give."""
    return Sample(film(seed), seed, {"vol_frac_D": 0.3})


def same(one: Microstructure, other: Microstructure) -> bool:
    """Whether labels agree, and voxel edges where both know theirs."""
    edges = one.voxel_nm is None or other.voxel_nm is None or np.allclose(one.voxel_nm, other.voxel_nm)
    return one.shape == other.shape and bool((one.phases == other.phases).all()) and bool(edges)
