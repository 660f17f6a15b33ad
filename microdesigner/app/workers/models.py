"""Models in and out of files. The generators run in a worker of their own, since they load torch."""

from collections.abc import Iterator
from pathlib import Path


def export_model(folder: Path, path: Path) -> Iterator[Path]:
    """Write the bundle in `folder` as one file; the event is its path. Raises InputError when it is not whole."""
    from microdesigner.models.archive import export_bundle

    export_bundle(folder, path)
    yield path


def import_model(path: Path) -> Iterator[Path]:
    """Install the model in the file `path`; the event is its folder. Raises InputError when a hash differs."""
    from microdesigner.models.archive import import_bundle

    yield import_bundle(path)
