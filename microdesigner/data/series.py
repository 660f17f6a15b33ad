"""One simulated series on disk: the composition fields of one recipe at several times, whole or absent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
import torch

from microdesigner.core.errors import InputError
from microdesigner.core.paths import atomic_path
from microdesigner.data.design import snapshot_times
from microdesigner.data.hdf5_writing import written
from microdesigner.physics.simulate import Recipe, Snapshot, simulate

LEVELS = 255


def series_path(folder: Path, series: int) -> Path:
    """File of series number `series`."""
    return folder / f"series-{series:05d}.h5"


def simulate_series(path: Path, recipe: Recipe, snapshots: int, device: torch.device | None = None) -> None:
    """Simulate `recipe` on `device` (None: the CPU) and write its fields, quantised to 8 bits (an interface shifts by
    less than 0.2 voxels)."""
    with atomic_path(path) as temporary, written(temporary) as (file, check):
        fields = file.create_dataset(
            "fields", (snapshots, *recipe.size), np.uint8, chunks=(1, *recipe.size), compression="lzf", shuffle=True
        )
        times, steps = [], []
        for index, snapshot in enumerate(simulate(recipe, snapshot_times(recipe, snapshots), device)):
            check()
            fields[index] = np.rint(snapshot.field.clip(0, 1) * LEVELS).astype(np.uint8)
            times.append(snapshot.time)
            steps.append(snapshot.steps)
        file["time"], file["steps"] = times, steps
        file.attrs.update(phi=recipe.phi, chi=recipe.chi, seed=recipe.seed, lateral=recipe.lateral, kappa=recipe.kappa)


def read_series(path: Path) -> list[Snapshot]:
    """The snapshots of a series file; raises InputError naming a file that cannot be read."""
    with _opened(path) as file:
        recipe, fields = _recipe(file), file["fields"]
        return [
            Snapshot(recipe, float(time), fields[index].astype(np.float32) / LEVELS, int(steps))
            for index, (time, steps) in enumerate(zip(file["time"], file["steps"], strict=True))
        ]


def check_series(path: Path, recipe: Recipe, snapshots: int) -> None:
    """Raise InputError unless the series file at `path` can be read and holds this many snapshots of `recipe`."""
    with _opened(path) as file:
        agrees = _recipe(file) == recipe and len(file["time"]) == snapshots
    if not agrees:
        raise InputError(
            f"{path} was simulated with other options; choose another name for the data set, or delete {path.parent}."
        )


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, KeyError) as error:
        raise InputError(f"{path} is not a readable series file ({error}); delete it and build again.") from None


def _recipe(file: h5py.File) -> Recipe:
    attributes, size = file.attrs, file["fields"].shape[1:]
    return Recipe(
        float(attributes["phi"]),
        float(attributes["chi"]),
        int(attributes["seed"]),
        tuple(size),
        str(attributes["lateral"]),  # type: ignore[arg-type]
        float(attributes["kappa"]),
    )
