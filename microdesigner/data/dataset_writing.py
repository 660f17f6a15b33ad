"""Writing a data set file: volumes packed by whoever makes them, added one by one, the file whole or absent."""

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from microdesigner.core.documents import plain_number
from microdesigner.core.errors import InputError
from microdesigner.core.microstructure import PhaseArray
from microdesigner.core.paths import atomic_path
from microdesigner.data.hdf5_text import write_text
from microdesigner.data.hdf5_writing import written
from microdesigner.data.store import OWN, SCHEMA, Description

COMPRESSION = 1


@dataclass(frozen=True)
class Volume:
    """One labelled volume [x, y, z] with its number-valued labels (descriptors, recipe, series, seed)."""

    name: str
    phases: PhaseArray
    labels: dict[str, float]


@dataclass(frozen=True)
class PackedVolume:
    """A volume as the file stores it: `chunk` is its compressed bytes, so that the processes that make volumes share
    the work of packing them."""

    name: str
    shape: tuple[int, ...]
    chunk: bytes
    labels: dict[str, float]


def packed(volume: Volume) -> PackedVolume:
    """`volume` ready for the file."""
    chunk = zlib.compress(np.ascontiguousarray(volume.phases, np.uint8).data, COMPRESSION)
    return PackedVolume(volume.name, volume.phases.shape, chunk, volume.labels)


@contextmanager
def new_dataset(path: Path, description: Description) -> Iterator[Callable[[Volume | PackedVolume], None]]:
    """A function that adds volumes to a new file, which appears whole when the block ends well, else not at all.

    Raises InputError when nothing was added.
    """
    with atomic_path(path) as temporary, written(temporary) as (file, check):
        write_description(file, description)

        def add(volume: Volume | PackedVolume) -> None:
            check()
            volume = packed(volume) if isinstance(volume, Volume) else volume
            stored = file.create_dataset(
                volume.name, volume.shape, np.uint8, chunks=volume.shape, compression="gzip",
                compression_opts=COMPRESSION,
            )  # fmt: skip
            stored.id.write_direct_chunk((0,) * len(volume.shape), volume.chunk)
            stored.attrs.update(volume.labels)

        yield add
        if len(file) == 0:
            raise InputError(f"No volume was left to write to {path}; simulate more series or longer times.")


def write_description(file: h5py.File, description: Description) -> None:
    """Write or replace what `file` says of all its volumes."""
    write_text(file, OWN, json.dumps({"schema": SCHEMA, **vars(description)}, default=plain_number))
