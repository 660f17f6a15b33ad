"""Texts in the attributes of an HDF5 file, read so that a damaged file cannot hang the program."""

from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import h5py
import numpy as np

from microdesigner.core.errors import InputError

SECONDS = 30.0


def write_text(file: h5py.File, name: str, text: str) -> None:
    """Store `text` as the attribute `name`, of fixed length: it lies beside its name, not in a heap that a damaged file
    can lead in circles. `file` must have been opened with libver="latest" for texts over 64 KiB."""
    file.attrs[name] = np.bytes_(text.encode())


def read_apart(path: Path, name: str) -> bytes:
    """The text of variable length that version 0.1.0 stored as the attribute `name`.

    Another process reads it, since HDF5 may follow a damaged heap for ever. Raises InputError naming file and entry.
    """
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_send_text, args=(sending, path, name), daemon=True)
    process.start()
    sending.close()
    try:
        if receiving.poll(SECONDS):
            return receiving.recv_bytes()
    except EOFError:
        pass
    finally:
        process.kill()
        process.join()
        receiving.close()
    raise InputError(f"{path}: the entry '{name}' cannot be read (it is damaged); build it again.")


def _send_text(connection: Connection, path: Path, name: str) -> None:
    with h5py.File(path, "r") as file:
        text = file.attrs[name]
    connection.send_bytes(text if isinstance(text, bytes) else str(text).encode())
