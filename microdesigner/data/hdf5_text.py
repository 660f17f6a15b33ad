"""Texts in the attributes of an HDF5 file, read so that a damaged file cannot hang the program."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

from microdesigner.core.errors import InputError

SECONDS = 30.0
_READING = """
import sys, h5py
with h5py.File(sys.argv[1], "r") as file:
    text = file.attrs[sys.argv[2]]
sys.stdout.buffer.write(text if isinstance(text, bytes) else str(text).encode())
"""


def write_text(file: h5py.File, name: str, text: str) -> None:
    """Store `text` as the attribute `name`, of fixed length: it lies beside its name, not in a heap that a damaged file
    can lead in circles. `file` must have been opened with libver="latest" for texts over 64 KiB."""
    file.attrs[name] = np.bytes_(text.encode())


def read_apart(path: Path, name: str) -> bytes:
    """The text of variable length that version 0.1.0 stored as the attribute `name`.

    Another process reads it, since HDF5 may follow a damaged heap for ever. Raises InputError naming file and entry.
    """
    # -P: modules that lie in the current folder are not those meant
    command = [sys.executable, "-P", "-c", _READING, str(path.absolute()), name]
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS,
            check=True,
        )  # fmt: skip
    except subprocess.SubprocessError:
        raise InputError(f"{path}: the entry '{name}' cannot be read (it is damaged); build it again.") from None
    return ended.stdout
