"""What all copies would load again and again is loaded once, before they are made."""

import tempfile
from pathlib import Path

from vtkmodules.vtkCommonCore import vtkSMPTools

from microdesigner.descriptors import describe
from microdesigner.io import isolation, registry, volumes
from microdesigner.io.mixed_phase import without_mixed
from microdesigner.view3d import surfaces  # noqa: F401  (before the choice below, as it makes one itself)
from tests.torture.area import Area
from tests.torture.films import OLD


def warm_up(areas: list[Area]) -> None:
    """Load libraries and compiled functions for the work of `areas`; nothing that starts a thread."""
    names = {area.name.split()[0] for area in areas}
    vtkSMPTools.SetBackend("Sequential")  # threads would be missing in every copy, which would wait for them
    if names & {"generate", "dataset", "train", "models"}:
        _numerics()
    if "train" in names:
        import microdesigner.evaluation.finishing
        import microdesigner.training.pipeline
    if names & {"convert", "history", "session"}:
        _formats()
    if "export" in names:
        import microdesigner.view3d.exports
        import microdesigner.view3d.movies
    if "window" in names:
        import microdesigner.gui.application  # noqa: F401


def _numerics() -> None:
    import h5py  # noqa: F401
    import torch

    import microdesigner.cli.progress
    import microdesigner.data.checks
    import microdesigner.data.importing.run
    import microdesigner.engine
    import microdesigner.models.archive  # noqa: F401

    torch.set_num_threads(1)
    describe(OLD, "graspi")


def _formats() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for entry in registry.FORMATS.values():
            path = Path(folder) / f"film{entry.extensions[0]}"
            volumes.write(OLD if entry.holds_mixed else without_mixed(OLD, 0.5), path)
            volumes.read(path)
    isolation._end()  # the process of some readers, which copies would ask at the same time
    isolation._idle.clear()
