"""A data set made in a second: smoothed noise cut at random fractions, measured, with a recipe beside it."""

from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from microdesigner.data.dataset_writing import Volume, new_dataset
from microdesigner.data.store import Description
from microdesigner.descriptors import fractions_and_tortuosities

SIZE, SERIES, SNAPSHOTS = (32, 32, 32), 16, 2
CONDITIONS, PROCESS = ("vol_frac_D", "vol_frac_M", "tortuosity_D", "tortuosity_A"), ("phi", "chi", "log_time")


def write_tiny_dataset(path: Path, size: tuple[int, int, int] = SIZE) -> Path:
    """Write 32 three-phase volumes of 16 series."""
    random = np.random.default_rng(0)
    with new_dataset(path, Description(("donor", "acceptor", "mixed"), "periodic", CONDITIONS, PROCESS)) as add:
        for number in range(SERIES * SNAPSHOTS):
            field = gaussian_filter(random.standard_normal(size), 3, mode="wrap")
            donor, mixed = random.uniform(0.35, 0.5), random.uniform(0.08, 0.2)
            low, high = np.quantile(field, [donor, donor + mixed])
            phases = np.where(field < low, 0, np.where(field < high, 2, 1)).astype(np.uint8)
            measured = fractions_and_tortuosities(phases, periodic=True)
            labels = {name: float(measured[name] or 0.0) for name in CONDITIONS}
            recipe = {name: float(random.uniform(1, 3)) for name in PROCESS}
            add(Volume(f"volume-{number:03d}", phases, {**labels, **recipe, "series": number // SNAPSHOTS}))
    return path
