"""Texts in the attributes of an HDF5 file, read so that a damaged file cannot hang the program."""

from pathlib import Path

import h5py
import numpy as np

from microdesigner.core.errors import InputError
from microdesigner.core.steps import result_of
from microdesigner.io.isolation import isolated
from microdesigner.io.options import ImportOptions


def write_text(file: h5py.File, name: str, text: str) -> None:
    """Store `text` as the attribute `name`, of fixed length: it lies beside its name, not in a heap that a damaged file
    can lead in circles. `file` must have been opened with libver="latest" for texts over 64 KiB."""
    file.attrs[name] = np.bytes_(text.encode())


def read_apart(path: Path, name: str) -> str:
    """The text of variable length that version 0.1.0 stored as the attribute `name`.

    The process that reads foreign volumes reads it, since HDF5 may follow a damaged heap for ever. Raises InputError
    naming file and entry.
    """
    try:
        return str(result_of(isolated("microdesigner.data.hdf5_text:attribute", path, ImportOptions(array=name))))
    except InputError:
        raise InputError(f"{path}: the entry '{name}' cannot be read (it is damaged); build it again.") from None


def attribute(path: Path, options: ImportOptions) -> str:
    """The text of the attribute that `options` name as their array."""
    try:
        with h5py.File(path, "r") as file:
            text = file.attrs[options.array or ""]
            return text.decode() if isinstance(text, bytes) else str(text)
    except Exception:  # noqa: BLE001 - the library has no common error
        raise InputError(f"{path} is damaged; copy it again.") from None
