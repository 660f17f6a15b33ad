"""A film from the picture of a section, in a file. It runs in a worker process."""

import os
from collections.abc import Iterator
from pathlib import Path

from microdesigner.core.errors import InputError
from microdesigner.core.events import Progress
from microdesigner.core.microstructure import Microstructure


def reconstruct_film(
    picture: Microstructure, name: str, size: tuple[int, int, int], seed: int, path: Path
) -> Iterator[Progress | Path]:
    """Make and write a film of `size` voxels from a picture called `name`; the last event is where it is.

    Raises
    ------
    InputError
        When the picture does not fit, the film would be too small or too large, or `path` lies where nothing can be
        written.
    """
    from microdesigner.io import write
    from microdesigner.reconstruction import reconstruct

    if not os.access(path.parent, os.W_OK):  # asked before the minutes that the film takes
        raise InputError(f"{path.parent} is not a folder that can be written; choose another one.")
    for event in reconstruct([picture], size, seed, [name]):
        if isinstance(event, Microstructure):
            write(event, path)
            yield path
        else:
            yield event
