"""The import itself: volumes in parallel processes, whole or absent."""

from collections.abc import Iterator
from pathlib import Path

from microdesigner.core.events import Progress
from microdesigner.data.importing.plan import ImportPlan


def import_dataset(path: Path, plan: ImportPlan, workers: int) -> Iterator[Progress]:
    """Carry out `plan` into the HDF5 data set `path`, yielding progress of the stages "measure" and "check".

    Every stored volume gets measured descriptors, `series` (its group) and `held_out` (0 or 1; volumes that would share
    voxels across the split are left out). The checks of the result are recorded in the file. The file is whole or
    absent. Raises InputError, one sentence with the remedy, when an answer is missing or a file does not fit.
    """
    raise NotImplementedError
