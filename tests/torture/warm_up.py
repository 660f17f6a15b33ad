"""What all copies would load again and again is loaded once, before they are made."""

from microdesigner.descriptors import describe
from tests.torture.area import Area
from tests.torture.films import OLD


def warm_up(areas: list[Area]) -> None:
    """Load libraries and compiled functions for the work of `areas`; nothing that starts a thread."""
    names = {area.name.split()[0] for area in areas}
    if names & {"generate", "dataset", "train", "models"}:
        _numerics()
    if "train" in names:
        import microdesigner.evaluation.finishing
        import microdesigner.training.pipeline
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
